import { canonicalIp } from "@netpunch/wire";

/** Where to listen; `host` is null for every address of the machine. */
export interface ListenAddress {
  /** A canonical IP literal without brackets (link-local ones may end in "%eth0"), a name, or null. */
  readonly host: string | null;
  /** 0..65535; 0 leaves the choice to the system. */
  readonly port: number;
}

/** Where a server is. */
export interface ServerAddress {
  /** A canonical IP literal without brackets (link-local ones may end in "%eth0"), or a name. */
  readonly host: string;
  /** 1..65535 */
  readonly port: number;
}

const LISTEN_EXAMPLES = `":5000", "127.0.0.1:5000" or "[::1]:5000"`;
const SERVER_EXAMPLES = `"vps.example:7777", "192.0.2.1:7777" or "[2001:db8::1]:7777"`;

/**
 * Reads an address to listen on: `":5000"`, `"127.0.0.1:0"`, `"[::1]:7777"`, `"localhost:7777"`.
 *
 * @param argument what an error calls it; default `local`
 * @throws TypeError when `text` is not of that form; RangeError when the port is not 0..65535
 */
export function parseListenAddress(text: string, argument = "local"): ListenAddress {
  const { host, port } = split(text, argument, LISTEN_EXAMPLES);
  checkPort(port, 0, text, argument);
  return { host: host === "" ? null : checkHost(host, text, argument), port };
}

/**
 * Reads the address of a server: `"vps.example:7777"`, `"192.0.2.1:7777"`, `"[2001:db8::1]:7777"`.
 *
 * @param argument what an error calls it; default `server`
 * @throws TypeError when `text` is not of that form; RangeError when the port is not 1..65535
 */
export function parseServerAddress(text: string, argument = "server"): ServerAddress {
  const { host, port } = split(text, argument, SERVER_EXAMPLES);
  if (host === "") throw new TypeError(`"${argument}" expected a host before the port, got ${show(text)}`);
  checkPort(port, 1, text, argument);
  return { host: checkHost(host, text, argument), port };
}

/** The canonical form of an IP literal, its zone ("%eth0") kept; null for a name. */
export function literalHost(host: string): string | null {
  const percent = host.indexOf("%");
  if (percent === -1) return canonicalIp(host);
  const ip = canonicalIp(host.slice(0, percent));
  const zone = host.slice(percent + 1);
  return ip?.includes(":") && /^[\w.-]+$/.test(zone) ? `${ip}%${zone}` : null;
}

function split(text: string, argument: string, examples: string): { host: string; port: number } {
  if (typeof text !== "string") throw new TypeError(`"${argument}" expected a string, got ${show(text)}`);
  const match = /^(?:\[(?<bracketed>[^[\]]*)\]|(?<bare>[^[\]]*)):(?<port>[^:]*)$/.exec(text);
  const { bracketed, bare, port } = match?.groups ?? {};
  if (port === undefined)
    throw new TypeError(`"${argument}" expected host:port such as ${examples}, got ${show(text)}`);
  if (bare?.includes(":")) {
    throw new TypeError(`"${argument}" expected an IPv6 address in brackets such as "[::1]:5000", got ${show(text)}`);
  }
  // "[::ffff:192.0.2.1]" is welcome, though IPv4 once it is canonical.
  if (bracketed !== undefined && !(bracketed.includes(":") && literalHost(bracketed) !== null)) {
    throw new TypeError(`"${argument}" expected an IPv6 address between the brackets, got ${show(text)}`);
  }
  if (!/^[0-9]{1,5}$/.test(port)) {
    throw new TypeError(`"${argument}" expected a port in digits (no service name), got ${show(text)}`);
  }
  return { host: bracketed ?? bare ?? "", port: Number(port) };
}

function checkPort(port: number, lowest: 0 | 1, text: string, argument: string): void {
  if (port < lowest || port > 65_535) {
    throw new RangeError(`"${argument}" expected a port ${lowest}..65535, got ${show(text)}`);
  }
}

function checkHost(host: string, text: string, argument: string): string {
  const literal = literalHost(host);
  if (literal !== null) return literal;
  // The system's resolver would read "127.1" and "0x7f.1" as addresses of its own making: nobody means them.
  if (/(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(host)) {
    throw new TypeError(`"${argument}" expected an IPv4 address of four numbers 0..255, got ${show(text)}`);
  }
  // RFC 1035 2.3.4: 255 octets on the wire are at most 253 characters. Letters of any script: resolvers know IDNA.
  if (!/^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u.test(host) || host.length > 253) {
    throw new TypeError(`"${argument}" expected a host name or an IP address, got ${show(text)}`);
  }
  return host;
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : value === null ? "null" : typeof value;
}
