import { networkInterfaces } from "node:os";
import { formatEndpoint, ipFamily } from "@netpunch/wire";
import { parseListenAddress } from "./address.js";
import { type BoundSocket, bind, closeOwned } from "./dgram-socket.js";
import { isMultihomed, localAddresses } from "./local-addresses.js";
import { bindEveryAddress, type OpenOptions, openSocket, unlessAborted } from "./open-socket.js";
import type { Rescan } from "./rescan-timer.js";
import { isMissingHere, TransportError } from "./transport-error.js";

/** Port 0 needs one port that is free on every address; each try asks the system for another. chosen: ten is plenty. */
const PORT_TRIES = 10;

const EVERY_ADDRESS: readonly string[] = ["0.0.0.0", "::"];

/** chosen: short beside the time that an address change takes to be noticed by anybody; a look costs some 0.1 ms. */
const RESCAN_MS = 10_000;

/**
 * Opens what a server listens on, so that its answers leave from the address that was asked.
 *
 * A socket on "every address" lets the system choose the source of an answer, and a machine with several addresses may
 * choose another than the one that was asked: NATs and firewalls drop such an answer. Servers in C ask for the address
 * with each datagram (IP_PKTINFO), which node:dgram does not offer. So without a host in `local`, a family (IPv4, IPv6)
 * in which the machine has two or more addresses gets a socket for each of them, loopback and link-local ones too, and
 * the other family one for all. With a host it is {@link openSocket}.
 *
 * All or nothing: when one cannot be opened, none stays open. Port 0 gives all of them the same port. Addresses that
 * come later are found by a driver with {@link createRescan}.
 *
 * @throws as {@link openSocket} does
 */
export async function openListeners(local: string, options: OpenOptions = {}): Promise<readonly BoundSocket[]> {
  const { host, port } = parseListenAddress(local);
  if (host !== null) return [await openSocket(local, options)];
  options.signal?.throwIfAborted();
  return unlessAborted(await bindListeners(localAddresses(networkInterfaces()), port, local), options.signal);
}

/**
 * Makes the `rescan` of a driver whose sockets are {@link openListeners}' for the same `local`: it finds the addresses
 * that the machine has got since. Where those sockets serve every address anyway, it finds none.
 *
 * @param options.everyMs from one look to the next; default 10 s, a positive number
 * @throws TypeError, RangeError when `local` is malformed
 */
export function createRescan(local: string, options: { readonly everyMs?: number } = {}): Rescan {
  const { host } = parseListenAddress(local);
  const open = async (have: readonly BoundSocket[]) => {
    const port = have[0]?.local.port;
    if (host !== null || port === undefined) return [];
    const served = have.map((bound) => bound.local.address);
    const families = served.filter((address) => !EVERY_ADDRESS.includes(address)).map(ipFamily);
    const newcomers = localAddresses(networkInterfaces()).filter(
      (address) => !served.includes(address) && families.includes(ipFamily(address)),
    );
    const opened = await Promise.all(newcomers.map((address) => bindUnlessMissing(address, port).catch(() => null)));
    return opened.filter((bound) => bound !== null);
  };
  return { everyMs: options.everyMs ?? RESCAN_MS, open };
}

/** Binds what a server with these addresses needs; see {@link openListeners}. */
async function bindListeners(own: readonly string[], port: number, asked: string): Promise<readonly BoundSocket[]> {
  const several = ([4, 6] as const).filter((family) => isMultihomed(own, family));
  if (several.length === 0) return [await bindEveryAddress(port, asked)];
  const addresses = [
    ...(several.includes(4) ? own.filter((address) => ipFamily(address) === 4) : ["0.0.0.0"]),
    ...(several.includes(6) ? own.filter((address) => ipFamily(address) === 6) : ["::"]),
  ];
  for (let tries = port === 0 ? PORT_TRIES : 1; ; tries -= 1) {
    try {
      return await bindAll(addresses, port);
    } catch (error) {
      if (tries === 1 || !(error instanceof TransportError && error.code === "address-in-use")) throw error;
    }
  }
}

async function bindAll(addresses: readonly string[], port: number): Promise<readonly BoundSocket[]> {
  const sockets: BoundSocket[] = [];
  try {
    for (const address of addresses) {
      const socket = await bindUnlessMissing(address, sockets[0]?.local.port ?? port);
      if (socket !== null) sockets.push(socket);
    }
    return sockets;
  } catch (error) {
    await Promise.all(sockets.map(closeOwned));
    throw error;
  }
}

/**
 * Null for an address that left the machine since it was listed, or that IPv6 still checks for duplicates (RFC 4862
 * section 5.4), and for "::" where there is no IPv6.
 */
async function bindUnlessMissing(address: string, port: number): Promise<BoundSocket | null> {
  try {
    const ipv6Only = ipFamily(address) === 6;
    return await bind({ address, port, ipv6Only, asked: formatEndpoint({ address, port }) });
  } catch (error) {
    if (isMissingHere(error)) return null;
    throw error;
  }
}
