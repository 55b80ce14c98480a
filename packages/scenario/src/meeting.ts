import type { Budgets } from "@netpunch/control/core";
import {
  createInternet,
  type Fate,
  type Host,
  type Instant,
  type Internet,
  type LinkQuality,
  type NatOptions,
  type Running,
  type Seed,
  type TraceOption,
} from "@netpunch/simnet";
import { type Endpoint, sameEndpoint, type v1 } from "@netpunch/wire";
import type { ControlSecret } from "./keys.js";
import { type Outcome, outcomeOf } from "./outcome.js";
import { type Gateway, type Ground, type Ip, type Place, type Spot, settle } from "./place.js";
import {
  CONTROL,
  CONTROL_IPV6,
  type Drill,
  type Program,
  type RunningPeer,
  runControl,
  runPeer,
  type Start,
} from "./program.js";

export interface Side extends Omit<Program, "slot">, Pick<Start, "startsAtMs" | "afterwards"> {
  /** Default "public". */
  readonly place?: Place;
  /** What the NAT of `place` is behind, in turn: a carrier's, or the pair's one. Default: the public internet. */
  readonly behind?: NatOptions | "shared";
  /** Default: that of the meeting. */
  readonly ip?: Ip;
}

export interface MeetingOptions {
  readonly seed: Seed;
  /** Default "ours". */
  readonly control?: Drill;
  /** What our control is given. Default "secret". */
  readonly controlSecret?: ControlSecret;
  /** Those of our control. Default: few bindings. */
  readonly budgets?: Partial<Budgets>;
  /** Between any two hosts of the public internet, one way. Default 25 ms, nothing lost. */
  readonly link?: LinkQuality;
  readonly a?: Side;
  readonly b?: Side;
  /** What the peers' machines have. Default "ipv4". IPv6 is never translated: NATs filter it. */
  readonly ip?: Ip;
  /** The NAT that sides in the place "shared" stand behind. */
  readonly shared?: NatOptions;
  /** When to give up, in virtual milliseconds after the later start. Default 60,000. */
  readonly limitMs?: number;
  /** Default "off". */
  readonly trace?: TraceOption;
  /** Sees each fate of each datagram as it happens. */
  readonly onFate?: (fate: Fate) => void;
  /** Called when all is set up and nothing has happened yet: for what a scenario does to the net while it runs. */
  readonly prepare?: (parts: Parts) => void;
}

/** What a meeting is made of. */
export interface Parts {
  readonly net: Internet;
  readonly control: Running<unknown>;
  readonly controlHost: Host;
  /** The runs that count; after a restart the new one. */
  readonly peers: { readonly a: RunningPeer; readonly b: RunningPeer };
  readonly hosts: { readonly a: Host; readonly b: Host };
  readonly gateways: { readonly a: Gateway | null; readonly b: Gateway | null };
  /** Adds a third machine. */
  join(name: string, slot: v1.Slot, side: Side): RunningPeer;
  /** Kills a side's program, without a goodbye, and starts it again on the same port. */
  restart(name: "a" | "b"): RunningPeer;
}

/** How a meeting went. */
export interface Meeting extends Parts {
  /** When each side knew that it was connected; null: never. */
  readonly connectedAt: { readonly a: Instant | null; readonly b: Instant | null };
  /** From the later start until both were connected; null: not both. */
  readonly tookMs: number | null;
  /** Where each side's hole leads. */
  readonly holes: { readonly a: Endpoint | null; readonly b: Endpoint | null };
  readonly outcomes: { readonly a: Outcome; readonly b: Outcome };
}

