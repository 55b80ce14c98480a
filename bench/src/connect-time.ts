import { createControlCore } from "@netpunch/control/core";
import { createOriginalControl, createOriginalPeer } from "@netpunch/original";
import { createPeerCore } from "@netpunch/peer/core";
import { createInternet, natPresets } from "@netpunch/simnet";
import type { Core } from "@netpunch/transport";
import { type Bench, median, type Result } from "./bench.js";

const secret = "TheSecretWord";
const control = { address: "198.51.100.1", port: 7777 };
const seeds = 300;
/** Longer waits count as this. */
const limitMs = 120_000;

type Connecting = Core<{ readonly type: string }>;

interface Contestant {
  control(): Core<unknown>;
  peer(slot: "a" | "b"): Connecting;
}

const ours: Contestant = {
  control: () => createControlCore({ secret }),
  peer: (slot) => createPeerCore({ slot, secret }),
};
const original: Contestant = {
  control: () => createOriginalControl(secret),
  peer: (slot) => createOriginalPeer({ slot, secret }),
};

/** Virtual milliseconds from the later start until both are connected, behind two home routers. */
function connectMs(contestant: Contestant, seed: number, gapMs: number, loss: number): number {
  const net = createInternet({ seed, link: { latencyMs: 25, loss }, trace: "off" });
  net.host("control", { address: control.address }).run(contestant.control(), { port: control.port });
  const connected = new Set<string>();
  const start = (slot: "a" | "b", startAtMs: number) => {
    const host = net.nat(`router ${slot}`, { ...natPresets.portRestricted }).host(slot);
    const onEvent = ({ type }: { readonly type: string }) => {
      if (type === "connected") connected.add(slot);
    };
    host.run(contestant.peer(slot), { startAtMs, resolve: [control], onEvent });
  };
  start("a", 0);
  start("b", gapMs);
  net.run({ until: () => connected.size === 2, limitMs: gapMs + limitMs });
  return connected.size === 2 ? net.now - gapMs : limitMs;
}

function* run(): Iterable<Result> {
  for (const [what, gapMs, loss] of [
    ["start together", 0, 0],
    ["second starts 10 s later", 10_000, 0],
    ["start together, 30 % loss", 0, 0.3],
    ["second starts 10 s later, 30 % loss", 10_000, 0.3],
  ] as const) {
    const all = Array.from({ length: seeds }, (_, seed) => ({
      ours: connectMs(ours, seed, gapMs, loss),
      original: connectMs(original, seed, gapMs, loss),
    }));
    const [mine, theirs] = [all.map((each) => each.ours), all.map((each) => each.original)];
    yield {
      what: `${what}: median time to connect, ours / the original's`,
      ratio: median(mine) / median(theirs),
      measured: {
        oursMs: median(mine),
        oursWorstMs: Math.max(...mine),
        oursNever: mine.filter((ms) => ms === limitMs).length,
        originalMs: median(theirs),
        originalWorstMs: Math.max(...theirs),
        originalNever: theirs.filter((ms) => ms === limitMs).length,
        seeds,
      },
    };
  }
}

/** Two peers behind port-restricted NATs, 25 ms from everywhere, in simulated time. */
export const connectTime: Bench = { name: "connect-time", run };
