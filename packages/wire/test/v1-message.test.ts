import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIp, v1 } from "../src/index.js";

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const ascii = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const slot = fc.constantFrom(...v1.SLOTS);
const address = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(formatIp);
const endpoint = fc.record({ address, port: fc.integer({ min: 1, max: 65_535 }) });
const toPeer = fc.oneof(
  fc.record({ type: fc.constant("peerInfo" as const), slot, endpoint }),
  fc.record({ type: fc.constantFrom("ping" as const, "pong" as const, "close" as const) }),
);
const toControl = fc.record({ type: fc.constant("announce" as const), slot });

describe("to control", () => {
  it.each([
    ["61", "a"],
    ["62", "b"],
    ["69", "i"],
    ["78", "x"],
    ["79", "y"],
    ["7a", "z"],
  ] as const)("%s announces %s", (hex, name) => {
    const message = { type: "announce", slot: name } as const;
    expect(v1.decodeForControl(bytesOf(hex))).toEqual({ ok: true, message });
    expect(v1.encode(message)).toEqual(bytesOf(hex));
  });

  it.each([
    ["empty", ""],
    ["unknown-label", "A"],
    ["unknown-label", "1"],
    ["unknown-label", "`"],
    ["unknown-label", "{"],
    ["unknown-label", "\xe1"],
    ["unknown-label", "\0"],
    ["unknown-label", " a"],
    ["trailing-bytes", "a\n"],
    ["trailing-bytes", "data"],
    ["trailing-bytes", "i|a|203.0.113.7:5000"],
  ] as const)("%s: %j", (reason, text) => {
    expect(v1.decodeForControl(ascii(text))).toEqual({ ok: false, reason });
  });
});

describe("to a peer", () => {
  it.each([
    ["78", { type: "ping" }],
    ["79", { type: "pong" }],
    ["7a", { type: "close" }],
    [
      "697c617c3132372e302e302e313a35303030",
      { type: "peerInfo", slot: "a", endpoint: { address: "127.0.0.1", port: 5000 } },
    ],
    [
      "697c627c3230332e302e3131332e323a3635353335",
      { type: "peerInfo", slot: "b", endpoint: { address: "203.0.113.2", port: 65_535 } },
    ],
    [
      "697c7a7c5b323030313a6462383a3a315d3a343433",
      { type: "peerInfo", slot: "z", endpoint: { address: "2001:db8::1", port: 443 } },
    ],
    ["697c637c5b3a3a315d3a31", { type: "peerInfo", slot: "c", endpoint: { address: "::1", port: 1 } }],
    [
      "697c647c3235352e3235352e3235352e3235353a31",
      { type: "peerInfo", slot: "d", endpoint: { address: "255.255.255.255", port: 1 } },
    ],
  ] satisfies [string, v1.ToPeer][])("%s", (hex, message) => {
    expect(v1.decodeForPeer(bytesOf(hex))).toEqual({ ok: true, message });
    expect(v1.encode(message)).toEqual(bytesOf(hex));
  });

  it.each([
    ["empty", ""],
    ["unknown-label", "a"],
    ["unknown-label", "X"],
    ["unknown-label", "\xff"],
    ["unknown-label", "p".repeat(900)],
    ["trailing-bytes", "x "],
    ["trailing-bytes", "yy"],
    ["trailing-bytes", "z\n"],
    ["bad-fields", "i"],
    ["bad-fields", "i|"],
    ["bad-fields", "i|a"],
    ["bad-fields", "ia|203.0.113.7:5000"],
    ["bad-fields", "i||203.0.113.7:5000"],
    ["bad-fields", "i|ab|203.0.113.7:5000"],
    ["bad-slot", "i|A|203.0.113.7:5000"],
    ["bad-slot", "i|||203.0.113.7:5000"],
    ["bad-slot", "i|\xe1|203.0.113.7:5000"],
    ["bad-endpoint", "i|a|"],
    ["bad-endpoint", "i|a|203.0.113.7:0"],
    ["bad-endpoint", "i|a|203.0.113.7:65536"],
    ["bad-endpoint", "i|a|203.0.113.7:5000|"],
    ["bad-endpoint", "i|a|203.0.113.7:5000\n"],
    ["bad-endpoint", "i|a|vps.example:5000"],
    ["bad-endpoint", "i|a|[::ffff:203.0.113.7]:5000"],
    ["bad-endpoint", "i|a|[fe80::1%eth0]:5000"],
    ["bad-endpoint", "i|a|[2001:DB8::7]:5000"],
    ["bad-endpoint", `i|a|[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 `],
    ["bad-endpoint", `i|a|${"1".repeat(65_503)}`],
    ["bad-endpoint", `i|a|${"1".repeat(1_000_000)}`],
  ] as const)("%s: %.60j", (reason, text) => {
    expect(v1.decodeForPeer(ascii(text))).toEqual({ ok: false, reason });
  });

  it("the longest peer info is as long as the longest payload", () => {
    const longest = { address: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", port: 65_535 };
    const payload = v1.encode({ type: "peerInfo", slot: "a", endpoint: longest });
    expect(payload).toHaveLength(v1.MAX_PAYLOAD_BYTES);
    expect(v1.decodeForPeer(payload).ok).toBe(true);
  });
});

describe("any payload", () => {
  const label = fc.constantFrom(..."aixyz|").map((letter) => ascii(letter));
  const spoiled = fc.tuple(toPeer, fc.nat(), fc.nat(255)).map(([message, at, byte]) => {
    const payload = v1.encode(message);
    payload[at % payload.length] = byte;
    return payload;
  });
  const peerInfoOf = (text: string) => ascii(`i|a|${text}`);
  const piece = fc.constantFrom(..."0123456789abcdef.:[]|", "255", "1.2.3.4", "[::1]", "[2001:db8::", ":5000");
  const nearly = fc.array(piece, { maxLength: 10 }).map((pieces) => peerInfoOf(pieces.join("")));
  const anything = fc.uint8Array({ maxLength: 100 });
  const payloads = fc.oneof(
    anything,
    fc.tuple(label, anything).map(([first, rest]) => Uint8Array.of(...first, ...rest)),
    label,
    spoiled,
    nearly,
  );
  const reasons: Record<v1.DecodeReason, true> = {
    empty: true,
    "unknown-label": true,
    "trailing-bytes": true,
    "bad-fields": true,
    "bad-slot": true,
    "bad-endpoint": true,
  };

  it.each([
    ["control", v1.decodeForControl],
    ["a peer", v1.decodeForPeer],
  ] as const)("decodes for %s to a message that encodes to the same bytes, or to a named reason", (_, decode) => {
    const seen = { ok: 0, refused: 0 };
    fc.assert(
      fc.property(payloads, (payload) => {
        const decoded = decode(payload);
        seen[decoded.ok ? "ok" : "refused"]++;
        if (decoded.ok) expect(v1.encode(decoded.message)).toEqual(payload);
        else expect(reasons).toHaveProperty([decoded.reason]);
      }),
      { numRuns: 5_000 },
    );
    expect(Math.min(seen.ok, seen.refused)).toBeGreaterThan(100);
  });

  it("leaves the payload as it was", () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const before = payload.slice();
        v1.decodeForPeer(payload);
        v1.decodeForControl(payload);
        expect(payload).toEqual(before);
      }),
    );
  });
});

