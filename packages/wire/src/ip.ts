/** The longest text of an IPv6 address: `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255` (INET6_ADDRSTRLEN less its NUL). */
const MAX_TEXT_LENGTH = 45;
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
/** Leading zeros are refused: some readers take them for octal, so one text would mean two hosts (RFC 6943 section 3.1.1). */
const DOTTED_QUAD = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * Reads an IP address in any valid textual form.
 *
 * IPv4 is a strict dotted quad: four decimal numbers 0..255 without leading zeros. IPv6 is what RFC 4291 section 2.2
 * allows (either case, `::` for at least one group, a dotted quad as its tail) without brackets. Zone ids (`%eth0`)
 * are refused: they mean nothing to another machine.
 *
 * @returns 4 bytes for IPv4, 16 for IPv6 (an IPv4-mapped text too), null when the text is no address.
 * @example
 * parseIp("192.0.2.1"); // Uint8Array [192, 0, 2, 1]
 * parseIp("192.0.2.01"); // null
 */
export function parseIp(text: string): Uint8Array | null {
  if (text.length > MAX_TEXT_LENGTH) return null;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | null {
  return DOTTED_QUAD.test(text) ? Uint8Array.from(text.split("."), Number) : null;
}

function parseIpv6(text: string): Uint8Array | null {
  const hex = quadTailAsGroups(text);
  if (hex === null) return null;
  const [head = [], tail, ...more] = hex.split("::").map((half) => (half === "" ? [] : half.split(":")));
  if (more.length > 0) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = tail === undefined ? head : [...head, ...Array<string>(missing).fill("0"), ...tail];
  if (!groups.every((group) => GROUP.test(group))) return null;
  return Uint8Array.from(groups.flatMap((group) => octets(Number.parseInt(group, 16))));
}

/** Writes the dotted quad that may end an IPv6 address as the two groups it stands for; null when it is a bad one. */
function quadTailAsGroups(text: string): string | null {
  if (!text.includes(".")) return text;
  const tailAt = text.lastIndexOf(":") + 1;
  const quad = parseIpv4(text.slice(tailAt));
  if (quad === null) return null;
  const [high, low] = groupsOf(quad).map((group) => group.toString(16));
  return `${text.slice(0, tailAt)}${high}:${low}`;
}

function octets(group: number): [number, number] {
  return [group >> 8, group & 0xff];
}

/** The big-endian 16-bit groups of an address. */
function groupsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(i * 2));
}

/**
 * Writes an IP address in its canonical form, the only one that netpunch shows, sends and compares.
 *
 * IPv4 is a dotted quad. IPv6 follows RFC 5952 section 4: lower case, no leading zeros, the longest run of two or more
 * zero groups (the first of equals) as `::`. An IPv4-mapped address (`::ffff:0:0/96`) is written as the IPv4 address it
 * stands for, so that a host has one name whichever kind of socket it came through. The dotted tails of RFC 5952
 * section 5 are not used otherwise.
 *
 * @param bytes 4 or 16 bytes, in network order.
 * @throws RangeError on any other length.
 * @example
 * formatIp(Uint8Array.of(192, 0, 2, 1)); // "192.0.2.1"
 */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw new RangeError(`"bytes" expected 4 or 16 bytes, got ${bytes.length}`);
  if (isIpv4Mapped(bytes)) return bytes.subarray(12).join(".");
  const groups = groupsOf(bytes);
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(":");
  return `${hex.slice(0, run.start).join(":")}::${hex.slice(run.start + run.length).join(":")}`;
}

function isIpv4Mapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: i + 1 - length, length };
  }
  return longest;
}

/**
 * The canonical form of an address: `formatIp(parseIp(text))`, or null when the text is no address.
 *
 * @example
 * canonicalIp("2001:DB8:0::0:7"); // "2001:db8::7"
 * canonicalIp("::ffff:192.0.2.1"); // "192.0.2.1"
 */
export function canonicalIp(text: string): string | null {
  const bytes = parseIp(text);
  return bytes === null ? null : formatIp(bytes);
}

/** The family of a canonical IP literal: 6 when it holds a colon, else 4. It does not check that it is one. */
export function ipFamily(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

/**
 * How far an address reaches.
 *
 * - `unspecified`: `0.0.0.0/8` ("this network", RFC 1122 section 3.2.1.3) and `::`;
 * - `loopback`: `127.0.0.0/8` and `::1`;
 * - `link-local`: `169.254.0.0/16` (RFC 3927) and `fe80::/10` (RFC 4291 section 2.5.6);
 * - `multicast`: `224.0.0.0/4` (RFC 5771) and `ff00::/8` (RFC 4291 section 2.7);
 * - `broadcast`: `255.255.255.255` (RFC 919); a subnet's own broadcast address cannot be told from outside;
 * - `private`: RFC 1918, `100.64.0.0/10` between a carrier's NAT and its customers (RFC 6598), `fc00::/7` (RFC 4193);
 * - `public`: all else, reserved and documentation ranges among it.
 */
export type IpScope = "unspecified" | "loopback" | "link-local" | "multicast" | "broadcast" | "private" | "public";

/**
 * Tells how far an IP literal reaches; an IPv4-mapped one counts as its IPv4 address.
 *
 * @throws RangeError when `address` is no IP literal.
 * @example
 * ipScope("192.168.1.10"); // "private"
 */
export function ipScope(address: string): IpScope {
  const bytes = parseIp(address);
  if (bytes === null) throw new RangeError(`"address" expected an IP literal, got ${JSON.stringify(address)}`);
  if (bytes.length === 4) return ipv4Scope(bytes);
  return isIpv4Mapped(bytes) ? ipv4Scope(bytes.subarray(12)) : ipv6Scope(bytes);
}

function ipv4Scope([a = 0, b = 0, c = 0, d = 0]: Uint8Array): IpScope {
  if (a === 0) return "unspecified";
  if (a === 127) return "loopback";
  if (a === 169 && b === 254) return "link-local";
  if (a >= 224 && a < 240) return "multicast";
  if (a === 255 && b === 255 && c === 255 && d === 255) return "broadcast";
  const rfc1918 = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
  const rfc6598 = a === 100 && b >= 64 && b < 128;
  return rfc1918 || rfc6598 ? "private" : "public";
}

function ipv6Scope(bytes: Uint8Array): IpScope {
  const [a = 0, b = 0] = bytes;
  if (a === 0xff) return "multicast";
  if (a === 0xfe && b >= 0x80 && b < 0xc0) return "link-local";
  if (a === 0xfc || a === 0xfd) return "private";
  if (bytes.subarray(0, 15).some((byte) => byte !== 0)) return "public";
  if (bytes[15] === 0) return "unspecified";
  return bytes[15] === 1 ? "loopback" : "public";
}
