import { canonicalIp, type Endpoint, ipScope, parseIp, sameEndpoint } from "@netpunch/wire";

const IPV6_NETWORK_BYTES = 8;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Whether an answer to this source can reach one host, and name it to another.
 *
 * Refused: port 0, multicast, broadcast and unspecified addresses, which no host sends from, so that a forged one turns
 * an answer into many; our own sockets, to whom we would answer for ever; addresses with a zone ("fe80::1%eth0"), which
 * mean nothing on another machine.
 */
export function isUsableSource(source: Endpoint, own: readonly Endpoint[]): boolean {
  const { address, port } = source;
  if (!(port >= 1 && port <= 65_535) || canonicalIp(address) !== address) return false;
  const scope = ipScope(address);
  if (scope === "multicast" || scope === "broadcast" || scope === "unspecified") return false;
  return !own.some((each) => sameEndpoint(each, source) || (scope === "loopback" && isWildcard(each, port)));
}

/** A socket on every address of the machine is there on loopback too. */
function isWildcard(own: Endpoint, port: number): boolean {
  return own.port === port && ipScope(own.address) === "unspecified";
}

/**
 * The cell in which a source is counted: its address, or its IPv6 network of 64 bits, which one host owns whole
 * (RFC 6177). The table is fixed and has no keys: forged sources cannot make it grow or push anyone out; those that
 * share a cell share its budget, as they would with somebody who forges their address.
 *
 * @param cells how many there are, a power of two
 * @param seed what nobody outside knows makes it hard to find sources that share a given one's cell
 */
export function sourceCell(address: string, cells: number, seed = 0): number {
  const bytes = parseIp(address) ?? new Uint8Array(0);
  const length = bytes.length === 4 ? 4 : Math.min(bytes.length, IPV6_NETWORK_BYTES);
  let hash = FNV_OFFSET ^ seed;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), FNV_PRIME);
  return ((hash >>> 15) ^ hash) & (cells - 1);
}