describe("any message", () => {
  it("to control decodes to itself", () => {
    fc.assert(
      fc.property(toControl, (message) => {
        expect(v1.decodeForControl(v1.encode(message))).toEqual({ ok: true, message });
      }),
    );
  });

  it("to a peer decodes to itself", () => {
    fc.assert(
      fc.property(toPeer, (message) => {
        expect(v1.decodeForPeer(v1.encode(message))).toEqual({ ok: true, message });
      }),
    );
  });
});

describe("what cannot be encoded is a mistake of the caller", () => {
  const endpoint = { address: "203.0.113.7", port: 5000 };

  it("a slot of two letters", () => {
    const wrong = new RangeError('"slot" expected one letter a-z, got "ab"');
    expect(() => v1.encode({ type: "announce", slot: "ab" as v1.Slot })).toThrow(wrong);
    expect(() => v1.encode({ type: "peerInfo", slot: "ab" as v1.Slot, endpoint })).toThrow(wrong);
  });

  it.each([
    ["port 0", { ...endpoint, port: 0 }],
    ["half a port", { ...endpoint, port: 0.5 }],
    ["a host name", { ...endpoint, address: "vps.example" }],
    ["an address in brackets", { ...endpoint, address: "[::1]" }],
    ["an address that is not canonical", { ...endpoint, address: "2001:DB8::7" }],
    ["an IPv4-mapped address", { ...endpoint, address: "::ffff:203.0.113.7" }],
  ])("%s", (_, wrong) => {
    expect(() => v1.encode({ type: "peerInfo", slot: "a", endpoint: wrong })).toThrow(
      /^"endpoint" expected a canonical IP literal and a port 1..65535, got "/,
    );
  });

  it("a type that v1 does not have", () => {
    expect(() => v1.encode({ type: "hello" } as unknown as v1.Message)).toThrow(
      new TypeError('"message.type" expected a type of v1, got "hello"'),
    );
  });
});
