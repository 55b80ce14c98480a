import { type Choices, type PlaceName, type Protocol, withPlace } from "../run/choices.js";

/** The places of the grid; behind one NAT are two at once, so that one is a cell of its own and not a row. */
export const GRID_PLACES = [
  "public",
  "full-cone",
  "home",
  "ipv6",
  "firewall",
  "double-nat",
  "symmetric",
  "blocked",
] as const satisfies readonly PlaceName[];

/** What the grid compares, the best first. Two kinds of peer at once would not be one cell for both orders. */
export const GRID_PROTOCOLS = ["v2", "v1", "original"] as const satisfies readonly Protocol[];

/** A pair of places under one protocol, and how its runs went so far. */
export interface Cell {
  readonly protocol: Protocol;
  readonly a: PlaceName;
  readonly b: PlaceName;
  readonly runs: number;
  readonly connected: number;
  /** Of those that connected; null while none has. */
  readonly medianMs: number | null;
  /** The run in the middle; where some fail, one that does; null while there is none. */
  readonly example: Sample | null;
}

/** One run's outcome, as the worker tells it. */
export interface Sample {
  readonly protocol: Protocol;
  readonly a: PlaceName;
  readonly b: PlaceName;
  readonly seed: number;
  readonly bStartsAtMs: number;
  readonly tookMs: number | null;
}

/** One pair of places, in one order: who starts first matters little, so the other order is the same cell. */
export function pairs(): readonly (readonly [a: PlaceName, b: PlaceName])[] {
  const crossed = GRID_PLACES.flatMap((a, index) => GRID_PLACES.slice(index).map((b) => [a, b] as const));
  return [...crossed, ["same-nat", "same-nat"]];
}

/** chosen: the second peer may come at any time of the original's cycle of announcing and sleeping. */
const LATEST_START_MS = 30_500;

/** When the second peer starts: as chosen with the first seed, then spread over the first half minute. */
function startOf(base: Choices, seed: number): number {
  return seed === 1 ? base.bStartsAtMs : (seed * 7919) % LATEST_START_MS;
}

/** All the work, seed by seed, so that the whole grid has a colour soon and every colour gets surer. */
export function* work(base: Choices, seeds: number): Generator<Choices> {
  for (let seed = 1; seed <= seeds; seed++) {
    const choices = { ...base, seed, bStartsAtMs: startOf(base, seed) };
    for (const protocol of GRID_PROTOCOLS) {
      for (const [a, b] of pairs()) yield cellChoices(choices, protocol, a, b);
    }
  }
}

/** The run that a cell opens. */
export function cellChoices(base: Choices, protocol: Protocol, a: PlaceName, b: PlaceName): Choices {
  return withPlace(withPlace({ ...base, protocol, deeds: [] }, "a", a), "b", b);
}

/** Adds runs up, cell by cell. */
export class Tally {
  readonly #cells = new Map<string, Sample[]>();

  add(sample: Sample): void {
    const key = keyOf(sample.protocol, sample.a, sample.b);
    this.#cells.set(key, [...(this.#cells.get(key) ?? []), sample]);
  }

  /** In whichever order the two are named. */
  cell(protocol: Protocol, a: PlaceName, b: PlaceName): Cell {
    const samples = this.#cells.get(keyOf(protocol, a, b)) ?? this.#cells.get(keyOf(protocol, b, a)) ?? [];
    const connected = samples.filter(({ tookMs }) => tookMs !== null).sort((x, y) => (x.tookMs ?? 0) - (y.tookMs ?? 0));
    const median = connected[connected.length >> 1] ?? null;
    const failed = samples.find(({ tookMs }) => tookMs === null) ?? null;
    const counts = { runs: samples.length, connected: connected.length };
    return { protocol, a, b, ...counts, medianMs: median?.tookMs ?? null, example: failed ?? median };
  }
}

function keyOf(protocol: Protocol, a: PlaceName, b: PlaceName): string {
  return `${protocol} ${a} ${b}`;
}
