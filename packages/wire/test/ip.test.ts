import { isIP, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalIp, formatIp, type IpScope, ipFamily, ipScope, parseIp } from "../src/index.js";

const hexOf = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString("hex"));
const ipv4Bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
/** Half the groups are zero, so that runs of zeros of every length and place come up. */
const ipv6Bytes = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])));

/** Any UTF-16, halves of surrogate pairs too. */
const anyText = fc.uint16Array({ maxLength: 60 }).map((units) => String.fromCharCode(...units));

/** Texts that are almost addresses: pieces of both families, put together at random. */
const nearlyAnAddress = fc
  .array(
    fc.constantFrom("0", "1", "255", "256", "01", "00ff", "fFfF", "12345", "g", ".", ":", "::", "1.2.3.4", "%", " "),
    {
      maxLength: 17,
    },
  )
  .map((pieces) => pieces.join(""));
const joined = (separator: string, group: fc.Arbitrary<string>, groups: number) =>
  fc.array(group, { minLength: groups - 1, maxLength: groups + 1 }).map((all) => all.join(separator));
const groupText = fc.constantFrom("", "0", "1", "a", "ffff", "0db8", "1.2.3.4", "10000");
const addressText = fc.oneof(
  nearlyAnAddress,
  joined(":", groupText, 8),
  joined(".", fc.constantFrom("0", "9", "99", "199", "249", "255", "256", "00", "-1", "1e1", "0x1", ""), 4),
);

