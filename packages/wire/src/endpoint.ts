import { canonicalIp, ipFamily } from "./ip.js";

/** Where a datagram comes from or goes to: an IP literal in canonical form (no brackets) and a UDP port. */
export interface Endpoint {
  /** Dotted quad, or IPv6 as RFC 5952 writes it; IPv4-mapped IPv6 addresses stand as their dotted quad. */
  readonly address: string;
  /** 1..65535; 0 only where a socket is not bound yet. */
  readonly port: number;
}

const MAX_PORT = 65_535;
const ENDPOINT = /^(?:([0-9.]+)|\[([0-9a-f:]+)\]):([1-9][0-9]{0,4})$/;

/**
 * Writes an endpoint as text, an IPv6 address in brackets (RFC 3986 section 3.2.2).
 *
 * It takes the endpoint as it stands: nothing is checked, so that a log line can show whatever there is.
 *
 * @example
 * formatEndpoint({ address: "203.0.113.7", port: 5000 }); // "203.0.113.7:5000"
 * formatEndpoint({ address: "2001:db8::7", port: 5000 }); // "[2001:db8::7]:5000"
 */
export function formatEndpoint(endpoint: Endpoint): string {
  const { address, port } = endpoint;
  return ipFamily(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Reads exactly the texts that {@link formatEndpoint} writes for a canonical endpoint.
 *
 * So `formatEndpoint(parseEndpoint(text)) === text` wherever it is not null: no host names, no other spelling of an
 * address, no zone id, no port but 1..65535 without leading zeros. A NAT or a peer that varies the spelling gains no
 * second name for one endpoint.
 *
 * @returns null when the text is none of them.
 * @example
 * parseEndpoint("[2001:db8::7]:5000"); // { address: "2001:db8::7", port: 5000 }
 * parseEndpoint("[2001:DB8::7]:5000"); // null
 */
export function parseEndpoint(text: string): Endpoint | null {
  const [, ipv4, ipv6, digits] = ENDPOINT.exec(text) ?? [];
  const address = ipv4 ?? ipv6;
  const port = Number(digits);
  if (address === undefined || port > MAX_PORT) return null;
  return canonicalIp(address) === address ? { address, port } : null;
}

/** Tells whether two endpoints are one: equal ports and, both being canonical, equal texts of the address. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address === b.address;
}
