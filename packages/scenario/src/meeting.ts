import { createControlCore } from "@netpunch/control/core";
import { createOriginalControl, createOriginalPeer } from "@netpunch/original";
import { createPeerCore } from "@netpunch/peer/core";
import {
  createInternet,
  type Firewall,
  type Host,
  type Internet,
  type LinkQuality,
  type Nat,
  type NatOptions,
  type Running,
  type Seed,
  type TraceOption,
} from "@netpunch/simnet";
import type { Instant } from "@netpunch/transport";
import { type Endpoint, sameEndpoint, type v1 } from "@netpunch/wire";

/** Whose program it is. */
export type Drill = "ours" | "original";

/** Where a peer stands: on the public internet, behind a firewall, behind a NAT of its own, or behind the pair's one. */
export type Place = "public" | "firewall" | "blocked" | "shared" | NatOptions;

export interface Side {
  /** Default "public". */
  readonly place?: Place;
  /** Default "ours". */
  readonly drill?: Drill;
  /** When it starts, in virtual milliseconds. Default 0. */
  readonly startsAtMs?: Instant;
  /**
   * What becomes of the socket when nothing is owed to the partner any more: "release" frees the port, as the command does
   * for `-command` (and the original always); "hold" keeps it, as a program that embeds the library does. Default "release".
   */
  readonly afterwards?: "release" | "hold";
}

export interface MeetingOptions {
  readonly seed: Seed;
  /** Default "ours". */
  readonly control?: Drill;
  /** Between any two hosts of the public internet, one way. Default 25 ms, nothing lost. */
  readonly link?: LinkQuality;
  readonly a?: Side;
  readonly b?: Side;
  /** Default "ipv4". NATs do not translate IPv6, so then places are "public", "firewall" or "blocked". */
  readonly ip?: "ipv4" | "ipv6";
  /** The NAT that sides in the place "shared" stand behind. */
  readonly shared?: NatOptions;
  /** When to give up, in virtual milliseconds after the later start. Default 60,000. */
  readonly limitMs?: number;
  /** Default "off". */
  readonly trace?: TraceOption;
  /** Called when all is set up and nothing has happened yet: for what a scenario does to the net while it runs. */
  readonly prepare?: (parts: Omit<Meeting, "connectedAt" | "tookMs" | "holes">) => void;
}

/** A peer that runs; what it reports is the drill's own business. */
type RunningPeer = Running<{ readonly type: string }>;

/** How a meeting went. */
export interface Meeting {
  readonly net: Internet;
  readonly control: Running<unknown>;
  readonly controlHost: Host;
  readonly peers: { readonly a: RunningPeer; readonly b: RunningPeer };
  readonly hosts: { readonly a: Host; readonly b: Host };
  readonly gateways: { readonly a: Nat | Firewall | null; readonly b: Nat | Firewall | null };
  /** When each side knew that it was connected; null: never. */
  readonly connectedAt: { readonly a: Instant | null; readonly b: Instant | null };
  /** From the later start until both were connected; null: not both. */
  readonly tookMs: number | null;
  /** Where each side's hole leads. */
  readonly holes: { readonly a: Endpoint | null; readonly b: Endpoint | null };
}

export const CONTROL: Endpoint = { address: "198.51.100.1", port: 7777 };
const CONTROL_IPV6: Endpoint = { address: "2001:db8:1::1", port: 7777 };
const SECRET = "Secret";

/** Lets two peers meet: builds the net, starts everybody, and runs until both are done or the limit has passed. */
export function meet(options: MeetingOptions): Meeting {
  const { seed, link = { latencyMs: 25 }, trace = "off", limitMs = 60_000 } = options;
  const net = createInternet({ seed, link, trace });
  const ip = options.ip ?? "ipv4";
  const controlAt = ip === "ipv4" ? CONTROL : CONTROL_IPV6;
  const controlHost = net.host("control", { address: controlAt.address });
  const control = runControl(controlHost, options.control ?? "ours");
  const shared =
    options.shared === undefined ? null : net.nat("shared gateway", { address: "203.0.113.9", ...options.shared });
  const around = { net, shared, ip, controlAt };
  const a = settle(around, "a", options.a ?? {});
  const b = settle(around, "b", options.b ?? {});
  const parts = {
    net,
    control,
    controlHost,
    peers: { a: a.running, b: b.running },
    hosts: { a: a.host, b: b.host },
    gateways: { a: a.gateway, b: b.gateway },
  };
  options.prepare?.(parts);
  const laterStart = Math.max(options.a?.startsAtMs ?? 0, options.b?.startsAtMs ?? 0);
  net.run({ until: () => a.ended() && b.ended(), limitMs: laterStart + limitMs });
  const both = a.connectedAt() !== null && b.connectedAt() !== null;
  return {
    ...parts,
    connectedAt: { a: a.connectedAt(), b: b.connectedAt() },
    tookMs: both ? Math.max(a.connectedAt() ?? 0, b.connectedAt() ?? 0) - laterStart : null,
    holes: { a: a.hole(), b: b.hole() },
  };
}

function runControl(host: Host, drill: Drill): Running<unknown> {
  const { port } = CONTROL;
  return drill === "ours"
    ? host.run(createControlCore({ secret: SECRET }), { port })
    : host.run(createOriginalControl(SECRET), { port });
}

/** What both sides have in common. */
interface Surroundings {
  readonly net: Internet;
  readonly shared: Nat | null;
  readonly ip: "ipv4" | "ipv6";
  readonly controlAt: Endpoint;
}

/** One side's place in the net, its running drill, and what is to be known of both. */
function settle(around: Surroundings, slot: "a" | "b", side: Side) {
  const gateway = gatewayOf(around, slot, side.place ?? "public");
  const host = (gateway ?? around.net).host(slot, { address: around.ip });
  const running = runPeer(host, around, slot, side);
  const connected = () => running.events.find(({ event }) => event.type === "connected");
  return {
    gateway,
    host,
    running,
    connectedAt: () => connected()?.at ?? null,
    hole: () => (connected()?.event as { endpoint?: Endpoint } | undefined)?.endpoint ?? null,
    ended: () => running.doneAt !== null,
  };
}

function gatewayOf({ net, shared }: Surroundings, slot: "a" | "b", place: Place): Nat | Firewall | null {
  const address = slot === "a" ? "203.0.113.1" : "203.0.113.2";
  if (place === "public") return null;
  if (place === "firewall") return net.firewall(`firewall ${slot}`);
  if (place === "blocked") return net.firewall(`firewall ${slot}`, { udp: "blocked" });
  if (place !== "shared") return net.nat(`gateway ${slot}`, { address, ...place });
  if (shared === null) throw new TypeError(`"shared" expected a NAT for the side in the place "shared", got none`);
  return shared;
}

function runPeer(host: Host, { controlAt }: Surroundings, slot: v1.Slot, side: Side): RunningPeer {
  const { startsAtMs = 0, drill = "ours", afterwards = "release" } = side;
  const options = {
    port: 5000,
    startAtMs: startsAtMs,
    resolve: [controlAt],
    onDone: (running: { close(): void }) => {
      if (drill === "original" || afterwards === "release") running.close();
    },
  };
  return drill === "ours"
    ? host.run(createPeerCore({ slot, secret: SECRET }), options)
    : host.run(createOriginalPeer({ slot, secret: SECRET }), options);
}

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
