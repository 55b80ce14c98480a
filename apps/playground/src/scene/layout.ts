import type { NodeInfo } from "../run/run.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A private network's outline. */
interface Network extends Box {
  readonly label: string;
  readonly labelAt: Point;
}

/** Where everybody stands in the picture. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By node, and "internet". */
  readonly places: Readonly<Record<string, Point>>;
  /** The private networks. */
  readonly networks: readonly Network[];
  /** From each node to where it is plugged in. */
  readonly links: readonly { readonly from: Point; readonly to: Point; readonly name: string }[];
}

/** "wide" for screens, "tall" for phones. */
export type Shape = "wide" | "tall";

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly control: Point;
  readonly internet: Point;
  readonly attacker: Point;
  /** For side a; side b is its mirror image. */
  readonly peer: Point;
  readonly publicPeer: Point;
  readonly gateway: Point;
  readonly inner: Point;
  readonly carrier: Point;
  readonly network: Box;
  readonly sharedGateway: Point;
  readonly sharedPeer: Point;
  readonly sharedNetwork: Box;
  /** From a network's upper edge to the line that its name stands on. */
  readonly labelBelowPx: number;
}

const FRAMES: Readonly<Record<Shape, Frame>> = {
  wide: {
    width: 720,
    height: 430,
    control: { x: 360, y: 62 },
    internet: { x: 360, y: 196 },
    attacker: { x: 606, y: 84 },
    peer: { x: 98, y: 328 },
    publicPeer: { x: 148, y: 306 },
    gateway: { x: 232, y: 260 },
    inner: { x: 186, y: 284 },
    carrier: { x: 268, y: 242 },
    network: { x: 22, y: 218, width: 210, height: 190 },
    sharedGateway: { x: 360, y: 268 },
    sharedPeer: { x: 190, y: 338 },
    sharedNetwork: { x: 96, y: 268, width: 528, height: 146 },
    labelBelowPx: 24,
  },
  tall: {
    width: 400,
    height: 500,
    control: { x: 200, y: 60 },
    internet: { x: 200, y: 208 },
    attacker: { x: 338, y: 86 },
    peer: { x: 62, y: 396 },
    publicPeer: { x: 76, y: 376 },
    gateway: { x: 108, y: 310 },
    inner: { x: 90, y: 340 },
    carrier: { x: 136, y: 278 },
    network: { x: 8, y: 310, width: 176, height: 178 },
    sharedGateway: { x: 200, y: 308 },
    sharedPeer: { x: 84, y: 398 },
    sharedNetwork: { x: 10, y: 308, width: 380, height: 180 },
    labelBelowPx: 166,
  },
};

/** Lays a net out: control above, a private network on either side, the internet between. */
export function layOut(nodes: readonly NodeInfo[], shape: Shape): Layout {
  const frame = FRAMES[shape];
  const isShared = nodes.some(({ name }) => name === "gateway");
  const places: Record<string, Point> = { internet: frame.internet };
  for (const node of nodes) places[node.name] = placeOf(node, nodes, frame, isShared);
  const boxes = isShared
    ? [{ ...frame.sharedNetwork, label: "one private network" }]
    : (["a", "b"] as const).flatMap((side) => networkOf(side, nodes, frame));
  const networks = boxes.map((box) => ({ ...box, labelAt: { x: box.x + 14, y: box.y + frame.labelBelowPx } }));
  const links = nodes.map(({ name, site }) => ({
    name,
    from: places[name] ?? frame.internet,
    to: places[site] ?? frame.internet,
  }));
  return { width: frame.width, height: frame.height, places, networks, links };
}

function placeOf({ name, site }: NodeInfo, nodes: readonly NodeInfo[], frame: Frame, isShared: boolean): Point {
  if (name === "control" || name === "attacker") return frame[name];
  if (name === "gateway") return frame.sharedGateway;
  const onSide = name.endsWith("b") ? (point: Point) => mirrored(point, frame) : (point: Point) => point;
  if (name.startsWith("carrier")) return onSide(frame.carrier);
  if (name.startsWith("gateway")) return onSide(isBehindCarrier(site, nodes) ? frame.inner : frame.gateway);
  if (isShared) return onSide(frame.sharedPeer);
  return onSide(site === "internet" ? frame.publicPeer : frame.peer);
}

function isBehindCarrier(site: string, nodes: readonly NodeInfo[]): boolean {
  return nodes.some(({ name, kind }) => name === site && kind === "nat");
}

function networkOf(side: "a" | "b", nodes: readonly NodeInfo[], frame: Frame) {
  const gateway = nodes.find(({ name }) => name === `gateway ${side}`);
  if (gateway === undefined) return [];
  const { width, ...rest } = frame.network;
  // A gateway behind a carrier's stands further inside.
  const inset = isBehindCarrier(gateway.site, nodes) ? frame.gateway.x - frame.inner.x : 0;
  const box = { ...rest, width: width - inset };
  const x = side === "a" ? box.x : frame.width - box.x - box.width;
  return [{ ...box, x, label: gateway.kind === "nat" ? `private network of ${side}` : `network of ${side}` }];
}

function mirrored({ x, y }: Point, { width }: Frame): Point {
  return { x: width - x, y };
}

/** The way from peer to peer through their gateways: where the hole will be. */
export function holePath(nodes: readonly NodeInfo[], { places }: Layout): readonly Point[] {
  const chain = (name: string): string[] => {
    const site = nodes.find((node) => node.name === name)?.site ?? "internet";
    return site === "internet" ? [name, "internet"] : [name, ...chain(site)];
  };
  const [fromA, fromB] = [chain("a"), chain("b")];
  const meeting = fromA.find((name) => fromB.includes(name)) ?? "internet";
  const names = [...fromA.slice(0, fromA.indexOf(meeting) + 1), ...fromB.slice(0, fromB.indexOf(meeting)).reverse()];
  return names.flatMap((name) => places[name] ?? []);
}
