import { type Bench, median, quantile, type Row, shorten, type Table } from "./bench.js";
import { CASTS, type Cast, type Fate, fatesOf, LIMIT_MS, SEEDS, V2_CASTS } from "./pairs.js";

const LOSSES = [0, 0.1, 0.3, 0.5] as const;
const V2_SEEDS = 10_000;
const NAMES = CASTS.map(({ name }) => name).filter((name) => name !== "two of ours, control the original's");

function* run(): Iterable<Table> {
  const casts = CASTS.filter(({ name }) => NAMES.includes(name));
  yield {
    title: `Success where datagrams are lost, ${SEEDS} seeds each, within ${LIMIT_MS / 1000} s of the second's start`,
    wanted: "all ours at 30 %: both connected in 99.9 %",
    rows: LOSSES.flatMap((loss) => casts.map((cast) => rowOf(cast, loss))),
  };
  yield {
    title: `The same by v2, ${V2_SEEDS} seeds each`,
    wanted: "at 30 %: both connected within 10 s in 99.9 %; at any loss none where one side alone is sure",
    rows: LOSSES.flatMap((loss) => [V2_CASTS.session, V2_CASTS.slots].map((cast) => v2RowOf(cast, loss))),
  };
}

/** How many were connected, and how many sure of it: that the partner has its hole, too, is something to know by itself. */
function v2RowOf(cast: Cast, loss: number): Row {
  const fates = fatesOf(cast, loss, V2_SEEDS);
  const took = fates.flatMap(({ tookMs }) => tookMs ?? []);
  const count = (is: (fate: Fate) => boolean) => fates.filter(is).length;
  return {
    "lost each way": `${loss * 100} %`,
    who: cast.name,
    "both connected %": shorten((100 * count(({ connected }) => connected === 2)) / V2_SEEDS),
    "within 10 s %": shorten((100 * count(({ tookMs }) => tookMs !== null && tookMs <= 10_000)) / V2_SEEDS),
    "one alone is sure": count(({ confirmed }) => confirmed === 1),
    "told that it is not": count(({ unconfirmed }) => unconfirmed > 0),
    "by v1 %": shorten((100 * count(({ protocol }) => protocol === "v1")) / V2_SEEDS),
    "median ms": shorten(median(took)),
    "p99 ms": shorten(quantile(took, 0.99)),
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
