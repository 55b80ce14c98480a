import { networkInterfaces } from "node:os";
import { formatEndpoint, ipFamily, ipScope } from "@netpunch/wire";
import { literalHost, parseListenAddress } from "./address.js";
import { type BoundSocket, bind } from "./dgram-socket.js";
import { bindEveryAddress, type OpenOptions, openSocket } from "./open-socket.js";
import { isMissingHere, TransportError } from "./transport-error.js";

/** Port 0 needs one port that is free on every address; each try asks the system for another. chosen: ten is plenty. */
const PORT_TRIES = 10;

/**
 * Opens what a server listens on, so that its answers leave from the address that was asked.
 *
 * A socket on "every address" lets the system choose the source of an answer, and a machine with several addresses may
 * choose another than the one that was asked: NATs and firewalls drop such an answer. Servers in C ask for the address
 * with each datagram (IP_PKTINFO), which node:dgram does not offer. So without a host in `local`, a family (IPv4, IPv6)
 * in which the machine has two or more addresses gets a socket for each of them, loopback and link-local ones too; a
 * family with one address gets a single socket for all. With a host it is {@link openSocket}.
 *
 * All or nothing: when one cannot be opened, none stays open. Port 0 gives all of them the same port.
 *
 * @throws as {@link openSocket} does
 */
export async function openListeners(local: string, options: OpenOptions = {}): Promise<readonly BoundSocket[]> {
  const { host, port } = parseListenAddress(local);
  if (host !== null) return [await openSocket(local, options)];
  options.signal?.throwIfAborted();
  const own = localAddresses(networkInterfaces());
  const addresses = [...addressesToBind(own, 4), ...addressesToBind(own, 6)];
  if (addresses.length === 2) return [await bindEveryAddress(port, local)];
  for (let tries = port === 0 ? PORT_TRIES : 1; ; tries -= 1) {
    try {
      return await bindAll(addresses, port);
    } catch (error) {
      if (tries === 1 || !(error instanceof TransportError && error.code === "address-in-use")) throw error;
    }
  }
}

/** What of `os.networkInterfaces()` counts here. */
type Interfaces = Readonly<
  Record<string, readonly { readonly address: string; readonly scopeid?: number }[] | undefined>
>;

/** The addresses of the machine's interfaces, canonical; link-local IPv6 with its zone. */
export function localAddresses(interfaces: Interfaces): readonly string[] {
  const addresses = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.map(({ address, scopeid = 0 }) => {
      const literal = literalHost(address) ?? address;
      return scopeid !== 0 && !literal.includes("%") ? `${literal}%${name}` : literal;
    }),
  );
  return [...new Set(addresses)];
}

/** What to bind in one family: each address where the system would have a choice of sources, else all in one. */
export function addressesToBind(addresses: readonly string[], family: 4 | 6): readonly string[] {
  const own = addresses.filter((address) => ipFamily(address) === family);
  return own.filter(isReachedFromOutside).length >= 2 ? own : [family === 4 ? "0.0.0.0" : "::"];
}

function isReachedFromOutside(address: string): boolean {
  if (address.includes("%")) return false; // link-local, on the interface named there
  const scope = ipScope(address);
  return scope === "public" || scope === "private";
}

async function bindAll(addresses: readonly string[], port: number): Promise<readonly BoundSocket[]> {
  const sockets: BoundSocket[] = [];
  try {
    for (const address of addresses) {
      const socket = await bindUnlessGone(address, sockets[0]?.local.port ?? port);
      if (socket !== null) sockets.push(socket);
    }
    return sockets;
  } catch (error) {
    await Promise.all(sockets.map(({ socket }) => new Promise<void>((resolve) => socket.close(resolve))));
    throw error;
  }
}

/**
 * Null for an address that left the machine since it was listed, or that IPv6 still checks for duplicates (RFC 4862
 * section 5.4), and for "::" where there is no IPv6.
 */
async function bindUnlessGone(address: string, port: number): Promise<BoundSocket | null> {
  try {
    return await bind({ address, port, ipv6Only: true, asked: formatEndpoint({ address, port }) });
  } catch (error) {
    if (isMissingHere(error)) return null;
    throw error;
  }
}
