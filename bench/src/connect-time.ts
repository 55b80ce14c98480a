import { generateSecret, rootKey, sessionKeys } from "@netpunch/crypto";
import { type Bench, median, quantile, type Row, shorten, type Table } from "./bench.js";
import { CASTS, type Cast, type Fate, fatesOf, LIMIT_MS, SEEDS, V2_CASTS } from "./pairs.js";

/** v1: half a round trip to control, half to the peer that waits, one between the peers, at 25 ms each way. */
const FLOOR_MS = 100;
/**
 * v2: a round trip to control for the cookie, half to control, half to the peer that waits, one and a half between the peers, where each
 * hears the other before one of them nominates. The early nomination saves the last half; the floor stays what it was measured by.
 */
const V2_FLOOR_MS = 175;
/** To control and back: for a cookie, or for its hint that the partner speaks v1 alone and the announce that follows. */
const ROUND_TRIP_MS = 50;

async function* run(): AsyncIterable<Table> {
  yield {
    title: `Time until both know that they are connected, over ${SEEDS} seeds (floor ${FLOOR_MS} ms)`,
    wanted: "all ours: median at most 1.15 of the floor, worst one-second bin at most 1.5",
    rows: CASTS.map(rowOf),
  };
  const { session, slots, originalComes, originalWaits } = V2_CASTS;
  yield {
    title: `Time until both know that they are connected, by v2 and beside v1, over ${SEEDS} seeds (the early nomination saves 25 ms of v2's floor)`,
    wanted: "a session: median at most 1.1 of the floor, 99th percentile at most 1.5",
    rows: [
      v2RowOf(session, V2_FLOOR_MS),
      v2RowOf(slots, V2_FLOOR_MS),
      v2RowOf(originalComes, FLOOR_MS + ROUND_TRIP_MS),
      v2RowOf(originalWaits, FLOOR_MS + 2 * ROUND_TRIP_MS),
    ],
  };
  yield { title: "Keys of v2, which are derived before all this, in real time", rows: await derivations() };
}

function v2RowOf(cast: Cast, floorMs: number): Row {
  const fates = fatesOf(cast, 0);
  const took = fates.map(({ tookMs }) => tookMs ?? LIMIT_MS);
  const [medianMs, p99Ms] = [median(took), quantile(took, 0.99)];
  return {
    who: cast.name,
    "floor ms": floorMs,
    "median ms": shorten(medianMs),
    "of floor": shorten(medianMs / floorMs),
    "p99 ms": shorten(p99Ms),
    "p99 of floor": shorten(p99Ms / floorMs),
    never: fates.filter(({ tookMs }) => tookMs === null).length,
  };
}

/** The median of a few times each; the first one warms up. */
async function derivations(): Promise<readonly Row[]> {
  const root = await rootKey(generateSecret());
  const each: Readonly<Record<string, () => unknown>> = {
    "a passphrase's root key": () => rootKey("correct horse battery staple"),
    "a generated secret's root key": () => rootKey(generateSecret()),
    "a session's keys": () => sessionKeys({ root, session: "bench" }),
  };
  const rows: Row[] = [];
  for (const [what, derive] of Object.entries(each)) {
    const took: number[] = [];
    for (let time = 0; time < 6; time++) {
      const startedAt = performance.now();
      await derive();
      took.push(performance.now() - startedAt);
    }
    rows.push({ what, ms: shorten(median(took.slice(1))) });
  }
  return rows;
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
