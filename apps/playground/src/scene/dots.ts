import type { Instant } from "@netpunch/simnet";
import type { Kind } from "../inspect/inspected.js";
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

interface Flight {
  readonly at: Instant;
  readonly goneAt: Instant;
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

/** Datagrams in the order in which they are to be seen. */
export interface Flights {
  readonly all: readonly Flight[];
  /** No journey that began earlier than this before an instant is still seen then. */
  readonly longestMs: number;
}

/** chosen: datagrams that go both ways on one link pass on their right, as cars do. */
const LANE = 5;

export function flightsOf(run: Run): Flights {
  const all = run.journeys.map((journey) => ({
    at: journey.bornAt,
    goneAt: goneAt(journey),
    journey,
    kind: messageOf(run, journey).kind,
  }));
  const longestMs = all.reduce((longest, each) => Math.max(longest, each.goneAt - each.at), 0);
  return { all, longestMs };
}

/** All that is under way at an instant. */
export function dotsAt({ all, longestMs }: Flights, layout: Layout, at: Instant): readonly Dot[] {
  const dots: Dot[] = [];
  for (let index = indexAt(all, at); index >= 0; index--) {
    const each = all[index];
    if (each === undefined || each.at < at - longestMs) break;
    if (each.goneAt <= at) continue;
    const { journey, kind } = each;
    const leg = journey.legs.findLast(({ startAt }) => startAt <= at);
    if (leg === undefined) continue;
    const { x, y } = pointOn(leg, layout, at);
    dots.push({ x, y, journey, kind });
  }
  return dots;
}

/** What died within `memoryMs` before an instant, the newest first. */
export function gravesAt(flights: Flights, layout: Layout, at: Instant, memoryMs: number): readonly Grave[] {
  const { all, longestMs } = flights;
  const graves: Grave[] = [];
  for (let index = indexAt(all, at); index >= 0; index--) {
    const each = all[index];
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

/** A cross for each grave, as one path. */
export function crossesOf(graves: readonly Point[]): string {
  return graves.map(({ x, y }) => `M${x - 6} ${y - 6}l12 12m0 -12l-12 12`).join("");
}

/** Where the reason of the newest death stands, so that all of it is inside the scene; null where nothing died. */
export function epitaphOf([newest]: readonly Grave[], sceneWidth: number): (Point & { readonly text: string }) | null {
  if (newest === undefined) return null;
  const half = newest.text.length * 3.3 + 6;
  const { ending } = newest.journey;
  // Below a peer stands what it does.
  const isAtPeer =
    ending.type === "dropped" && (ending.node === "a" || ending.node === "b") && ending.reason !== "lost";
  const y = newest.y + (isAtPeer ? -36 : 26);
  return { x: Math.min(sceneWidth - half, Math.max(half, newest.x)), y, text: newest.text };
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
