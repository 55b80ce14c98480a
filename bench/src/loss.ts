import { type Bench, median, quantile, type Row, shorten, type Table } from "./bench.js";
import { CASTS, type Cast, fatesOf, LIMIT_MS, SEEDS } from "./pairs.js";

const LOSSES = [0, 0.1, 0.3, 0.5] as const;
const NAMES = CASTS.map(({ name }) => name).filter((name) => name !== "two of ours, control the original's");

function* run(): Iterable<Table> {
  const casts = CASTS.filter(({ name }) => NAMES.includes(name));
  yield {
    title: `Success where datagrams are lost, ${SEEDS} seeds each, within ${LIMIT_MS / 1000} s of the second's start`,
    wanted: "all ours at 30 %: both connected in 99.9 %",
    rows: LOSSES.flatMap((loss) => casts.map((cast) => rowOf(cast, loss))),
  };
}

function rowOf(cast: Cast, loss: number): Row {
  const fates = fatesOf(cast, loss);
  const took = fates.flatMap(({ tookMs }) => tookMs ?? []);
  const share = (connected: number) =>
    shorten((100 * fates.filter((fate) => fate.connected === connected).length) / SEEDS);
  return {
    "lost each way": `${loss * 100} %`,
    who: cast.name,
    "both connected %": share(2),
    "one-sided %": share(1),
    "neither %": share(0),
    "median ms": shorten(median(took)),
    "p99 ms": shorten(quantile(took, 0.99)),
  };
}

/** Whether pairs connect over lossy paths, how fast, and how often only one side believes so, in simulated time. */
export const loss: Bench = { name: "loss", run };
