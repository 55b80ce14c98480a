import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import type { Datagram, Instant, SocketId } from "../core.js";
import type { RemoteInfo, UdpSocket } from "../socket.js";
import { addressForSocket, addressFromSocket, type BoundSocket } from "./dgram-socket.js";
import { type Audience, type Interposition, interpose } from "./interpose.js";
import { TransportError } from "./transport-error.js";

/**
 * node sends a callback through its tick queue, which is a fifth of all that an answer of control costs. So of more
 * sends in a second than control's budgets let through, only one in {@link SAMPLE} is asked how it went: a machine that
 * refuses to send refuses again.
 */
const ALL_WATCHED_PER_SECOND = 1000;
const SAMPLE = 16;

/** RFC 1700, "IP TIME TO LIVE PARAMETER". A socket whose limit was never asked to be another one keeps its system's. */
const DEFAULT_HOPS = 64;

/** What a driven socket tells its driver. */
export interface SocketEvents {
  datagram(datagram: Datagram): void;
  sendFailed(socket: SocketId, remote: Endpoint, error: Error): void;
  error(error: TransportError): void;
  /** Somebody else closed it. */
  closed(error: TransportError): void;
}

/** One of a driver's sockets: listens before its `message` listeners, sends, and lets go without a trace. */
export class DrivenSocket {
  readonly bound: BoundSocket;
  readonly #socket: UdpSocket;
  readonly #id: SocketId;
  readonly #events: SocketEvents;
  readonly #interposition: Interposition;
  #attached = true;
  #secondEndsAt: Instant = Number.NEGATIVE_INFINITY;
  #sendsInSecond = 0;
  #hops = DEFAULT_HOPS;

  constructor(bound: BoundSocket, id: SocketId, events: SocketEvents) {
    this.bound = bound;
    this.#socket = bound.socket;
    this.#id = id;
    this.#events = events;
    this.#interposition = interpose(bound.socket, { message: this.#hear, error: this.#failed, close: this.#closed });
  }

  /** @param hops how far it may go; only for a socket that is ours, whose usual limit we may set again. */
  send({ remote, bytes }: Datagram, now: Instant, hops?: number): void {
    try {
      this.#limit(hops ?? DEFAULT_HOPS);
      const address = addressForSocket(remote.address, this.bound.family);
      const watch = this.#isWatched(now) ? this.#sent : undefined;
      this.#socket.send(bytes, remote.port, address, watch);
    } catch (error) {
      // node throws where the socket is closed or the port is none; the core hears of it as of any other failure, later.
      const cause = error instanceof Error ? error : new Error(String(error));
      process.nextTick(() => this.#tellSendFailed(remote, cause));
    }
  }

  /** A datagram leaves the process within the call, so what is set before it is its own. */
  #limit(hops: number): void {
    if (hops === this.#hops) return;
    this.#hops = hops;
    this.#socket.setTTL?.(hops);
  }

  #isWatched(now: Instant): boolean {
    if (now >= this.#secondEndsAt) {
      this.#secondEndsAt = now + 1000;
      this.#sendsInSecond = 0;
    }
    this.#sendsInSecond += 1;
    return this.#sendsInSecond <= ALL_WATCHED_PER_SECOND || this.#sendsInSecond % SAMPLE === 0;
  }

  /** Gives a datagram to the next core on the socket, and after the last one to the socket's listeners, as it came. */
  pass(datagram: Datagram, audience: Audience): void {
    const { bytes } = datagram;
    // A core's own copy may be any Uint8Array, and listeners of node:dgram count on a Buffer.
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#interposition.pass(buffer, ReceivedDatagram.remoteInfo(datagram), audience);
  }

  detach(): void {
    this.#attached = false;
    this.#interposition.remove();
  }

  readonly #hear = (bytes: Uint8Array, info: RemoteInfo, audience: Audience): void => {
    const told = this.#infoFor(info);
    // No endpoint has port 0: such a datagram cannot be answered and is none of netpunch's (RFC 768: port not used).
    if (info.port === 0) this.#interposition.pass(bytes, told, audience);
    else this.#events.datagram(new ReceivedDatagram(this.#id, bytes, told, audience));
  };

  /**
   * Our own sockets take an IPv4 address as it is and tell of it as it is, also where they serve both families. A caller's
   * own socket keeps node's way: it could not send to what we would tell.
   */
  #infoFor(info: RemoteInfo): RemoteInfo {
    if (!this.bound.owned || this.bound.family !== "dual") return info;
    const address = addressFromSocket(info.address);
    return address === info.address || address.includes(":") ? info : { ...info, address, family: "IPv4" };
  }

  /** One callback for all sends: dgram's error says to whom it was. */
  readonly #sent = (error: (Error & { readonly address?: unknown; readonly port?: unknown }) | null): void => {
    if (error === null || typeof error.address !== "string" || typeof error.port !== "number") return;
    this.#tellSendFailed({ address: addressFromSocket(error.address), port: error.port }, error);
  };

  #tellSendFailed(remote: Endpoint, error: Error): void {
    if (this.#attached) this.#events.sendFailed(this.#id, remote, error);
  }

  readonly #failed = (cause: Error): void => {
    this.#events.error(new TransportError("socket-error", `${this.#name()} failed: ${cause.message}`, { cause }));
  };

  readonly #closed = (): void => {
    this.#events.closed(new TransportError("socket-closed", `${this.#name()} was closed while it was in use`));
  };

  #name(): string {
    return `the socket on ${formatEndpoint(this.bound.local)}`;
  }
}

/** A datagram that keeps what node told of its sender, for those it is passed to. */
class ReceivedDatagram implements Datagram {
  readonly socket: SocketId;
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
  readonly #info: RemoteInfo;
  readonly #audience: Audience;

  constructor(socket: SocketId, bytes: Uint8Array, info: RemoteInfo, audience: Audience) {
    this.socket = socket;
    this.remote = { address: addressFromSocket(info.address), port: info.port };
    this.bytes = bytes;
    this.#info = info;
    this.#audience = audience;
  }

  static audience(datagram: Datagram): Audience {
    return #audience in datagram ? datagram.#audience : "everybody";
  }

  static remoteInfo(datagram: Datagram): RemoteInfo {
    if (#info in datagram) return datagram.#info;
    const { address, port } = datagram.remote;
    return { address, port, family: address.includes(":") ? "IPv6" : "IPv4", size: datagram.bytes.length };
  }
}

/** Whom a datagram may still reach, as the cores before this one left it. */
export function audienceOf(datagram: Datagram): Audience {
  return ReceivedDatagram.audience(datagram);
}
