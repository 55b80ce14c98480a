import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatEndpoint, formatIp, parseEndpoint, sameEndpoint } from "../src/index.js";

const port = fc.integer({ min: 1, max: 65_535 });
const address = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(formatIp);
/** Any UTF-16, halves of surrogate pairs too. */
const anyText = fc.uint16Array({ maxLength: 60 }).map((units) => String.fromCharCode(...units));
const endpoint = fc.record({ address, port });

describe("an endpoint as text", () => {
  it.each([
    ["203.0.113.7:5000", { address: "203.0.113.7", port: 5000 }],
    ["0.0.0.0:1", { address: "0.0.0.0", port: 1 }],
    ["255.255.255.255:65535", { address: "255.255.255.255", port: 65_535 }],
    ["[2001:db8::7]:5000", { address: "2001:db8::7", port: 5000 }],
    ["[::]:1", { address: "::", port: 1 }],
    [
      "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
      { address: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", port: 65_535 },
    ],
  ])("%s", (text, parsed) => {
    expect(parseEndpoint(text)).toEqual(parsed);
    expect(formatEndpoint(parsed)).toBe(text);
  });

  it.each([
    ["nothing", ""],
    ["a host name", "vps.example:7777"],
    ["a name that a resolver would take for loopback", "localhost:7777"],
    ["no port", "203.0.113.7"],
    ["an empty port", "203.0.113.7:"],
    ["no host", ":5000"],
    ["port 0", "203.0.113.7:0"],
    ["port 65536", "203.0.113.7:65536"],
    ["port 99999", "203.0.113.7:99999"],
    ["a port with a leading zero", "203.0.113.7:05000"],
    ["a signed port", "203.0.113.7:+5000"],
    ["a hexadecimal port", "203.0.113.7:0x50"],
    ["a line feed at the end", "203.0.113.7:5000\n"],
    ["a space", "203.0.113.7 :5000"],
    ["IPv4 in brackets", "[203.0.113.7]:5000"],
    ["IPv6 without brackets", "2001:db8::7:5000"],
    ["empty brackets", "[]:5000"],
    ["IPv6 in upper case", "[2001:DB8::7]:5000"],
    ["IPv6 that could be shorter", "[2001:db8:0:0:0:0:0:7]:5000"],
    ["IPv4-mapped IPv6", "[::ffff:203.0.113.7]:5000"],
    ["IPv4-mapped IPv6 in hex", "[::ffff:cb00:7107]:5000"],
    ["a zone id", "[fe80::1%eth0]:5000"],
    ["a leading zero in the address", "203.0.113.07:5000"],
    ["two endpoints", "203.0.113.7:5000 203.0.113.8:5000"],
  ])("refuses %s", (_, text) => {
    expect(parseEndpoint(text)).toBeNull();
  });

  it("any endpoint round trips", () => {
    fc.assert(
      fc.property(endpoint, (e) => {
        expect(parseEndpoint(formatEndpoint(e))).toEqual(e);
      }),
    );
  });

  it("no text throws, and what is read is written back letter for letter", () => {
    const piece = fc.constantFrom(
      ..."0123456789abcdefF.:[]% ",
      "::",
      "255",
      "ffff",
      "65535",
      "1.2.3.4",
      "[::1]",
      ":80",
    );
    const nearly = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(nearly, anyText, endpoint.map(formatEndpoint)), (text) => {
        const parsed = parseEndpoint(text);
        if (parsed === null) return;
        read++;
        expect(formatEndpoint(parsed)).toBe(text);
      }),
      { numRuns: 3_000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it("shows a wildcard that is not bound yet as it stands", () => {
    expect(formatEndpoint({ address: "0.0.0.0", port: 0 })).toBe("0.0.0.0:0");
    expect(formatEndpoint({ address: "::", port: 0 })).toBe("[::]:0");
  });
});

describe("two endpoints are one", () => {
  const here = { address: "203.0.113.7", port: 5000 };

  it("when address and port are equal", () => {
    expect(sameEndpoint(here, { ...here })).toBe(true);
  });

  it("not when either differs", () => {
    expect(sameEndpoint(here, { ...here, port: 5001 })).toBe(false);
    expect(sameEndpoint(here, { ...here, address: "203.0.113.8" })).toBe(false);
  });
});
