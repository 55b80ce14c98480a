import { createInternet } from "@netpunch/simnet";
import { describe, expect, test } from "vitest";
import { createControlCore } from "../src/core.js";
import { at } from "./desk.js";
import { createRandom, KEYS } from "./session-desk.js";
import { createToySessionPeer } from "./toy-session-peer.js";

const CONTROL = at("198.51.100.1:7777");
/** One way, in milliseconds; jitter is as large. */
const LATENCIES_MS = [1, 25, 300, 1_000, 2_500, 5_000] as const;

interface Lines {
  readonly latencyMs: number;
  readonly loss: number;
  readonly seed: number;
}

/** Control and the two of a session, who live until they are closed. */
function lab({ latencyMs, loss, seed }: Lines) {
  // A datagram passes two links.
  const net = createInternet({
    seed,
    trace: "off",
    link: { latencyMs: latencyMs / 2, jitterMs: latencyMs / 2, loss: 1 - Math.sqrt(1 - loss) },
  });
  const core = createControlCore({ keys: KEYS, random: createRandom(seed) });
  const control = net.host("control", { address: CONTROL.address }).run(core, { port: CONTROL.port });
  const hosts = [1, 2, 3].map((last) => net.host(`${last}`, { address: `203.0.113.${last}` }));
  const run = (host: number, name: string, startAtMs: number, port = 5_000) => {
    const peer = hosts[host]?.run(createToySessionPeer(name, CONTROL), { port, startAtMs });
    if (peer === undefined) throw new Error(`no host ${host}`);
    return peer;
  };
  const unanswered = () => control.events.filter(({ event }) => event.type === "unbound" && event.why === "unanswered");
  return { net, run, unanswered, control };
}

describe.each(LATENCIES_MS)("at %i ms one way, with as much jitter", (latencyMs) => {
  test.each([0, 0.3, 0.5])(
    "nobody who lives is pushed out by a third one that asks for ten minutes, at a loss of %f",
    (loss) => {
      for (let seed = 1; seed <= 6; seed += 1) {
        const { net, run, unanswered, control } = lab({ latencyMs, loss, seed });
        run(0, "ann", 0);
        run(1, "bob", 100);
        run(2, "cat", 120_000);
        net.run({ untilMs: 720_000 });
        expect(
          control.events.some(({ event }) => event.type === "full"),
          `seed ${seed}: it has asked`,
        ).toBe(true);
        expect(unanswered(), `seed ${seed}`).toEqual([]);
      }
    },
  );

  test("one that was killed and comes back on another port has its place after 5 s and a few round trips", () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const { net, run, unanswered } = lab({ latencyMs, loss: 0, seed });
      run(0, "ann", 0);
      const bob = run(1, "bob", 100);
      net.run({ untilMs: 120_000 });
      bob.close();
      const again = run(1, "bob again", 120_000, 6_000);
      net.run({ untilMs: 240_000 });
      const seated = again.events.find(({ event }) => event.state === "present");
      const roundTripMs = 4 * latencyMs;
      expect(seated?.at ?? Number.POSITIVE_INFINITY, `seed ${seed}`).toBeLessThan(120_000 + 5_100 + 5 * roundTripMs);
      // At the longest it is forgotten for its silence first.
      expect(unanswered().length, "and nobody else has lost one").toBeLessThanOrEqual(1);
    }
  });
});
