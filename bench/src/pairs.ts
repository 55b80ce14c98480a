import { type Drill, type MeetingOptions, meet, type Side } from "@netpunch/scenario";
import { type NatOptions, natPresets } from "@netpunch/simnet";

/** Seeds that no test and nobody who chose a timer has looked at. */
const FIRST_SEED = 1_000_001;
export const SEEDS = 1000;
/** Who needs longer counts as one who never connects. */
export const LIMIT_MS = 120_000;
const LONGEST_OFFSET_MS = 60_000;

/** What a peer runs. */
type Who = Pick<Side, "drill" | "protocol" | "session">;

/** Who takes part: control, the peer that is there first, the one that comes later. */
export interface Cast {
  readonly name: string;
  readonly control: Drill;
  readonly first: Who;
  readonly second: Who;
}

/** Ours in a slot, by v1 alone. */
const OURS: Who = { protocol: "v1" };
const ORIGINAL: Who = { drill: "original" };
/** Ours in a slot, as it is by default: v2, and v1 beside it from 300 ms on. */
const AUTO: Who = { protocol: "auto" };
const SESSION: Who = { protocol: "v2", session: "bench" };

/** All by v1. */
export const CASTS: readonly Cast[] = [
  { name: "all ours", control: "ours", first: OURS, second: OURS },
  { name: "ours waits, the original comes", control: "ours", first: OURS, second: ORIGINAL },
  { name: "the original waits, ours comes", control: "ours", first: ORIGINAL, second: OURS },
  { name: "two originals, control ours", control: "ours", first: ORIGINAL, second: ORIGINAL },
  { name: "two of ours, control the original's", control: "original", first: OURS, second: OURS },
  { name: "all the original's", control: "original", first: ORIGINAL, second: ORIGINAL },
];

/** Those who speak v2, among themselves and with others. */
export const V2_CASTS = {
  session: { name: "a session", control: "ours", first: SESSION, second: SESSION },
  slots: { name: "two slots", control: "ours", first: AUTO, second: AUTO },
  originalComes: { name: "a slot waits, the original comes", control: "ours", first: AUTO, second: ORIGINAL },
  originalWaits: { name: "the original waits, a slot comes", control: "ours", first: ORIGINAL, second: AUTO },
  originalControl: { name: "two slots, control the original's", control: "original", first: AUTO, second: AUTO },
} as const satisfies Readonly<Record<string, Cast>>;

/** How one pair fared. */
export interface Fate {
  readonly offsetMs: number;
  /** From the second's first announce until both knew; null: not both within the limit. */
  readonly tookMs: number | null;
  readonly connected: 0 | 1 | 2;
  /** v2: how many were sure that the other has a hole, too. */
  readonly confirmed: 0 | 1 | 2;
  /** v2: how many were told that the other may have none. */
  readonly unconfirmed: 0 | 1 | 2;
  /** What the hole was made with, at the end that had one. */
  readonly protocol: "v1" | "v2" | null;
}

/** A home router whose outer ports are drawn by the seed. */
const home: NatOptions = { ...natPresets.portRestricted, allocation: "random" };

/** Two peers behind home routers, 25 ms and 0 to 5 ms of jitter from everybody; the seed draws all the rest. */
function fateOf({ control, first, second }: Cast, seed: number, loss: number): Fate {
  const draw = drawer(seed);
  const firstAtMs = draw() * 1000;
  const offsetMs = draw() * LONGEST_OFFSET_MS;
  const waits = { place: home, ...first, startsAtMs: firstAtMs };
  const comes = { place: home, ...second, startsAtMs: firstAtMs + offsetMs };
  const sides: Pick<MeetingOptions, "a" | "b"> = draw() < 0.5 ? { a: waits, b: comes } : { a: comes, b: waits };
  const link = { latencyMs: 25, jitterMs: 5, loss };
  const { tookMs, outcomes } = meet({ seed, control, link, limitMs: LIMIT_MS, ...sides });
  const { a, b } = outcomes;
  return {
    offsetMs,
    tookMs,
    connected: countOf([a.connectedAt, b.connectedAt]),
    confirmed: countOf([a.confirmedAt, b.confirmedAt]),
    unconfirmed: countOf([a.unconfirmedAt, b.unconfirmedAt]),
    protocol: a.protocol ?? b.protocol,
  };
}

function countOf([a, b]: readonly [a: number | null, b: number | null]): 0 | 1 | 2 {
  if (a !== null && b !== null) return 2;
  return a === null && b === null ? 0 : 1;
}

/** All fates of a cast. */
export function fatesOf(cast: Cast, loss: number, seeds = SEEDS): readonly Fate[] {
  return Array.from({ length: seeds }, (_, index) => fateOf(cast, FIRST_SEED + index, loss));
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
