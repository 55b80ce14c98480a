import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { v2 } from "../src/index.js";
import { bytesOf, endpoint, hexOf } from "./v2-frames.js";

const candidate = fc.record({ kind: fc.constantFrom("host" as const, "reflexive" as const), endpoint });
const candidates = fc.array(candidate, { maxLength: v2.MAX_CANDIDATES });
const IPV4 = "02 00000000000000000000ffffcb007107 1388";
const IPV6 = "01 20010db8000000000000000000000007 ffff";

describe("candidates", () => {
  it.each<[string, string, readonly v2.Candidate[]]>([
    ["none", "00", []],
    [
      "a reflexive IPv4 address",
      `01 ${IPV4}`,
      [{ kind: "reflexive", endpoint: { address: "203.0.113.7", port: 5000 } }],
    ],
    [
      "a host's IPv6 address after it",
      `02 ${IPV4} ${IPV6}`,
      [
        { kind: "reflexive", endpoint: { address: "203.0.113.7", port: 5000 } },
        { kind: "host", endpoint: { address: "2001:db8::7", port: 65_535 } },
      ],
    ],
    [
      "twelve of the lowest port",
      `0c ${"01 00000000000000000000ffffc0a80001 0001".repeat(12)}`,
      Array.from({ length: 12 }, () => ({ kind: "host", endpoint: { address: "192.168.0.1", port: 1 } })),
    ],
  ])("%s", (_, hex, list) => {
    expect(hexOf(v2.encodeCandidates(list))).toBe(hex.replaceAll(" ", ""));
    expect(v2.decodeCandidates(bytesOf(hex))).toEqual(list);
  });

  it("of any number up to twelve decode to themselves, in their order", () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const content = v2.encodeCandidates(list);
        expect(v2.decodeCandidates(content)).toEqual(list);
        expect(v2.isBlobSize(v2.BLOB_NONCE_BYTES + content.length + v2.BLOB_TAG_BYTES)).toBe(true);
      }),
    );
  });

  it.each([
    ["nothing at all", ""],
    ["one fewer than it counts", `02 ${IPV4}`],
    ["one more than it counts", `00 ${IPV4}`],
    ["a byte too few", `01 ${IPV4.slice(0, -2)}`],
    ["a byte too many", `01 ${IPV4} 00`],
    ["thirteen", `0d ${IPV4.repeat(13)}`],
    ["255", `ff ${IPV4.repeat(255)}`],
  ])("that are %s are none", (_, hex) => {
    expect(v2.decodeCandidates(bytesOf(hex))).toBe(null);
  });

  it("of kinds of a later version are left out, and so are those with port 0", () => {
    const unknown = ["00", "03", "7f", "ff"].map((kind) => `${kind} 00000000000000000000ffff0a000001 1388`).join(" ");
    const portless = "01 00000000000000000000ffff0a000001 0000";
    expect(v2.decodeCandidates(bytesOf(`07 ${unknown} ${IPV4} ${portless} ${IPV6}`))).toEqual([
      { kind: "reflexive", endpoint: { address: "203.0.113.7", port: 5000 } },
      { kind: "host", endpoint: { address: "2001:db8::7", port: 65_535 } },
    ]);
  });

  it("are decoded from any bytes without an exception, to what encodes again", () => {
    const counted = fc
      .nat(14)
      .chain((count) =>
        fc
          .uint8Array({ minLength: count * 19, maxLength: count * 19 })
          .map((rest) => Uint8Array.of(count, ...rest.map((byte, at) => (at % 19 === 0 ? byte % 4 : byte)))),
      );
    const seen = { some: 0, none: 0 };
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), counted), (content) => {
        const decoded = v2.decodeCandidates(content);
        seen[decoded === null ? "none" : "some"]++;
        if (decoded !== null) expect(v2.decodeCandidates(v2.encodeCandidates(decoded))).toEqual(decoded);
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(seen.some, seen.none)).toBeGreaterThan(100);
  });

  it("more than twelve, of a kind unknown, or without an address cannot be encoded", () => {
    const host: v2.Candidate = { kind: "host", endpoint: { address: "10.0.0.1", port: 1 } };
    expect(() => v2.encodeCandidates(Array(13).fill(host))).toThrow(
      new RangeError('"candidates" expected at most 12, got 13'),
    );
    expect(() => v2.encodeCandidates([{ ...host, kind: "relay" as "host" }])).toThrow(
      new TypeError('"kind" expected "host" or "reflexive", got "relay"'),
    );
    expect(() => v2.encodeCandidates([{ ...host, endpoint: { address: "vps.example", port: 1 } }])).toThrow(
      new RangeError('"endpoint" expected an IP literal and a port 1..65535, got "vps.example 1"'),
    );
  });
});

describe("the size of a blob", () => {
  it("is 41 bytes and 19 for each of up to twelve candidates, and no other", () => {
    const valid = Array.from({ length: 13 }, (_, count) => 41 + 19 * count);
    for (let size = -1; size < 400; size++) expect(v2.isBlobSize(size)).toBe(valid.includes(size));
    expect(v2.isBlobSize(Number.NaN)).toBe(false);
    expect(v2.isBlobSize(41.5)).toBe(false);
  });
});
