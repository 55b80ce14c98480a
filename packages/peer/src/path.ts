import type { Datagram, SocketId } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, sameEndpoint } from "@netpunch/wire";

/** A way to the partner: from one of our sockets straight to its address, or to control, which passes on what comes from us. */
export interface Path {
  readonly via: "direct" | "relay";
  readonly socket: SocketId;
  readonly remote: Endpoint;
}

/** The socket that control knows, and that a core always has. */
export const MAIN_SOCKET: SocketId = 0;

/** The way from a socket straight to an address. Addresses are copied: a driver may use its own again. */
export function directPath(remote: Endpoint, socket: SocketId = MAIN_SOCKET): Path {
  return { via: "direct", socket, remote: { ...remote } };
}

/** The way through control: `remote` is the address of control's at which we are bound. */
export function relayPath(remote: Endpoint): Path {
  return { via: "relay", socket: MAIN_SOCKET, remote: { ...remote } };
}

export function samePath(a: Path, b: Path): boolean {
  return a.via === b.via && a.socket === b.socket && sameEndpoint(a.remote, b.remote);
}

/** What goes to the partner on that path. */
export function datagramOn({ socket, remote }: Path, bytes: Uint8Array): Datagram {
  return { socket, remote: { ...remote }, bytes };
}

/** A path in words, for reasons and keys. */
export function formatPath({ via, socket, remote }: Path): string {
  const to = via === "relay" ? `the relay at ${formatEndpoint(remote)}` : formatEndpoint(remote);
  return socket === MAIN_SOCKET ? to : `${to} from socket ${socket}`;
}
