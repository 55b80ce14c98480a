import type { Side } from "../src/index.js";
import { NATS } from "../src/nat-grid.js";

/** The seeds of v2's statistics; those that were looked at while timers were chosen lie elsewhere. */
const FIRST_SEED = 700_001;

export function seeds(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => FIRST_SEED + index);
}

/** An offset drawn from the seed alone, 0 to 60 s, so that a failing seed repeats. */
export function offsetOf(seed: number): number {
  return (Math.imul(seed, 2_654_435_761) >>> 0) % 60_000;
}

/** A home router, and a peer in the session "home" behind it. */
export const HOME: Side = { place: NATS["EIM/APDF"] ?? "public", protocol: "v2", session: "home" };

/** Two such peers, of whom either may come first. */
export function pairOf(seed: number, offsetMs = offsetOf(seed)): { readonly a: Side; readonly b: Side } {
  const late = { ...HOME, startsAtMs: offsetMs };
  return seed % 2 === 0 ? { a: HOME, b: late } : { a: late, b: HOME };
}
