import type { UdpSocket } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { MessageQueue } from "./message-queue.js";
import type { PunchReport } from "./report.js";

/**
 * A direct path to the partner. Until it is released, netpunch answers what the partner may still need (its last
 * messages can be lost) beneath the application's datagrams, which never mix with netpunch's own.
 */
export interface Hole extends AsyncDisposable {
  /** The socket's own address; the address part is a wildcard where none was asked for. */
  readonly local: Endpoint;
  /** Where the partner is: datagrams from our socket to this address arrive there. */
  readonly remote: Endpoint;
  /** How it went. */
  readonly report: PunchReport;
  /**
   * The socket, the caller's from now on. Its "message" listeners see the application's datagrams, from anybody, and
   * none of netpunch's. Closing it ends the hole.
   */
  readonly socket: UdpSocket;
  /**
   * Sends one datagram to the partner. Like UDP itself it may be lost, and a machine that refuses to send it is told to
   * the observers only. At most 65,507 bytes; 1,200 pass nearly everywhere (RFC 8085 section 3.2, RFC 9000 section 14).
   */
  send(bytes: Uint8Array): void;
  /**
   * The partner's datagrams, in order of arrival, ending when the hole ends. Those unread are kept up to a total of 1 MiB;
   * then the newest are dropped. Take either this or `socket.on("message")`.
   */
  readonly messages: AsyncIterable<Uint8Array>;
  /**
   * Waits until the partner can no longer be stranded (140 ms at most), then closes the socket and leaves its port to any
   * other program. A socket that the caller passed to `punch()` is given back open instead.
   */
  release(): Promise<void>;
}

/** What a hole is made of. */
export interface HoleParts extends Pick<Hole, "local" | "remote" | "report" | "socket" | "send"> {
  readonly messages: MessageQueue;
  /** Settles when nothing is owed to the partner any more. */
  readonly partnerSafe: Promise<void>;
  readonly close: () => Promise<void>;
}

export function createHole({ partnerSafe, close, messages, send, ...parts }: HoleParts): Hole {
  let released: Promise<void> | null = null;
  const end = async () => {
    await partnerSafe;
    await close();
    messages.end();
  };
  const release = () => {
    released ??= end();
    return released;
  };
  return {
    ...parts,
    messages,
    send: (bytes) => {
      if (released !== null) throw new TypeError("send() expected an open hole, got one that is released");
      send(bytes);
    },
    release,
    [Symbol.asyncDispose]: release,
  };
}
