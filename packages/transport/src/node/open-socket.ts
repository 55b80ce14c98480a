import type { UdpSocket } from "../socket.js";
import { parseListenAddress } from "./address.js";
import { type BoundSocket, bind, closeOwned, localEndpoint } from "./dgram-socket.js";
import { addressesOf, type Lookup, systemLookup } from "./resolver.js";
import { isMissingHere, TransportError } from "./transport-error.js";

/** What opening a socket may be told beyond the address. */
export interface OpenOptions {
  /** Gives up: what is half open is closed, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Looks the host's name up; default: the system's resolver. */
  readonly lookup?: Lookup;
}

/**
 * Opens one UDP socket.
 *
 * Without a host it is dual stack: one IPv6 socket that serves IPv4 too, or an IPv4 socket where the machine has no
 * IPv6. `"0.0.0.0:5000"` asks for IPv4 alone. A host name binds its first address, IPv4 first. The port is never shared
 * with another socket.
 *
 * @param local host:port, as {@link parseListenAddress} reads it
 * @throws TypeError or RangeError when `local` is malformed, {@link TransportError} when the system refuses, the
 * signal's reason when aborted; all as rejections
 */
export async function openSocket(local: string, options: OpenOptions = {}): Promise<BoundSocket> {
  const { host, port } = parseListenAddress(local);
  const { signal } = options;
  signal?.throwIfAborted();
  const [bound] = await unlessAborted([await bindHost(host, port, local, options)], signal);
  return bound;
}

async function bindHost(host: string | null, port: number, asked: string, options: OpenOptions): Promise<BoundSocket> {
  if (host === null) return bindEveryAddress(port, asked);
  const [address] = await addressesOf(host, options.lookup ?? systemLookup, options.signal);
  if (address === undefined) throw new TransportError("host-not-found", `cannot look up ${host}: no such host`);
  return bind({ address, port, asked });
}

/** One socket for every address of the machine: dual stack, or IPv4 where there is no IPv6. */
export async function bindEveryAddress(port: number, asked: string, bindOne = bind): Promise<BoundSocket> {
  try {
    return await bindOne({ address: "::", port, asked });
  } catch (error) {
    // Whether a machine has IPv6 is only known by trying.
    if (!isMissingHere(error)) throw error;
    return bindOne({ address: "0.0.0.0", port, asked });
  }
}

/** The sockets just opened, unless nobody wants them any more. */
export async function unlessAborted<Sockets extends readonly BoundSocket[]>(
  sockets: Sockets,
  signal: AbortSignal | undefined,
): Promise<Sockets> {
  if (signal?.aborted) await Promise.all(sockets.map(closeOwned));
  signal?.throwIfAborted();
  return sockets;
}

/**
 * Takes a caller's own socket: one that is bound, not connected. Nobody but the caller closes it.
 *
 * @throws TypeError when it is no such socket
 */
export function adoptSocket(socket: UdpSocket): BoundSocket {
  const expected = `"socket" expected a bound, unconnected node:dgram socket`;
  if (typeof socket !== "object" || socket === null || !("emit" in socket)) {
    throw new TypeError(`${expected}, got ${socket === null ? "null" : typeof socket} without its events`);
  }
  if (isConnected(socket)) throw new TypeError(`${expected}, got a connected one`);
  try {
    const local = localEndpoint(socket);
    const family = !local.address.includes(":") ? "udp4" : local.address === "::" ? "dual" : "udp6";
    return { socket, local, family, owned: false };
  } catch (cause) {
    throw new TypeError(`${expected}, got one that is closed or not bound yet`, { cause });
  }
}

function isConnected(socket: object): boolean {
  if (!("remoteAddress" in socket) || typeof socket.remoteAddress !== "function") return false;
  try {
    socket.remoteAddress();
    return true;
  } catch {
    return false;
  }
}
