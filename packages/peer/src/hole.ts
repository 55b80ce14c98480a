import type { UdpSocket } from "@netpunch/transport";
import type { DgramSocket } from "@netpunch/transport/udp";
import type { Endpoint } from "@netpunch/wire";
import { PunchError } from "./errors.js";
import type { PathKind, Protocol } from "./events.js";
import type { MessageQueue } from "./message-queue.js";
import type { PunchReport } from "./report.js";

/**
 * A path to the partner, a direct one or one through control. Until it is released, netpunch answers what the partner may still need (its last
 * messages can be lost) beneath the application's datagrams, which never mix with netpunch's own.
 */
export interface Hole<Socket extends UdpSocket = DgramSocket> extends AsyncDisposable {
  /** The socket's own address; the address part is a wildcard where none was asked for. */
  readonly local: Endpoint;
  /**
   * Where the partner is: datagrams from our socket to this address arrive there, and its own come from there, as the socket
   * writes it. (On a socket of the caller's for both families, an IPv4 partner is at `::ffff:192.0.2.1`.) In v2 it may change until the hole is
   * confirmed, when the partner is killed and started again in these milliseconds.
   */
  readonly remote: Endpoint;
  readonly protocol: Protocol;
  /** How the partner's address became known; null in v1, which does not tell. */
  readonly path: PathKind | null;
  /** Of the ping that made the hole, in milliseconds; null in v1. */
  readonly roundTripMs: number | null;
  /** How it went. */
  readonly report: PunchReport;
  /**
   * Settles when nothing is owed to the partner any more: resolves where it is known to have its hole (in v1: where it cannot
   * be stranded by us any more), rejects with a {@link PunchError}, "unconfirmed", where it did not say so within 6 s. A
   * rejection that nobody listens to stays without effect.
   */
  readonly confirmed: Promise<void>;
  /**
   * The socket, the caller's from now on. Its "message" listeners see the application's datagrams, from anybody, and
   * none of netpunch's. Closing it ends the hole. A `dgram.Socket`, so it fits where a library wants one; where the caller
   * passed a socket, that one.
   */
  readonly socket: Socket;
  /**
   * Sends one datagram to the partner. Like UDP itself it may be lost, and a machine that refuses to send it is told to
   * the observers only. At most 65,507 bytes; 1,200 pass nearly everywhere (RFC 8085 section 3.2, RFC 9000 section 14).
   *
   * @throws TypeError for anything but a Uint8Array (a Buffer is one), and on a hole that is released; RangeError for more bytes
   */
  send(bytes: Uint8Array): void;
  /**
   * The partner's datagrams, in order of arrival, ending when the hole ends. Those unread are kept up to a total of 1 MiB;
   * then the newest are dropped, and observers hear of it ("unreadDropped"). Take either this or `socket.on("message")`.
   */
  readonly messages: AsyncIterable<Uint8Array>;
  /**
   * Waits until the partner can no longer be stranded (v1: 140 ms at most; v2: a round trip or two, with losses up to 6 s), then
   * closes the socket and leaves its port to any other program. A socket that the caller passed to `punch()` is given back
   * open instead.
   *
   * @throws {@link PunchError} "unconfirmed" (a rejection, after the same) where the partner may have no hole: do not hand
   * it over; "relay-lost" where the hole is relayed and control did not say that it goes on without us. `await using` lets
   * "unconfirmed" pass in silence, and ends a relayed hole.
   */
  release(): Promise<void>;
}

/** What a hole is made of. */
export interface HoleParts extends Pick<Hole<UdpSocket>, "local" | "report" | "socket" | "send" | "confirmed"> {
  /** Where the hole leads now. */
  readonly remote: () => Endpoint;
  readonly messages: MessageQueue;
  /** Makes sure that the path goes on where another program has the socket. */
  readonly handOver: () => Promise<void>;
  /** Says goodbye and closes the socket. */
  readonly close: () => Promise<void>;
}

export function createHole(parts: HoleParts): Hole<UdpSocket> {
  const { remote, confirmed, handOver, close, messages, send, report, local, socket } = parts;
  let ended: Promise<void> | null = null;
  const end = async (before: () => Promise<void>) => {
    try {
      await before();
    } finally {
      await close();
      messages.end();
    }
  };
  const endOnce = (before: () => Promise<void>) => {
    ended ??= end(before);
    return ended;
  };
  return {
    local,
    socket,
    report,
    protocol: report.protocol,
    path: report.path,
    roundTripMs: report.roundTripMs,
    get remote() {
      return remote();
    },
    confirmed,
    messages,
    send: (bytes) => {
      if (ended !== null) throw new TypeError("send() expected an open hole, got one that is released");
      checkDatagram(bytes);
      send(bytes);
    },
    release: async () => {
      await endOnce(() => confirmed.then(handOver));
      await confirmed;
    },
    [Symbol.asyncDispose]: () => endOnce(() => confirmed.catch(() => {})),
  };
}

/** The largest payload of UDP over IPv4: 65,535 bytes less its header and IP's (RFC 768, RFC 791). */
const MAX_DATAGRAM_BYTES = 65_507;

/** What node:dgram would take for something else, or drop in silence. */
function checkDatagram(bytes: unknown): asserts bytes is Uint8Array {
  // By its tag: a Uint8Array of another realm (a worker's, a test runner's) is one as well.
  const tag = Object.prototype.toString.call(bytes).slice(8, -1);
  if (tag !== "Uint8Array") throw new TypeError(`send() expected a Uint8Array, got ${describe(bytes, tag)}`);
  const { length } = bytes as Uint8Array;
  if (length > MAX_DATAGRAM_BYTES) {
    throw new RangeError(`send() expected at most ${MAX_DATAGRAM_BYTES} bytes, got ${length}`);
  }
}

function describe(value: unknown, tag: string): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return tag === "Array" ? "an array" : tag;
}

export function unconfirmed(): PunchError {
  return new PunchError("unconfirmed", "the partner did not confirm the hole: it may not know of it", {
    advice: "Its answers are lost, or it ended in the middle. Try again; both sides must start over.",
  });
}

export function relayLost(): PunchError {
  return new PunchError("relay-lost", "control did not confirm that it goes on relaying without us", {
    advice:
      "Control has ended, the network has changed, or the partner has left. Try again; both sides must start over.",
  });
}
