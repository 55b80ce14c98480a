import { lookup } from "node:dns/promises";
import { type Endpoint, ipFamily } from "@netpunch/wire";
import { onAbort } from "../on-abort.js";
import { literalHost, parseServerAddress } from "./address.js";
import { systemCode, TransportError } from "./transport-error.js";

/** Looks a name up: all its addresses, in the order of preference. Rejects, or gives none, where it has no address. */
export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

/** What the system knows of a name: hosts file, DNS, mDNS, as it is set up. */
export const systemLookup: Lookup = (host) => lookup(host, { all: true, verbatim: true });

/** All addresses of a name or literal, canonical, without doubles, IPv4 first. Rejects with the signal's reason on abort. */
export async function addressesOf(host: string, lookup: Lookup, signal?: AbortSignal): Promise<readonly string[]> {
  signal?.throwIfAborted();
  const literal = literalHost(host);
  if (literal !== null) return [literal];
  const found = await raceAbort(
    lookup(host).catch((cause: unknown) => {
      const why = systemCode(cause) === "EAI_AGAIN" ? "no name server answered" : "no such host";
      throw new TransportError("host-not-found", `cannot look up ${host}: ${why}`, { cause });
    }),
    signal,
  );
  const addresses = new Set(found.map(({ address }) => literalHost(address) ?? address));
  return [...addresses].sort((a, b) => ipFamily(a) - ipFamily(b));
}

/**
 * Makes the `resolve` of a driver: a function that looks the server's name up afresh on each call.
 *
 * It finds A and AAAA, IPv4 first, of those families only that the socket can send to. An IP literal needs no lookup.
 * The returned function rejects with a {@link TransportError} `host-not-found`, or at once with the signal's reason; the
 * query that the system then still has under way ends by itself, for node offers no way to cancel it.
 *
 * @param server host:port, as {@link parseServerAddress} reads it
 * @param family of the socket that will send, see `BoundSocket`
 * @throws TypeError, RangeError as {@link parseServerAddress} does
 */
export function createResolver(
  server: string,
  family: "udp4" | "udp6" | "dual",
  options: { readonly lookup?: Lookup } = {},
): (signal: AbortSignal) => Promise<readonly Endpoint[]> {
  const { host, port } = parseServerAddress(server);
  const wanted = FAMILIES[family];
  return async (signal) => {
    const all = await addressesOf(host, options.lookup ?? systemLookup, signal);
    const usable = all.filter((address) => wanted.numbers.includes(ipFamily(address)));
    if (usable.length === 0) {
      if (all.length === 0) throw new TransportError("host-not-found", `cannot look up ${host}: it has no address`);
      throw new TransportError("no-common-family", `${host} has no ${wanted.name} address, and the socket needs one`);
    }
    return usable.map((address) => ({ address, port }));
  };
}

const FAMILIES: Record<"udp4" | "udp6" | "dual", { name: string; numbers: readonly (4 | 6)[] }> = {
  udp4: { name: "IPv4", numbers: [4] },
  udp6: { name: "IPv6", numbers: [6] },
  dual: { name: "IPv4 or IPv6", numbers: [4, 6] },
};

function raceAbort<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(forget);
  });
}