/** Lets two peers meet: builds the net, starts everybody, and runs until both are done or the limit has passed. */
export function meet(options: MeetingOptions): Meeting {
  const parts = setUp(options);
  options.prepare?.(parts);
  const { net, peers } = parts;
  const laterStart = Math.max(options.a?.startsAtMs ?? 0, options.b?.startsAtMs ?? 0);
  const limitMs = laterStart + (options.limitMs ?? 60_000);
  net.run({ until: () => peers.a.doneAt !== null && peers.b.doneAt !== null, limitMs });
  const [a, b] = [outcomeOf(peers.a), outcomeOf(peers.b)];
  const both = a.connectedAt !== null && b.connectedAt !== null;
  return {
    ...parts,
    connectedAt: { a: a.connectedAt, b: b.connectedAt },
    tookMs: both ? Math.max(a.connectedAt, b.connectedAt) - laterStart : null,
    holes: { a: a.hole, b: b.hole },
    outcomes: { a, b },
  };
}

function setUp(options: MeetingOptions): Parts {
  const { seed, link = { latencyMs: 25 }, trace = "off", onFate, ip = "ipv4" } = options;
  const net = createInternet({ seed, link, trace, ...(onFate === undefined ? {} : { onFate }) });
  const controlHost = net.host("control", { address: [CONTROL.address, CONTROL_IPV6.address] });
  const { control: drill = "ours", controlSecret: given = "secret", budgets } = options;
  const control = runControl(controlHost, seed, { drill, given, ...(budgets === undefined ? {} : { budgets }) });
  const shared =
    options.shared === undefined ? null : net.nat("shared gateway", { address: "203.0.113.9", ...options.shared });
  const settled = (name: string, side: Side, first?: Host) => settleSide({ net, shared }, name, { ip, ...side }, first);
  const start = (spot: Spot, slot: v1.Slot, side: Side) => runPeer(spot, { slot, ...side }, startOf(seed, ip, side));
  const sides = { a: options.a ?? {}, b: options.b ?? {} };
  const a = settled("a", sides.a);
  const b = settled("b", sides.b, a.host);
  const spots = { a, b };
  const peers = { a: start(a, "a", sides.a), b: start(b, "b", sides.b) };
  return {
    net,
    control,
    controlHost,
    peers,
    hosts: { a: a.host, b: b.host },
    gateways: { a: a.gateway, b: b.gateway },
    join: (name, slot, side) => start(settled(name, side, a.host), slot, side),
    restart(name) {
      peers[name].close();
      peers[name] = start(spots[name], name, { ...sides[name], startsAtMs: net.now });
      return peers[name];
    },
  };
}

function settleSide(ground: Ground, name: string, side: Side & { readonly ip: Ip }, first: Host | undefined): Spot {
  const { place = "public", behind, ip } = side;
  const placing = { name, place, ip, ...(behind === undefined ? {} : { behind }) };
  return settle(ground, first === undefined ? placing : { ...placing, first });
}

function startOf(seed: Seed, ip: Ip, side: Side): Start {
  const { startsAtMs = 0, afterwards = "release" } = side;
  return { seed, startsAtMs, controls: CONTROLS[side.ip ?? ip], afterwards };
}

/** What the lookup of control's name gives: the families that the machine has, IPv6 first (RFC 6724). */
const CONTROLS: Readonly<Record<Ip, readonly Endpoint[]>> = {
  ipv4: [CONTROL],
  ipv6: [CONTROL_IPV6],
  "dual stack": [CONTROL_IPV6, CONTROL],
};

/**
 * Lets the applications of a meeting whose sides hold their sockets say a word each through the hole.
 *
 * @returns whether both words arrived, each from where its reader's own hole leads.
 */
export function talk({ net, peers, holes }: Meeting): boolean {
  const { a, b } = holes;
  if (a === null || b === null) return false;
  peers.a.send(a, Uint8Array.of(1));
  peers.b.send(b, Uint8Array.of(2));
  net.run({ untilMs: net.now + 5000 });
  const heard = (peer: RunningPeer, hole: Endpoint) => peer.passed.some(({ remote }) => sameEndpoint(remote, hole));
  return heard(peers.a, a) && heard(peers.b, b);
}