describe("reading an address", () => {
  it.each([
    ["0.0.0.0", "00000000"],
    ["203.0.113.7", "cb007107"],
    ["255.255.255.255", "ffffffff"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["1::", "00010000000000000000000000000000"],
    ["2001:db8::7", "20010db8000000000000000000000007"],
    ["2001:DB8:0:0:0:0:0:7", "20010db8000000000000000000000007"],
    ["2001:0db8:0000:0000:0000:0000:0000:0007", "20010db8000000000000000000000007"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
    ["::2:3:4:5:6:7:8", "00000002000300040005000600070008"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
    ["64:ff9b::192.0.2.1", "0064ff9b0000000000000000c0000201"],
    ["1:2:3:4:5:6:7.8.9.10", "0001000200030004000500060708090a"],
    ["ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffffffffffffffffffffffffffffffff"],
  ])("%s is %s", (text, hex) => {
    expect(hexOf(parseIp(text))).toBe(hex);
  });

  it.each([
    ["nothing", ""],
    ["a name", "localhost"],
    ["three numbers", "1.2.3"],
    ["five numbers", "1.2.3.4.5"],
    ["a number over 255", "256.0.0.1"],
    ["a leading zero, which some read as octal", "127.0.0.01"],
    ["a hexadecimal number", "0x7f.0.0.1"],
    ["one whole number, which inet_aton takes", "2130706433"],
    ["a sign", "+1.2.3.4"],
    ["spaces around", " 1.2.3.4"],
    ["a line feed at the end", "1.2.3.4\n"],
    ["digits of another script", "١.٢.٣.٤"],
    ["brackets", "[::1]"],
    ["a zone id", "fe80::1%eth0"],
    ["a prefix length", "2001:db8::/32"],
    ["seven groups", "1:2:3:4:5:6:7"],
    ["nine groups", "1:2:3:4:5:6:7:8:9"],
    ["a :: that stands for no group", "1:2:3:4::5:6:7:8"],
    ["a :: after eight groups", "1:2:3:4:5:6:7:8::"],
    ["two ::", "1::2::3"],
    [":::", ":::"],
    ["a colon at the start", ":1:2:3:4:5:6:7:8"],
    ["a colon at the end", "1:2:3:4:5:6:7:"],
    ["a group of five digits", "00001::"],
    ["a letter after f", "::g"],
    ["a dotted quad that is not last", "::1.2.3.4:5"],
    ["a dotted quad that is no address", "::ffff:1.2.3.256"],
    ["a text that ends in a dot", "::1."],
    ["more text than an address can have", `${"0:".repeat(40)}:1`],
  ])("refuses %s", (_, text) => {
    expect(parseIp(text)).toBeNull();
    expect(canonicalIp(text)).toBeNull();
  });

  it("takes what the operating system's own reader takes, and nothing else", () => {
    fc.assert(
      fc.property(addressText, (text) => {
        const zoned = text.includes("%");
        expect(parseIp(text)?.length).toBe({ 0: undefined, 4: 4, 6: 16 }[zoned ? 0 : isIP(text)]);
      }),
      { numRuns: 5_000 },
    );
  });

  it("throws on no text", () => {
    fc.assert(fc.property(fc.oneof(anyText, addressText), (text) => void parseIp(text)));
  });

  it("refuses megabytes at a glance: a thousand of them take no time", { timeout: 5_000 }, () => {
    const texts = ["1:".repeat(4_000_000), "1.".repeat(4_000_000)];
    for (let i = 0; i < 1_000; i++) expect(texts.map(parseIp)).toEqual([null, null]);
  });
});

describe("writing an address", () => {
  it.each([
    ["RFC 5952 4.1: no leading zeros", "2001:0db8::0001", "2001:db8::1"],
    ["RFC 5952 4.2.1: shortened as far as possible", "2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["RFC 5952 4.2.2: one zero group stays", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["RFC 5952 4.2.3: the longest run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["RFC 5952 4.2.3: the first of equal runs", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["RFC 5952 4.3: lower case", "2001:DB8::ABCD", "2001:db8::abcd"],
    ["all zero", "0:0:0:0:0:0:0:0", "::"],
    ["a run at the start", "0:0:0:0:0:0:0:1", "::1"],
    ["a run at the end", "1:0:0:0:0:0:0:0", "1::"],
    ["IPv4-mapped, dotted", "::ffff:192.0.2.1", "192.0.2.1"],
    ["IPv4-mapped, in hex", "0:0:0:0:0:FFFF:C000:0201", "192.0.2.1"],
    ["IPv4-compatible stays IPv6", "::192.0.2.1", "::c000:201"],
    ["NAT64 stays IPv6", "64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
    ["almost mapped", "::fffe:192.0.2.1", "::fffe:c000:201"],
    ["IPv4", "192.0.2.1", "192.0.2.1"],
  ])("%s", (_, text, canonical) => {
    expect(canonicalIp(text)).toBe(canonical);
  });

  it("any IPv4 address round trips", () => {
    fc.assert(
      fc.property(ipv4Bytes, (bytes) => {
        expect(parseIp(formatIp(bytes))).toEqual(bytes);
      }),
    );
  });

  it("any IPv6 address round trips; a mapped one as the IPv4 address it stands for", () => {
    const mapped = ipv4Bytes.map((bytes) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes));
    fc.assert(
      fc.property(fc.oneof(ipv6Bytes, fc.uint8Array({ minLength: 16, maxLength: 16 }), mapped), (bytes) => {
        const isMapped = hexOf(bytes.subarray(0, 12)) === "00000000000000000000ffff";
        expect(parseIp(formatIp(bytes))).toEqual(isMapped ? bytes.slice(12) : bytes);
      }),
    );
  });

  it("writes IPv6 as the WHATWG URL standard does", () => {
    fc.assert(
      fc.property(ipv6Bytes, (bytes) => {
        const text = formatIp(bytes);
        if (!isIPv6(text)) return;
        const groups = hexOf(bytes)?.match(/..../g)?.join(":");
        expect(`[${text}]`).toBe(new URL(`http://[${groups}]/`).hostname);
      }),
      { numRuns: 1_000 },
    );
  });

  it("reads a view with an offset", () => {
    const bytes = Uint8Array.of(9, 9, 9, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 9);
    expect(formatIp(bytes.subarray(3, 19))).toBe("2001:db8::7");
  });

  it.each([0, 3, 5, 15, 17])("throws on %i bytes", (length) => {
    expect(() => formatIp(new Uint8Array(length))).toThrow(
      new RangeError(`"bytes" expected 4 or 16 bytes, got ${length}`),
    );
  });
});

describe("family and scope", () => {
  it("the family shows in the colon", () => {
    expect(ipFamily("192.0.2.1")).toBe(4);
    expect(ipFamily("2001:db8::7")).toBe(6);
  });

  const edges: Record<IpScope, readonly string[]> = {
    unspecified: ["0.0.0.0", "0.255.255.255", "::", "::ffff:0.0.0.0"],
    loopback: ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"],
    "link-local": ["169.254.0.0", "169.254.255.255", "fe80::", "febf:ffff::1"],
    multicast: ["224.0.0.0", "239.255.255.255", "ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    broadcast: ["255.255.255.255"],
    private: [
      ...["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"],
      ...["100.64.0.0", "100.127.255.255", "fc00::", "fdff:ffff::1", "::ffff:10.0.0.1"],
    ],
    public: [
      ...["1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"],
      ...["169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"],
      ...["223.255.255.255", "240.0.0.0", "255.255.255.254", "255.254.255.255"],
      ...["::2", "::100", "1::", "1::1", "2001:db8::1", "fbff::", "fe00::", "fe7f:ffff::", "fec0::", "feff::"],
    ],
  };
  for (const [scope, addresses] of Object.entries(edges)) {
    it.each(addresses)(`%s is ${scope}`, (address) => {
      expect(ipScope(address)).toBe(scope);
    });
  }

  it("throws on what is no address", () => {
    expect(() => ipScope("vps.example")).toThrow(new RangeError('"address" expected an IP literal, got "vps.example"'));
  });
});
