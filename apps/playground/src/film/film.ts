import type { Instant } from "@netpunch/simnet";
import { indexAt } from "../trace/timeline.js";

/**
 * A run as a film: in slow motion while datagrams fly, slower for those that fly fast, and with the quiet between them cut
 * short. Its one axis serves the player, the scrubber and the sequence diagram.
 */
export interface Film {
  readonly lengthMs: number;
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
/** chosen: a gap of one second is cut like one of 40 of a common flight of 25 ms. */
const QUIET_SLOWDOWN = 40;

interface Knot {
  readonly at: Instant;
  readonly film: number;
}

/** Cuts the film of a run that lasts from 0 to `endsAt`. */
export function createFilm(busy: readonly Busy[], endsAt: Instant): Film {
  const knots: Knot[] = [{ at: 0, film: 0 }];
  const flying = new FlyingNow();
  const turns = busy.flatMap(({ from, to }) => [
    { at: Math.min(from, endsAt), lengthMs: to - from, by: 1 },
    { at: Math.min(to, endsAt), lengthMs: to - from, by: -1 },
  ]);
  for (const { at, lengthMs, by } of [...turns.sort((a, b) => a.at - b.at), { at: endsAt, lengthMs: 0, by: 0 }]) {
    const last = knots.at(-1) as Knot;
    if (at > last.at) knots.push({ at, film: last.film + flying.filmOf(at - last.at) });
    flying.change(lengthMs, by);
  }
  const films = knots.map(({ film }) => ({ at: film }));
  return {
    lengthMs: (knots.at(-1) as Knot).film,
    filmAt: (instant) => between(knots, indexAt(knots, instant), instant, "at", "film"),
    instantAt: (filmMs) => between(knots, indexAt(films, filmMs), filmMs, "film", "at"),
  };
}

/** How many datagrams are under way, by how long they take, in classes of twice as long each. */
class FlyingNow {
  readonly #counts = new Map<number, number>();

  change(lengthMs: number, by: number): void {
    if (lengthMs <= 0) return;
    const size = Math.round(Math.log2(lengthMs));
    const count = (this.#counts.get(size) ?? 0) + by;
    if (count > 0) this.#counts.set(size, count);
    else this.#counts.delete(size);
  }

  /** How long a stretch of the run is in the film: the fastest that fly set the pace. */
  filmOf(stretchMs: number): number {
    if (this.#counts.size === 0) return quiet(stretchMs * QUIET_SLOWDOWN);
    return (stretchMs * FLIGHT_MS) / 2 ** Math.min(...this.#counts.keys());
  }
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
