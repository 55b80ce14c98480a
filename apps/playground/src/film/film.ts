import type { Instant } from "@netpunch/simnet";
import { indexAt } from "../trace/timeline.js";

/**
 * A run as a film: in slow motion while datagrams fly, and with the quiet between them cut short. Its one axis serves the
 * player, the scrubber and the sequence diagram.
 */
export interface Film {
  readonly lengthMs: number;
  /** How much slower than life it is while something flies. */
  readonly slowdown: number;
  filmAt(instant: Instant): number;
  instantAt(filmMs: number): Instant;
}

/** A stretch of time in which something is to be seen. */
export interface Busy {
  readonly from: Instant;
  readonly to: Instant;
}

/** chosen: as long as an eye follows a dot across the scene without hurry. */
const FLIGHT_MS = 1000;
/** chosen: long enough to be seen as a pause. */
const QUIET_MS = 500;

interface Knot {
  readonly at: Instant;
  readonly film: number;
}

/** Cuts the film of a run that lasts from 0 to `endsAt`. */
export function createFilm(busy: readonly Busy[], endsAt: Instant): Film {
  const flights = busy.map(({ from, to }) => to - from).filter((length) => length > 0);
  const slowdown = FLIGHT_MS / (median(flights) ?? FLIGHT_MS);
  const knots: Knot[] = [{ at: 0, film: 0 }];
  const add = (at: Instant, film: (lengthMs: number) => number): void => {
    const last = knots.at(-1) as Knot;
    if (at > last.at) knots.push({ at, film: last.film + film(at - last.at) });
  };
  const whole = (lengthMs: number) => lengthMs * slowdown;
  const cut = (lengthMs: number) => quiet(lengthMs * slowdown);
  for (const { from, to } of [...busy].sort((a, b) => a.from - b.from)) {
    add(Math.min(from, endsAt), cut);
    add(Math.min(to, endsAt), whole);
  }
  add(endsAt, cut);
  const films = knots.map(({ film }) => ({ at: film }));
  const last = knots.at(-1) as Knot;
  return {
    lengthMs: last.film,
    slowdown,
    filmAt: (instant) => between(knots, indexAt(knots, instant), instant, "at", "film"),
    instantAt: (filmMs) => between(knots, indexAt(films, filmMs), filmMs, "film", "at"),
  };
}

/** Ten times the quiet is a little more of a pause, not ten times as much. */
function quiet(filmMs: number): number {
  return filmMs <= QUIET_MS ? filmMs : QUIET_MS + 250 * Math.log10(filmMs / QUIET_MS);
}

function between(knots: readonly Knot[], index: number, value: number, from: keyof Knot, to: keyof Knot): number {
  const left = knots[Math.max(0, index)] as Knot;
  const right = knots[index + 1];
  if (index < 0) return left[to];
  if (right === undefined) return left[to];
  return left[to] + ((value - left[from]) / (right[from] - left[from])) * (right[to] - left[to]);
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
}
