import { type LinkQuality, natPresets } from "@netpunch/simnet";
import { describe, expect, it } from "vitest";
import { type Meeting, type MeetingOptions, meet } from "../src/index.js";

const PROTOCOLS = ["v1", "v2", "auto"] as const;
const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);
/** The original is silent for 30 s before it tries anew. */
const ORIGINAL_MS = 31_000;
/** Control's relay would connect them after 10 s, whether the drill finds a way or not. */
const DIRECT = { relay: "never" } as const;

type Side = NonNullable<MeetingOptions["a"]>;

/** A machine's former address is still mapped to the partner when it comes back with another one. */
const formerAddress: NonNullable<MeetingOptions["prepare"]> = ({ hosts }) => {
  const [address = ""] = hosts.a.addresses;
  const from = { address, port: 5000 };
  hosts.a.sendRaw({ from, to: { address: "203.0.113.2", port: 5000 }, bytes: new Uint8Array(8) });
  hosts.a.setAddress(address.replace(/\d+$/, "77"));
};

function afterRenewal(seed: number, side: Partial<Side>): Meeting {
  const place = natPresets.openWrt;
  const late = { startsAtMs: 100 };
  return meet({
    seed,
    a: { place, ...late, ...DIRECT, ...side },
    b: { place, ...late, ...DIRECT, ...side },
    prepare: formerAddress,
    limitMs: 150_000,
  });
}

/** A container is killed while it waits; its partner comes and pings it, and then it is started again. */
const killedWhileWaiting: NonNullable<MeetingOptions["prepare"]> = (parts) => {
  parts.net.at(200, () => parts.peers.a.close());
  parts.net.at(1500, () => parts.restart("a"));
};

function afterKill(seed: number, side: Partial<Side>): Meeting {
  const place = natPresets.dockerHost;
  const b = { place, startsAtMs: 300, ...DIRECT, ...side };
  return meet({ seed, a: { place, ...DIRECT, ...side }, b, prepare: killedWhileWaiting, limitMs: 150_000 });
}

function inContainers(
  seed: number,
  side: Partial<Side>,
  link: LinkQuality = { latencyMs: 0.05, jitterMs: 4 },
): Meeting {
  const place = natPresets.dockerHost;
  const b = { place, startsAtMs: 300, ...DIRECT, ...side };
  return meet({ seed, link, a: { place, ...DIRECT, ...side }, b, limitMs: 150_000 });
}

describe.each(PROTOCOLS)("by %s, a router that still maps a machine's former address", (protocol) => {
  it("defeats a drill that only tries again", () => {
    expect(afterRenewal(1, { protocol }).tookMs).toBeNull();
  });

  it.each(SEEDS)("is left behind with the port, seed %i", (seed) => {
    const { tookMs, outcomes } = afterRenewal(seed, { protocol, wayOut: "other port" });
    expect(tookMs).toBeLessThan(ORIGINAL_MS);
    expect(outcomes.a.connectedAt).not.toBeNull();
  });
});

describe.each(PROTOCOLS)("by %s, hosts of containers that filter nothing", (protocol) => {
  it("defeat a drill that only tries again, where one side is started again", () => {
    expect(afterKill(1, { protocol }).tookMs).toBeNull();
  });

  it.each(SEEDS)("are left behind with the port where one side is started again, seed %i", (seed) => {
    const { tookMs } = afterKill(seed, { protocol, wayOut: "other port" });
    expect(tookMs).not.toBeNull();
    expect(tookMs).toBeLessThan(ORIGINAL_MS);
  });

  it.each(SEEDS)("are left behind with the port, seed %i", (seed) => {
    const { tookMs } = inContainers(seed, { protocol, wayOut: "other port" });
    expect(tookMs).not.toBeNull();
    expect(tookMs).toBeLessThan(ORIGINAL_MS);
  });
});

it.each(SEEDS)(
  "whoever gave the partner up, as control was gone, goes on when control names it again, seed %i",
  (seed) => {
    const place = natPresets.openWrt;
    const side = { place, startsAtMs: 100 } as const;
    const { peers } = meet({
      seed,
      // Its router has the entry, and it stays where it is: so the other one leaves again and again.
      a: side,
      b: { ...side, wayOut: "other port" },
      prepare: (parts) => {
        formerAddress(parts);
        parts.net.at(4500, () => parts.controlHost.link.down());
        parts.net.at(30_000, () => parts.controlHost.link.up());
      },
      limitMs: 150_000,
    });
    expect(peers.b.events.some(({ at, event }) => event.type === "wayOut" && at > 30_000)).toBe(true);
  },
);

it.each(SEEDS)("two peers that must keep their ports are silent for long enough, at one moment, seed %i", (seed) => {
  const { tookMs } = inContainers(seed, { protocol: "v2", wayOut: "silence" }, { latencyMs: 25 });
  expect(tookMs).not.toBeNull();
  expect(tookMs).toBeLessThan(2 * ORIGINAL_MS);
});

describe("a pair of routers that lets the peers through", () => {
  it.each([0, 5, 100, 400])("is not disturbed by it, %i ms away", (latencyMs) => {
    const place = natPresets.portRestricted;
    for (const wayOut of ["other port", "silence"] as const) {
      const side = { place, protocol: "v2", wayOut } as const;
      const { tookMs } = meet({
        seed: 1,
        link: { latencyMs, jitterMs: latencyMs / 4 },
        a: side,
        b: side,
        limitMs: 300_000,
      });
      expect(tookMs, wayOut).not.toBeNull();
      expect(tookMs, wayOut).toBeLessThan(2000 + 20 * latencyMs);
    }
  });
});
