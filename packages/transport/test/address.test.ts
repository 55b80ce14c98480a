import { expect, test } from "vitest";
import { parseListenAddress, parseServerAddress } from "../src/node/index.js";

test.each([
  [":5000", null, 5000],
  [":0", null, 0],
  [":00080", null, 80],
  ["127.0.0.1:65535", "127.0.0.1", 65_535],
  ["0.0.0.0:1", "0.0.0.0", 1],
  ["[::1]:7777", "::1", 7777],
  ["[2001:DB8:0:0::7]:7777", "2001:db8::7", 7777],
  ["[::ffff:192.0.2.1]:7777", "192.0.2.1", 7777],
  ["[fe80::1%eth0]:7777", "fe80::1%eth0", 7777],
  ["[FE80::0001%eth0.100]:7777", "fe80::1%eth0.100", 7777],
  ["localhost:7777", "localhost", 7777],
  ["vps.example.:7777", "vps.example.", 7777],
  ["a_b-c.x1:7777", "a_b-c.x1", 7777],
  ["bücher.example:7777", "bücher.example", 7777],
])("%s listens on %s and port %i", (text, host, port) => {
  expect(parseListenAddress(text)).toEqual({ host, port });
  if (host !== null && port > 0) expect(parseServerAddress(text)).toEqual({ host, port });
});

const form = 'host:port such as ":5000", "127.0.0.1:5000" or "[::1]:5000"';
const brackets = 'an IPv6 address in brackets such as "[::1]:5000"';
const quad = "an IPv4 address of four numbers 0..255";
const name = "a host name or an IP address";

test.each([
  ["5000", form],
  ["", form],
  ["localhost", form],
  ["[::1]", form],
  ["[::1]5000", form],
  ["[[::1]]:5000", form],
  ["::1:5000", brackets],
  ["::1", brackets],
  ["[]:5000", "an IPv6 address between the brackets"],
  ["[127.0.0.1]:5000", "an IPv6 address between the brackets"],
  ["[localhost]:5000", "an IPv6 address between the brackets"],
  ["[::1::]:5000", "an IPv6 address between the brackets"],
  ["[fe80::1%]:5000", "an IPv6 address between the brackets"],
  ["[fe80::1%a b]:5000", "an IPv6 address between the brackets"],
  ["localhost:", "a port in digits (no service name)"],
  ["localhost:http", "a port in digits (no service name)"],
  ["localhost:-1", "a port in digits (no service name)"],
  ["localhost:5e3", "a port in digits (no service name)"],
  ["localhost: 5000", "a port in digits (no service name)"],
  ["localhost:५०००", "a port in digits (no service name)"],
  ["localhost:500000", "a port in digits (no service name)"],
  ["1.2.3:5000", quad],
  ["1.2.3.256:5000", quad],
  ["1.2.3.04:5000", quad],
  ["0x7f.1:5000", quad],
  ["vps.0x1f:5000", quad],
  ["2130706433:5000", quad],
  ["two words:5000", name],
  ["user@host:5000", name],
  ["http://host:5000", brackets],
  ["a..b:5000", name],
  [".:5000", name],
  ["*:5000", name],
  ["host\n:5000", name],
  ["fe80%eth0:5000", name],
  [`${"a".repeat(254)}:5000`, name],
])("%j is refused: expected %s", (text, expected) => {
  expect(() => parseListenAddress(text)).toThrow(
    new TypeError(`"local" expected ${expected}, got ${JSON.stringify(text)}`),
  );
});

test("ports beyond 65535 are refused, and a server's port 0", () => {
  const error = (range: string, text: string) => new RangeError(`"local" expected a port ${range}, got "${text}"`);
  expect(() => parseListenAddress(":65536")).toThrow(error("0..65535", ":65536"));
  expect(() => parseServerAddress("vps:99999", "local")).toThrow(error("1..65535", "vps:99999"));
  expect(() => parseServerAddress("vps:0", "local")).toThrow(error("1..65535", "vps:0"));
});

test("a server needs a host", () => {
  expect(() => parseServerAddress(":7777", "control")).toThrow(
    new TypeError('"control" expected a host before the port, got ":7777"'),
  );
  expect(() => parseServerAddress("vps")).toThrow(
    '"server" expected host:port such as "vps.example:7777", "192.0.2.1:7777" or "[2001:db8::1]:7777", got "vps"',
  );
});

test.each([[undefined], [null], [5000], [{}]])("%j is no address", (value) => {
  expect(() => parseListenAddress(value as unknown as string)).toThrow(
    new TypeError(`"local" expected a string, got ${value === null ? "null" : typeof value}`),
  );
});
