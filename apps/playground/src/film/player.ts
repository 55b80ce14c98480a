import type { Instant } from "@netpunch/simnet";
import type { Film } from "./film.js";

/** How fast the film runs; "life" is the run's own clock. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 16, "life"] as const;
export type Speed = (typeof SPEEDS)[number];

/** chosen: nobody reads faster, and texts cost more to lay out than dots to move. */
export const TELL_EVERY_MS = 100;
/** chosen: nor does a list that scrolls away faster tell more. */
export const LIST_EVERY_MS = 500;

/** The instant after so much real time of playing; never beyond the end. */
export function advance(film: Film, instant: Instant, wallMs: number, speed: Speed, endsAt: Instant): Instant {
  const next = speed === "life" ? instant + wallMs : film.instantAt(film.filmAt(instant) + wallMs * speed);
  return Math.min(next, endsAt);
}

/** The next or the last instant at which something happens, from the sorted instants of a run. */
export function neighbour(instants: readonly Instant[], instant: Instant, direction: "next" | "previous"): Instant {
  if (direction === "next") return instants.find((each) => each > instant) ?? instants.at(-1) ?? instant;
  return instants.findLast((each) => each < instant) ?? 0;
}
