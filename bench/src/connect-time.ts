import { type Bench, median, quantile, type Row, shorten, type Table } from "./bench.js";
import { CASTS, type Cast, type Fate, fatesOf, LIMIT_MS, SEEDS } from "./pairs.js";

/** Half a round trip to control, half to the peer that waits, one between the peers, at 25 ms each way. */
const FLOOR_MS = 100;

function* run(): Iterable<Table> {
  yield {
    title: `Time until both know that they are connected, over ${SEEDS} seeds (floor ${FLOOR_MS} ms)`,
    wanted: "all ours: median at most 1.15 of the floor, worst one-second bin at most 1.5",
    rows: CASTS.map(rowOf),
  };
}

function rowOf(cast: Cast): Row {
  const fates = fatesOf(cast, 0);
  const took = fates.map(({ tookMs }) => tookMs ?? LIMIT_MS);
  const worst = worstBin(fates);
  return {
    who: cast.name,
    "median ms": shorten(median(took)),
    "of floor": shorten(median(took) / FLOOR_MS),
    "p99 ms": shorten(quantile(took, 0.99)),
    "worst bin": `${worst.second}-${worst.second + 1} s`,
    "its median ms": shorten(worst.medianMs),
    "of floor there": shorten(worst.medianMs / FLOOR_MS),
    never: fates.filter(({ tookMs }) => tookMs === null).length,
  };
}

/** The second of the offsets in which the median pair takes longest. */
function worstBin(fates: readonly Fate[]): { readonly second: number; readonly medianMs: number } {
  const seconds = new Set(fates.map(({ offsetMs }) => Math.floor(offsetMs / 1000)));
  const tookIn = (second: number) =>
    fates.filter(({ offsetMs }) => Math.floor(offsetMs / 1000) === second).map(({ tookMs }) => tookMs ?? LIMIT_MS);
  return [...seconds]
    .map((second) => ({ second, medianMs: median(tookIn(second)) }))
    .reduce((worst, bin) => (bin.medianMs > worst.medianMs ? bin : worst));
}

/** Time to connect when the second peer comes 0 to 60 s after the first, in simulated time. */
export const connectTime: Bench = { name: "connect-time", run };
