import { type Drill, meet } from "@netpunch/scenario";
import { natPresets } from "@netpunch/simnet";
import { type Bench, median, type Result } from "./bench.js";

const seeds = 300;
/** Longer waits count as this. */
const limitMs = 120_000;

/** Virtual milliseconds from the later start until both are connected, behind two home routers. */
function connectMs(drill: Drill, seed: number, gapMs: number, loss: number): number {
  const place = natPresets.portRestricted;
  const { tookMs } = meet({
    seed,
    limitMs,
    control: drill,
    link: { latencyMs: 25, loss },
    a: { place, drill },
    b: { place, drill, startsAtMs: gapMs },
  });
  return tookMs ?? limitMs;
}

function* run(): Iterable<Result> {
  for (const [what, gapMs, loss] of [
    ["start together", 0, 0],
    ["second starts 10 s later", 10_000, 0],
    ["start together, 30 % loss", 0, 0.3],
    ["second starts 10 s later, 30 % loss", 10_000, 0.3],
  ] as const) {
    const all = Array.from({ length: seeds }, (_, seed) => ({
      ours: connectMs("ours", seed, gapMs, loss),
      original: connectMs("original", seed, gapMs, loss),
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
