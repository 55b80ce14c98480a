import { createInternet, type LinkQuality } from "@netpunch/simnet";
import { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSessionCore } from "../../src/core.js";
import { keysOf, seeded } from "./lab.js";
import { ToyControl } from "./toy-control.js";

const keys = keysOf();
const LATER_MS = 30_000;
const ADDRESSES = ["198.51.100.1", "198.51.100.2", "2001:db8:1::1"] as const;

interface World {
  readonly seed: number;
  readonly link: LinkQuality;
  /** How many of control's addresses its name has. They are one machine's. */
  readonly addresses: number;
}

/** Lets one peer ask a control that is far away; when it is bound, and how much it says. */
function ask({ seed, link, addresses }: World) {
  const roundTripMs = 2 * ((link.latencyMs ?? 0) + (link.jitterMs ?? 0));
  const net = createInternet({ seed, link, trace: "full" });
  const names = ADDRESSES.slice(0, addresses);
  const machine = net.host("control", { address: names });
  const control = new ToyControl(keys);
  machine.run(control, { sockets: names.map((address) => ({ port: 7777, address })) });
  const core = createSessionCore({ keys, random: seeded(seed), port: 5000 });
  const resolve = names.map((address) => ({ address, port: 7777 }));
  const peer = net.host("peer", { address: ["203.0.113.1", "2001:db8:2::1"] }).run(core, { port: 5000, resolve });
  const limitMs = 6 * roundTripMs + 30_000;
  net.run({ untilMs: limitMs + LATER_MS });
  const boundAt = peer.events.find(({ event }) => event.type === "session")?.at ?? null;
  const rates = new Map<number, number>();
  let challenges = 0;
  for (const fate of net.trace) {
    if (fate.type !== "sent") continue;
    const decoded = v2.decode(fate.bytes);
    if (fate.node === "control" && decoded.ok && decoded.frame.type === "challenge") challenges += 1;
    if (fate.node !== "peer") continue;
    const second = Math.floor(fate.at / 1000);
    rates.set(second, (rates.get(second) ?? 0) + 1);
  }
  return { boundAt, mostInASecond: Math.max(...rates.values()), challenges, bindings: control.bindings.length };
}

test("however far control is: a peer is bound in a few round trips, stays it, and says as little as at home", () => {
  const worlds = fc.record({
    seed: fc.nat(),
    link: fc.record({
      latencyMs: fc.integer({ min: 0, max: 5000 }),
      jitterMs: fc.integer({ min: 0, max: 5000 }),
      loss: fc.double({ min: 0, max: 0.3, noNaN: true }),
      reorder: fc.double({ min: 0, max: 0.3, noNaN: true }),
    }),
    addresses: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(worlds, (world) => {
      const { latencyMs, jitterMs } = world.link;
      const link = { ...world.link, jitterMs: Math.min(jitterMs, latencyMs) };
      const { boundAt, mostInASecond, challenges, bindings } = ask({ ...world, link });
      const roundTripMs = 2 * (latencyMs + link.jitterMs);
      expect(boundAt).toBeLessThanOrEqual(2 * roundTripMs + link.loss * 20_000 + 1000);
      expect(mostInASecond).toBeLessThanOrEqual(20);
      expect(bindings).toBe(1);
      // Announces of the first round trip, of each family; later ones carry the cookie, but for those of the other family.
      expect(challenges).toBeLessThanOrEqual(2 * (30 + 30));
    }),
    { numRuns: 100, seed: 1 },
  );
});
