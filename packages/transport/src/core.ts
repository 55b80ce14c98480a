import type { Endpoint } from "@netpunch/wire";

/** Milliseconds on the driver's monotonic clock; only differences mean anything. */
export type Instant = number;

/** One of the core's sockets, by its index in the driver's list; 0 is the main one. */
export type SocketId = number;

/** A UDP datagram. `remote` sent it (in an {@link Input}) or shall get it (in an {@link Output}). */
export interface Datagram {
  readonly socket: SocketId;
  readonly remote: Endpoint;
  /** Valid during `handle()` only where it came in: a core copies what outlives the call. */
  readonly bytes: Uint8Array;
}

/** An address of the machine that the core's sockets can send from and are reached at. */
export interface LocalAddress {
  /** Canonical; never link-local, so without a zone. */
  readonly address: string;
  /**
   * What its interface is: "tunnel" for tunnels (a VPN's) and other point-to-point links, "bridge" for a switch inside the
   * machine, as containers and virtual machines have, "loopback", or "ordinary".
   */
  readonly link: "ordinary" | "bridge" | "tunnel" | "loopback";
  /** "server": the system sends from it to the server that the core looked up. Not there where it does not, or nobody knows. */
  readonly leadsTo?: "server";
}

/** When the driver owes the core a wake, and why ("pinging 3/10"). */
export interface Deadline {
  readonly at: Instant;
  readonly why: string;
}

/** What happened. Everything that a core knows of the world comes through here. */
export type Input =
  /** Once, first of all. */
  | { readonly type: "start" }
  /** The deadline passed; one that comes early or late is harmless. */
  | { readonly type: "wake" }
  | { readonly type: "datagram"; readonly datagram: Datagram }
  /**
   * The machine refused to send to `remote` (no route, not permitted, no buffer). Over 1,000 sends in a second from one
   * socket, a driver may tell of one in 16.
   */
  | { readonly type: "sendFailed"; readonly socket: SocketId; readonly remote: Endpoint; readonly error: Error }
  /** The answer to a `resolve` output, best address first, at least one. */
  | { readonly type: "resolved"; readonly endpoints: readonly Endpoint[] }
  /** The other answer to a `resolve` output: the name has no address now. */
  | { readonly type: "resolveFailed"; readonly error: Error }
  /**
   * The machine was suspended, or its clock was set forward: its addresses and mappings may be others now. From drivers
   * that watch for it.
   */
  | { readonly type: "resumed" }
  /** All of them, once right after "start" and again whenever they change, from drivers that watch them. */
  | { readonly type: "addresses"; readonly addresses: readonly LocalAddress[] }
  /** The answer to an `openSocket` output: one more of the core's sockets, and its local port. */
  | { readonly type: "socketOpened"; readonly socket: SocketId; readonly port: number }
  /** The other answer to an `openSocket` output: the machine gives none. */
  | { readonly type: "socketFailed"; readonly error: Error };

/** What the core wants done. */
export type Output<Event> =
  /**
   * `hops`: so many routers at most may pass it on (IPv4's time to live); only from a socket that `openSocket` gave. Default: as the
   * system has it.
   */
  | { readonly type: "send"; readonly datagram: Datagram; readonly hops?: number }
  /** Not the protocol's datagram: it belongs to the application that shares the socket. */
  | { readonly type: "pass"; readonly datagram: Datagram }
  /** The protocol's, but meant for another run: a core beside this one may take it, and the application never sees it. */
  | { readonly type: "offer"; readonly datagram: Datagram }
  /** Look the server's name up (again); `resolved` or `resolveFailed` answers. */
  | { readonly type: "resolve" }
  /** Open one more socket of IPv4, on any free port; `socketOpened` or `socketFailed` answers. */
  | { readonly type: "openSocket" }
  /** Close one of the core's sockets: nothing comes from it any more. One of the caller's own stays open. */
  | { readonly type: "closeSocket"; readonly socket: SocketId }
  | { readonly type: "event"; readonly event: Event }
  /** Nothing is owed to anybody any more: the socket may close. The core still answers while it is fed. */
  | { readonly type: "done" };

/**
 * A protocol without I/O: told what happened, it answers what to do. It never reads a clock, draws randomness,
 * opens a socket, sets a timer or logs, so the same object runs over UDP, in a simulated network and in a replay.
 */
export interface Core<Event> {
  /** Never throws on what the network says. The array is the caller's until the next call. */
  handle(now: Instant, input: Input): readonly Output<Event>[];
  /** Re-read after every `handle()`; null when the core waits for nothing but datagrams. */
  readonly deadline: Deadline | null;
}
