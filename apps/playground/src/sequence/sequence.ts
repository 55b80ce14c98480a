import type { Instant } from "@netpunch/simnet";
import type { Film } from "../film/film.js";
import type { Run } from "../run/run.js";
import type { Journey } from "../trace/journey.js";

/** A lifeline of the diagram. */
interface Column {
  readonly node: string;
  readonly label: string;
  readonly x: number;
}

/** A message as a line from its sender to where it came. */
export interface Arrow {
  readonly journey: Journey;
  /** The first one at its sender. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly isLost: boolean;
  /** How many others left their sender right before it: their names stand side by side. */
  readonly before: number;
}

export interface Sequence {
  readonly columns: readonly Column[];
  readonly heightPx: number;
  /** By the y of their first point. */
  readonly arrows: readonly Arrow[];
  yAt(at: Instant): number;
}

/** chosen: the height of a name. */
const NAME_PX = 12;
const TOP_PX = 14;
const BOTTOM_PX = 32;

/** Draws a run as a sequence diagram of a given width; `pxPerSecond` of film is its zoom. */
export function drawSequence(run: Run, film: Film, widthPx: number, pxPerSecond: number): Sequence {
  const columns = columnsOf(run, widthPx);
  const xOf = new Map(columns.map(({ node, x }) => [node, x]));
  const middle = xOf.get("control") ?? widthPx / 2;
  const owners = new Map(run.nodes.flatMap(({ name, addresses }) => addresses.map((address) => [address, name])));
  const xOfAddress = (address: string) => xOf.get(owners.get(address) ?? "") ?? middle;
  const yAt = (at: Instant) => TOP_PX + (film.filmAt(at) / 1000) * pxPerSecond;
  /** By sender: those whose names stand in one line. */
  const lines = new Map<string, { readonly y: number; readonly names: number }>();
  const arrows = run.journeys.map((journey) => {
    const y = yAt(journey.sentAt);
    const last = lines.get(journey.sender);
    const line = last !== undefined && y - last.y < NAME_PX ? last : { y, names: 0 };
    lines.set(journey.sender, { y: line.y, names: line.names + 1 });
    return { ...arrowOf(journey, { xOf, xOfAddress, yAt }), before: line.names };
  });
  return { columns, heightPx: yAt(run.endsAt) + BOTTOM_PX, arrows, yAt };
}

/** Those that are to be seen between two heights. */
export function arrowsBetween({ arrows }: Sequence, fromPx: number, toPx: number): readonly Arrow[] {
  return arrows.filter(({ points }) => (points[0]?.y ?? 0) <= toPx && (points.at(-1)?.y ?? 0) >= fromPx);
}

function columnsOf({ nodes }: Run, widthPx: number): readonly Column[] {
  const there = new Set(nodes.map(({ name }) => name));
  const order = ["a", "gateway a", "carrier a", "gateway", "control", "attacker", "carrier b", "gateway b", "b"];
  const named = order.filter((node) => there.has(node));
  const edge = Math.min(64, widthPx / (2 * named.length));
  const gap = (widthPx - 2 * edge) / Math.max(1, named.length - 1);
  return named.map((node, index) => ({
    node,
    label: node.length === 1 ? `peer ${node}` : node,
    x: edge + index * gap,
  }));
}

/** Where columns stand, and whose is an address. */
interface Ground {
  readonly xOf: ReadonlyMap<string, number>;
  readonly xOfAddress: (address: string) => number;
  readonly yAt: (at: Instant) => number;
}

function arrowOf(journey: Journey, { xOf, xOfAddress, yAt }: Ground): Omit<Arrow, "before"> {
  const { sender, sentAt, legs, ending, publicTo } = journey;
  const points = [{ x: xOf.get(sender) ?? 0, y: yAt(sentAt) }];
  for (const { from, to, startAt, endAt, share } of legs) {
    const here = points.at(-1)?.x ?? 0;
    // The internet has no column: what is lost in it goes half of the way to where it was meant to go.
    const start = from === "internet" ? (here + xOfAddress(publicTo.address)) / 2 : here;
    const end = to === "internet" ? xOfAddress(publicTo.address) : (xOf.get(to) ?? 0);
    // A little short of the middle, where control's lifeline is.
    if (share < 1) points.push({ x: start + (end - start) * share * 0.8, y: yAt(startAt + (endAt - startAt) * share) });
    else if (to !== "internet") points.push({ x: end, y: yAt(endAt) });
  }
  // It ended where it was: nobody has its address, or its own machine refused it.
  if (points.length === 1 && ending.type === "dropped")
    points.push({ x: xOf.get(ending.node) ?? 0, y: yAt(ending.at) });
  return { journey, points, isLost: ending.type === "dropped" };
}
