import type { Endpoint } from "../endpoint.js";
import { formatIp, parseIp } from "../ip.js";

/*
 *   offset  bytes  what
 *   0       16     address; IPv4 is mapped into IPv6, ::ffff:203.0.113.7 (RFC 4291 section 2.5.5.2)
 *   16      2      port, 1..65535
 */

/** Size of an endpoint in a frame. */
export const ENDPOINT_BYTES = 18;

const PORT_AT = 16;
const IPV4_AT = 12;
const MAX_PORT = 65_535;

/** @throws RangeError when the endpoint is no IP literal with a port 1..65535. */
export function writeEndpoint({ address, port }: Endpoint, into: Uint8Array, at: number): void {
  const ip = parseIp(address);
  if (ip === null || !Number.isInteger(port) || port < 1 || port > MAX_PORT) {
    const got = JSON.stringify(`${address} ${port}`);
    throw new RangeError(`"endpoint" expected an IP literal and a port 1..65535, got ${got}`);
  }
  if (ip.length === 4) {
    into[at + IPV4_AT - 2] = 0xff;
    into[at + IPV4_AT - 1] = 0xff;
    into.set(ip, at + IPV4_AT);
  } else {
    into.set(ip, at);
  }
  into[at + PORT_AT] = port >>> 8;
  into[at + PORT_AT + 1] = port & 0xff;
}

/** Null where the port is 0. Every 16 bytes are an address; whether a peer can have it is for the receiver to judge. */
export function readEndpoint(bytes: Uint8Array, at: number): Endpoint | null {
  const port = ((bytes[at + PORT_AT] ?? 0) << 8) | (bytes[at + PORT_AT + 1] ?? 0);
  return port === 0 ? null : { address: formatIp(bytes.subarray(at, at + PORT_AT)), port };
}
