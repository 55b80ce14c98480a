import type { Datagram, SocketId } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, sameEndpoint } from "@netpunch/wire";

/** A way to the partner: from one of our sockets to an address. */
export interface Path {
  readonly via: "direct";
  readonly socket: SocketId;
  readonly remote: Endpoint;
}

/** The socket that control knows, and that a core always has. */
export const MAIN_SOCKET: SocketId = 0;

/** The way from a socket straight to an address. Addresses are copied: a driver may use its own again. */
export function directPath(remote: Endpoint, socket: SocketId = MAIN_SOCKET): Path {
  return { via: "direct", socket, remote: { ...remote } };
}

export function samePath(a: Path, b: Path): boolean {
  return a.via === b.via && a.socket === b.socket && sameEndpoint(a.remote, b.remote);
}

/** What goes to the partner on that path. */
export function datagramOn({ socket, remote }: Path, bytes: Uint8Array): Datagram {
  return { socket, remote: { ...remote }, bytes };
}

/** A path in words, for reasons and keys. */
export function formatPath({ socket, remote }: Path): string {
  return socket === MAIN_SOCKET ? formatEndpoint(remote) : `${formatEndpoint(remote)} from socket ${socket}`;
}
