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

/** Between two probes, by the round trip that was measured: see {@link probePauseMs}. */
const PROBE_PAUSES_MS = [200, 500, 1_000, 2_000] as const;

/** A run that leaves so many probes unanswered frees its place. */
export const MOST_PROBES = 20;

/** chosen: RFC 6298 section 2 waits three round trips where it has measured one: latency may vary by as much as its own size. */
const ROUND_TRIPS_TO_ANSWER = 3;

/** A run that answered something so short a time ago is not asked again. */
export const JUST_HEARD_MS = 500;

/**
 * How much control sends a run beyond an answer to each of its frames that is smaller than the frame: so many INFOs at once, and
 * then one each {@link EARN_PUSH_MS}. chosen: an introduction that is never heard takes 24 in its first ten
 * seconds, and finding out whether the run is still there takes 20 more.
 */
export const PUSHES_AT_ONCE = 48;
export const EARN_PUSH_MS = 2_000;

/** Every length that a pause between two pushes can have. */
export const PUSH_PAUSES_MS: readonly number[] = [
  ...new Set([...FIRST_PAUSES_MS, PAUSE_MS, LATE_PAUSE_MS, ...PROBE_PAUSES_MS]),
].toSorted((a, b) => a - b);

/** How many pushes of one change there are in a long round trip, at most: more would only repeat what is still under way. */
const PUSHES_IN_ROUND_TRIP = 4;
/** Shorter ones are not told from acknowledgements that were lost. */
const LONG_ROUND_TRIP_MS = 1_000;

/** How long after so many pushes of one change the next one follows, if none was acknowledged. */
export function pauseAfterMs(pushes: number, roundTripMs: number): number {
  const pauseMs = FIRST_PAUSES_MS[pushes - 1] ?? (pushes < PUSHES_IN_10_S ? PAUSE_MS : LATE_PAUSE_MS);
  if (roundTripMs < LONG_ROUND_TRIP_MS || roundTripMs === Number.POSITIVE_INFINITY) return pauseMs;
  const longMs = PUSH_PAUSES_MS.find((each) => PUSHES_IN_ROUND_TRIP * each >= roundTripMs) ?? LATE_PAUSE_MS;
  return Math.max(pauseMs, longMs);
}

/**
 * How long the answer to a probe is waited for before the next one: all of them together last three round trips at least, and
 * longest for a run that has never acknowledged anything.
 */
export function probePauseMs(roundTripMs: number): number {
  const patienceMs = ROUND_TRIPS_TO_ANSWER * roundTripMs;
  return PROBE_PAUSES_MS.find((each) => MOST_PROBES * each >= patienceMs) ?? 2_000;
}
