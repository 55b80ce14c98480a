import { type Drill, type MeetingOptions, meet } from "@netpunch/scenario";
import { type NatOptions, natPresets } from "@netpunch/simnet";

/** Seeds that no test and nobody who chose a timer has looked at. */
const FIRST_SEED = 1_000_001;
export const SEEDS = 1000;
/** Who needs longer counts as one who never connects. */
export const LIMIT_MS = 120_000;
const LONGEST_OFFSET_MS = 60_000;

/** Who takes part: control, the peer that is there first, the one that comes later. */
export interface Cast {
  readonly name: string;
  readonly control: Drill;
  readonly first: Drill;
  readonly second: Drill;
}

export const CASTS: readonly Cast[] = [
  { name: "all ours", control: "ours", first: "ours", second: "ours" },
  { name: "ours waits, the original comes", control: "ours", first: "ours", second: "original" },
  { name: "the original waits, ours comes", control: "ours", first: "original", second: "ours" },
  { name: "two originals, control ours", control: "ours", first: "original", second: "original" },
  { name: "two of ours, control the original's", control: "original", first: "ours", second: "ours" },
  { name: "all the original's", control: "original", first: "original", second: "original" },
];

/** How one pair fared. */
export interface Fate {
  readonly offsetMs: number;
  /** From the second's first announce until both knew; null: not both within the limit. */
  readonly tookMs: number | null;
  readonly connected: 0 | 1 | 2;
}

/** A home router whose outer ports are drawn by the seed. */
const home: NatOptions = { ...natPresets.portRestricted, allocation: "random" };

/** Two peers behind home routers, 25 ms and 0 to 5 ms of jitter from everybody; the seed draws all the rest. */
function fateOf({ control, first, second }: Cast, seed: number, loss: number): Fate {
  const draw = drawer(seed);
  const firstAtMs = draw() * 1000;
  const offsetMs = draw() * LONGEST_OFFSET_MS;
  const waits = { place: home, drill: first, startsAtMs: firstAtMs };
  const comes = { place: home, drill: second, startsAtMs: firstAtMs + offsetMs };
  const sides: Pick<MeetingOptions, "a" | "b"> = draw() < 0.5 ? { a: waits, b: comes } : { a: comes, b: waits };
  const link = { latencyMs: 25, jitterMs: 5, loss };
  const { connectedAt, tookMs } = meet({ seed, control, link, limitMs: LIMIT_MS, ...sides });
  const connected = [connectedAt.a, connectedAt.b].filter((at) => at !== null).length;
  return { offsetMs, tookMs, connected: connected === 2 ? 2 : connected === 1 ? 1 : 0 };
}

/** All fates of a cast. */
export function fatesOf(cast: Cast, loss: number): readonly Fate[] {
  return Array.from({ length: SEEDS }, (_, index) => fateOf(cast, FIRST_SEED + index, loss));
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
