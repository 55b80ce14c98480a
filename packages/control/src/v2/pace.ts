import type { BindingPhase } from "./binding.table.js";

/**
 * How long a run is remembered after its last frame.
 *
 * `bound`: chosen: three of a peer's keepalives (15 s, up to 18) may be lost. The others: longer than any cookie is good
 * (30 s), so that no announce of a run whose seq was forgotten can be replayed.
 */
export const REMEMBER_MS = {
  bound: 60_000,
  full: 40_000,
  replaced: 40_000,
  left: 40_000,
} as const satisfies Record<Exclude<BindingPhase, "absent">, number>;

/** Changes that come within this time of a push are told together. */
export const MERGE_MS = 100;

/** Pauses after the first pushes of a change, so they go out at 0, 100, 200, 400 and 800 ms. */
const FIRST_PAUSES_MS = [100, 100, 200, 400] as const;
const PAUSE_MS = 500;
/** From 800 ms on to the tenth second. */
const PUSHES_IN_10_S = FIRST_PAUSES_MS.length + 1 + Math.floor((10_000 - 800) / PAUSE_MS);
const LATE_PAUSE_MS = 5_000;

/** Every length that a pause between two pushes can have. */
export const PUSH_PAUSES_MS: readonly number[] = [...new Set([...FIRST_PAUSES_MS, PAUSE_MS, LATE_PAUSE_MS])];

/** How long after so many pushes of one change the next one follows, if none was acknowledged. */
export function pauseAfterMs(pushes: number): number {
  return FIRST_PAUSES_MS[pushes - 1] ?? (pushes < PUSHES_IN_10_S ? PAUSE_MS : LATE_PAUSE_MS);
}

/** How often the runs that have the places are probed while another one asks for a place. */
export const PROBE_EVERY_MS = PAUSE_MS;

/** Who leaves so many probes unanswered frees its place, ten seconds after the first. */
export const MOST_PROBES = 20;
