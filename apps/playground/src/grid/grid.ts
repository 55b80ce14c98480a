import { type Choices, type PlaceName, PROTOCOLS, type Protocol, withPlace } from "../run/choices.js";

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

/** A pair of places under one protocol, and how its runs went so far. */
export interface Cell {
  readonly protocol: Protocol;
  readonly a: PlaceName;
  readonly b: PlaceName;
  readonly runs: number;
  readonly connected: number;
  /** Of those that connected; null while none has. */
  readonly medianMs: number | null;
}

/** One run's outcome, as the worker tells it. */
export interface Sample {
  readonly protocol: Protocol;
  readonly a: PlaceName;
  readonly b: PlaceName;
  readonly seed: number;
  readonly tookMs: number | null;
}

/** One pair of places, in one order: who starts first matters little, so the other order is the same cell. */
export function pairs(): readonly (readonly [a: PlaceName, b: PlaceName])[] {
  const crossed = GRID_PLACES.flatMap((a, index) => GRID_PLACES.slice(index).map((b) => [a, b] as const));
  return [...crossed, ["same-nat", "same-nat"]];
}

/** All the work, seed by seed, so that the whole grid has a colour soon and every colour gets surer. */
export function* work(base: Choices, seeds: number): Generator<Choices> {
  for (let seed = 1; seed <= seeds; seed++) {
    for (const protocol of PROTOCOLS) {
      for (const [a, b] of pairs()) yield cellChoices({ ...base, seed }, protocol, a, b);
    }
  }
}

/** The run that a cell opens. */
export function cellChoices(base: Choices, protocol: Protocol, a: PlaceName, b: PlaceName): Choices {
  return withPlace(withPlace({ ...base, protocol, deeds: [] }, "a", a), "b", b);
}

/** Adds runs up, cell by cell. */
export class Tally {
  readonly #cells = new Map<string, { runs: number; tookMs: number[] }>();

  add({ protocol, a, b, tookMs }: Sample): void {
    const key = keyOf(protocol, a, b);
    const cell = this.#cells.get(key) ?? { runs: 0, tookMs: [] };
    cell.runs += 1;
    if (tookMs !== null) cell.tookMs.push(tookMs);
    this.#cells.set(key, cell);
  }

  /** In whichever order the two are named. */
  cell(protocol: Protocol, a: PlaceName, b: PlaceName): Cell {
    const found = this.#cells.get(keyOf(protocol, a, b)) ?? this.#cells.get(keyOf(protocol, b, a));
    const tookMs = (found?.tookMs ?? []).toSorted((x, y) => x - y);
    return {
      protocol,
      a,
      b,
      runs: found?.runs ?? 0,
      connected: tookMs.length,
      medianMs: tookMs[tookMs.length >> 1] ?? null,
    };
  }
}

function keyOf(protocol: Protocol, a: PlaceName, b: PlaceName): string {
  return `${protocol} ${a} ${b}`;
}
