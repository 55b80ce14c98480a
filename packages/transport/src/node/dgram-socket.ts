import { createSocket } from "node:dgram";
import { lookup, V4MAPPED } from "node:dns";
import { isIPv4 } from "node:net";
import type { Endpoint } from "@netpunch/wire";
import type { UdpSocket } from "../socket.js";
import { literalHost } from "./address.js";
import { bindError } from "./transport-error.js";

/** A socket that has its port, and what a driver must know of it. */
export interface BoundSocket {
  readonly socket: UdpSocket;
  /** Its own address, canonical; "0.0.0.0" or "::" where it takes datagrams for every address of the machine. */
  readonly local: Endpoint;
  /** Whom it can reach: IPv4, IPv6, or both ("dual"). */
  readonly family: "udp4" | "udp6" | "dual";
  /** Whether the driver's `close()` closes it: ours yes, a caller's own never. */
  readonly owned: boolean;
}

/** An IP literal and a port to bind, and how the address was asked for (errors name that). */
export interface BindRequest {
  readonly address: string;
  readonly port: number;
  /** Keeps IPv4 out of a socket on "::"; the system refuses it for an IPv4 address. */
  readonly ipv6Only?: boolean;
  readonly asked: string;
}

/**
 * Binds one socket. The port is this socket's alone: SO_REUSEADDR would let a second program take the datagrams away,
 * and a cluster worker would share it with its siblings were it not `exclusive`.
 */
export function bind({ address, port, ipv6Only = false, asked }: BindRequest): Promise<BoundSocket> {
  const type = address.includes(":") ? "udp6" : "udp4";
  const socket = createSocket({ type, ipv6Only, lookup: socketLookup });
  return new Promise((resolve, reject) => {
    const settle = () => {
      socket.off("error", failed);
      socket.off("listening", listening);
    };
    const failed = (cause: Error) => {
      settle();
      // What a closing socket still has to say concerns nobody.
      socket.on("error", () => {});
      socket.close();
      reject(bindError(asked, port, cause));
    };
    const listening = () => {
      settle();
      const family = address === "::" && !ipv6Only ? "dual" : type;
      resolve({ socket, local: localEndpoint(socket), family, owned: true });
    };
    socket.on("error", failed);
    socket.on("listening", listening);
    socket.bind({ address, port, exclusive: true });
  });
}

/** Closes a socket that is ours; resolves when it is closed, at once where somebody closed it before. */
export function closeOwned({ socket, owned }: BoundSocket): Promise<void> {
  return new Promise((resolve) => {
    if (!owned) return resolve();
    try {
      socket.close(resolve);
    } catch {
      resolve();
    }
  });
}

/** A bound socket's own address. @throws what node throws where it is closed or not bound */
export function localEndpoint(socket: Pick<UdpSocket, "address">): Endpoint {
  const { address, port } = socket.address();
  return { address: literalHost(address) ?? address, port };
}

/** How a socket that serves both families writes an IPv4 address (RFC 4291 section 2.5.5.2). */
const V4_MAPPED = "::ffff:";

/** The text that a socket wants for an address: an IPv6 one takes IPv4 as IPv4-mapped. */
export function addressForSocket(address: string, family: BoundSocket["family"]): string {
  return family === "udp4" || address.includes(":") ? address : V4_MAPPED + address;
}

/**
 * An endpoint as a socket tells of it, in the sender of a datagram and in what it sends to. That is the canonical one, but
 * for a caller's own socket that serves both families: node writes IPv4 as IPv4-mapped there.
 */
export function endpointOn({ owned, family }: BoundSocket, { address, port }: Endpoint): Endpoint {
  return { address: owned ? address : addressForSocket(address, family), port };
}

/** The canonical address behind what a socket tells: the reverse of {@link addressForSocket}. */
export function addressFromSocket(address: string): string {
  // For each datagram, so no parsing: only texts with a dotted quad inside are not canonical as node writes them.
  if (!address.includes(":") || !address.includes(".")) return address;
  return address.startsWith(V4_MAPPED) ? address.slice(V4_MAPPED.length) : (literalHost(address) ?? address);
}

/**
 * The `lookup` of our own sockets. node:dgram asks it for every datagram, and node's default defers even a literal to
 * the next tick: this one answers literals at once, so `send()` has sent when it returns. Names go to the system.
 */
function socketLookup(
  host: string,
  options: unknown,
  callback: (error: Error | null, address: string, family: number) => void,
): void {
  const family = options === 6 ? 6 : 4;
  if (host.includes(":")) callback(null, host, 6);
  else if (isIPv4(host)) callback(null, family === 6 ? V4_MAPPED + host : host, family);
  else lookup(host, { family, hints: family === 6 ? V4MAPPED : 0 }, callback);
}
