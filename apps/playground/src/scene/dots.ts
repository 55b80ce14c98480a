import type { Instant } from "@netpunch/simnet";
import type { Kind } from "../inspect/inspect.js";
import type { Run } from "../run/run.js";
import type { Journey, Leg } from "../trace/journey.js";
import { goneAt, messageOf } from "../trace/messages.js";
import { indexAt } from "../trace/timeline.js";
import type { Layout, Point } from "./layout.js";

/** A datagram under way. */
export interface Dot extends Point {
  readonly journey: Journey;
  readonly kind: Kind;
}

/** Where a datagram died a moment ago. */
export interface Grave extends Point {
  readonly journey: Journey;
  readonly text: string;
  /** 0 when it has just died, 1 when it is forgotten. */
  readonly age: number;
}

/** Datagrams by the time that they are to be seen. */
export interface Flights {
  readonly run: Run;
  readonly journeys: readonly { readonly at: Instant; readonly journey: Journey; readonly goneAt: Instant }[];
  /** No journey that began earlier than this before an instant is still seen then. */
  readonly longestMs: number;
}

/** chosen: datagrams that go both ways on one link pass on their right, as cars do. */
const LANE = 5;

export function flightsOf(run: Run): Flights {
  const journeys = run.journeys.map((journey) => ({ at: journey.sentAt, journey, goneAt: goneAt(journey) }));
  const longestMs = journeys.reduce((longest, each) => Math.max(longest, each.goneAt - each.at), 0);
  return { run, journeys, longestMs };
}

/** All that is under way at an instant. */
export function dotsAt({ run, journeys, longestMs }: Flights, layout: Layout, at: Instant): readonly Dot[] {
  const dots: Dot[] = [];
  for (let index = indexAt(journeys, at); index >= 0; index--) {
    const each = journeys[index];
    if (each === undefined || each.at < at - longestMs) break;
    if (each.goneAt <= at) continue;
    const leg = each.journey.legs.findLast(({ startAt }) => startAt <= at);
    if (leg === undefined) continue;
    dots.push({ ...pointOn(leg, layout, at), journey: each.journey, kind: messageOf(run, each.journey).kind });
  }
  return dots;
}

/** What died within `memoryMs` before an instant, the newest first. */
export function gravesAt(flights: Flights, layout: Layout, at: Instant, memoryMs: number): readonly Grave[] {
  const { journeys, longestMs } = flights;
  const graves: Grave[] = [];
  for (let index = indexAt(journeys, at); index >= 0; index--) {
    const each = journeys[index];
    if (each === undefined || each.at < at - longestMs - memoryMs) break;
    const { ending, legs, sender } = each.journey;
    if (ending.type !== "dropped" || each.goneAt > at || each.goneAt < at - memoryMs) continue;
    const last = legs.at(-1);
    const where = last === undefined ? layout.places[sender] : pointOn(last, layout, each.goneAt);
    if (where !== undefined)
      graves.push({ ...where, journey: each.journey, text: ending.text, age: (at - each.goneAt) / memoryMs });
  }
  return graves;
}

function pointOn({ from, to, startAt, endAt, share }: Leg, { places }: Layout, at: Instant): Point {
  const [start, end] = [places[from], places[to]];
  if (start === undefined || end === undefined) return { x: 0, y: 0 };
  const done = endAt > startAt ? Math.min(1, Math.max(0, (at - startAt) / (endAt - startAt))) * share : share;
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy) || 1;
  return { x: start.x + dx * done - (dy / length) * LANE, y: start.y + dy * done + (dx / length) * LANE };
}

/** The dots of one colour as one path of points, which a round line cap makes visible: a thousand cost as one. */
export function pathOf(dots: readonly Point[]): string {
  let path = "";
  for (const { x, y } of dots) path += `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
  return path;
}

/** The dot that is nearest to a point of the picture, within reach of a finger. */
export function dotNear(dots: readonly Dot[], { x, y }: Point, reach = 16): Dot | null {
  let nearest: Dot | null = null;
  let best = reach;
  for (const dot of dots) {
    const distance = Math.hypot(dot.x - x, dot.y - y);
    if (distance <= best) [nearest, best] = [dot, distance];
  }
  return nearest;
}
