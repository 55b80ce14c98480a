/** One ratio, and what it was made from. */
export interface Result {
  /** "control on udp4 / bare echo: replies per second". */
  readonly what: string;
  readonly ratio: number;
  /** The measured values themselves, with their units in the names; they differ from machine to machine. */
  readonly measured: Readonly<Record<string, number>>;
  /** What the measurement did not leave at its default. */
  readonly note?: string;
}

export interface Bench {
  readonly name: string;
  run(): AsyncIterable<Result> | Iterable<Result>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/**
 * Times two functions in turns, so that whatever else the machine does falls on both, and takes medians.
 * The ratio is that of each pair of neighbouring turns.
 */
export function compare(
  ours: () => void,
  theirs: () => void,
  { rounds = 60, calls = 2000 } = {},
): { readonly ratio: number; readonly oursNs: number; readonly theirsNs: number } {
  const time = (run: () => void) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) run();
    return Number(process.hrtime.bigint() - start) / calls;
  };
  const turns = Array.from({ length: rounds }, () => ({ ours: time(ours), theirs: time(theirs) }));
  // The first turns warm the compiler up.
  const warm = turns.slice(rounds / 4);
  return {
    ratio: median(warm.map((turn) => turn.ours / turn.theirs)),
    oursNs: median(warm.map((turn) => turn.ours)),
    theirsNs: median(warm.map((turn) => turn.theirs)),
  };
}
