import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { v2 } from "../src/index.js";
import { anyFrame, bytesOf, counting, frames, hexOf } from "./v2-frames.js";

const sid = counting(0xa0, 16);
const id = counting(0x10, 8);
const cookie = counting(0xc0, 16);
const SID = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";
const ID = "1011121314151617";
const COOKIE = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf";
const NO_MAC = "00".repeat(16);
const blobOf = (candidates: number) => new Uint8Array(41 + 19 * candidates).fill(0xbb);
const session = { features: 0, sid, id };
const peerFrame = { features: 0, from: id, to: counting(0x20, 8), txid: counting(0x30, 12) };
const PEER_FRAME = `${ID} 2021222324252627 303132333435363738393a3b`;

/** One row for each type, state, reason and size at its edges: what it is, its bytes, the bytes it has. */
const table: readonly (readonly [string, v2.Frame, string, number])[] = [
  [
    "an announce without a cookie, or any candidate",
    { type: "announce", ...session, seq: 1, ackPush: 0, cookie: new Uint8Array(16), blob: blobOf(0) },
    `064e5032 01 000000 ${SID} ${ID} 00000001 00000000 ${"00".repeat(16)} ${"bb".repeat(41)} ${NO_MAC}`,
    113,
  ],
  [
    "an announce with all that it may have, of the second slot of a pair",
    { type: "announce", ...session, features: 3, seq: 0xffffffff, ackPush: 0x01020304, cookie, blob: blobOf(12) },
    `064e5032 01 000003 ${SID} ${ID} ffffffff 01020304 ${COOKIE} ${"bb".repeat(41 + 228)} ${NO_MAC}`,
    341,
  ],
  [
    "a challenge that saw an IPv4 address",
    { type: "challenge", ...session, echoSeq: 1, cookie, observed: { address: "203.0.113.7", port: 5000 } },
    // 00 * 10, ffff, cb007107, 1388 under the cookie and again its first two bytes
    `064e5032 02 000000 ${SID} ${ID} 00000001 ${COOKIE} c0c1c2c3c4c5c6c7c8c93534 07cdbfc8 d349 ${NO_MAC}`,
    86,
  ],
  [
    "a challenge that saw an IPv6 address",
    { type: "challenge", ...session, echoSeq: 2, cookie, observed: { address: "2001:db8::7", port: 65_535 } },
    `064e5032 02 000000 ${SID} ${ID} 00000002 ${COOKIE} e0c0cf7bc4c5c6c7c8c9cacbcccdcec8 3f3e ${NO_MAC}`,
    86,
  ],
  ...(
    [
      ["waiting", "00", "80"],
      ["present", "01", "81"],
      ["full", "02", "82"],
      ["v1", "03", "83"],
      ["taken", "04", "84"],
      ["source-limit", "05", "85"],
      ["total-limit", "06", "86"],
    ] as const
  ).flatMap(([state, answer, push]): (readonly [string, v2.Frame, string, number])[] => [
    [
      `an answer: ${state}`,
      { type: "info", ...session, echoSeq: 7, pushSeq: 0, state, cause: "answer", partner: null },
      `064e5032 03 000000 ${SID} ${ID} 00000007 00000000 ${answer} ${NO_MAC}`,
      57,
    ],
    [
      `a push: ${state}`,
      { type: "info", ...session, echoSeq: 7, pushSeq: 0x80000000, state, cause: "push", partner: null },
      `064e5032 03 000000 ${SID} ${ID} 00000007 80000000 ${push} ${NO_MAC}`,
      57,
    ],
  ]),
  [
    "a push that names a partner who has no candidate",
    {
      type: "info",
      ...session,
      echoSeq: 7,
      pushSeq: 2,
      state: "present",
      cause: "push",
      partner: { id: counting(0x20, 8), blob: blobOf(0) },
    },
    `064e5032 03 000000 ${SID} ${ID} 00000007 00000002 81 2021222324252627 ${"bb".repeat(41)} ${NO_MAC}`,
    106,
  ],
  [
    "an answer that names a partner of twelve candidates",
    {
      type: "info",
      ...session,
      features: 0xffffff,
      echoSeq: 7,
      pushSeq: 2,
      state: "present",
      cause: "answer",
      partner: { id: counting(0x20, 8), blob: blobOf(12) },
    },
    `064e5032 03 ffffff ${SID} ${ID} 00000007 00000002 01 2021222324252627 ${"bb".repeat(269)} ${NO_MAC}`,
    334,
  ],
  [
    "a bye of a peer that gave up",
    { type: "bye", ...session, seq: 9, reason: "left" },
    `064e5032 04 000000 ${SID} ${ID} 00000009 01 ${NO_MAC}`,
    53,
  ],
  [
    "a bye of a peer that met its partner",
    { type: "bye", ...session, seq: 0x01020304, reason: "met" },
    `064e5032 04 000000 ${SID} ${ID} 01020304 02 ${NO_MAC}`,
    53,
  ],
  ...(["want", "chosen", "released"] as const).map((op, index): readonly [string, v2.Frame, string, number] => [
    `a wish for the relay: ${op}`,
    { type: "relay", ...session, seq: 0x01020304, partnerId: counting(0x20, 8), op },
    `064e5032 05 000000 ${SID} ${ID} 01020304 2021222324252627 0${index + 1} ${NO_MAC}`,
    61,
  ]),
  ...(["none", "waiting", "open", "carrying", "released"] as const).map(
    (state, index): readonly [string, v2.Frame, string, number] => [
      `how the relay stands: ${state}`,
      { type: "relayed", ...session, echoSeq: 7, partnerId: counting(0x20, 8), state, reason: "none" },
      `064e5032 06 000000 ${SID} ${ID} 00000007 2021222324252627 0${index} 00 ${NO_MAC}`,
      62,
    ],
  ),
  ...(["off", "full", "source", "address", "idle", "parted"] as const).map(
    (reason, index): readonly [string, v2.Frame, string, number] => [
      `that there is no relay: ${reason}`,
      { type: "relayed", ...session, echoSeq: 7, partnerId: counting(0x20, 8), state: "none", reason },
      `064e5032 06 000000 ${SID} ${ID} 00000007 2021222324252627 00 0${index + 1} ${NO_MAC}`,
      62,
    ],
  ),
  ["a ping", { type: "ping", ...peerFrame }, `064e5032 11 000000 ${PEER_FRAME} ${NO_MAC}`, 52],
  ["a pong", { type: "pong", ...peerFrame }, `064e5032 12 000000 ${PEER_FRAME} ${NO_MAC}`, 52],
  ["a nomination", { type: "nominate", ...peerFrame }, `064e5032 13 000000 ${PEER_FRAME} ${NO_MAC}`, 52],
  ["a confirmation", { type: "confirm", ...peerFrame }, `064e5032 14 000000 ${PEER_FRAME} ${NO_MAC}`, 52],
  ["the end", { type: "done", ...peerFrame, features: 0x010203 }, `064e5032 15 010203 ${PEER_FRAME} ${NO_MAC}`, 52],
  ...(["renominate", "reconfirm", "redone"] as const).map(
    (type, index): readonly [string, v2.Frame, string, number] => [
      `about another path: ${type}`,
      { type, ...peerFrame, epoch: 0x01020304 },
      `064e5032 1${index + 6} 000000 ${ID} 2021222324252627 01020304 303132333435363738393a3b ${NO_MAC}`,
      56,
    ],
  ),
];

describe("a frame", () => {
  it.each(table)("%s", (_, frame, hex, sizeBytes) => {
    expect(hexOf(v2.encode(frame))).toBe(hex.replaceAll(" ", ""));
    expect(v2.decode(bytesOf(hex))).toEqual({ ok: true, frame });
    expect(bytesOf(hex)).toHaveLength(sizeBytes);
  });

  it("has a size that its type says", () => {
    expect(v2.FRAME_BYTES).toEqual({
      announce: 72,
      challenge: 86,
      info: 57,
      infoWithPartner: 65,
      bye: 53,
      relay: 61,
      relayed: 62,
      peer: 52,
      move: 56,
    });
    expect([v2.MIN_BLOB_BYTES, v2.MAX_BLOB_BYTES, v2.MAX_FRAME_BYTES]).toEqual([41, 269, 341]);
  });

  it("of every kind decodes to itself, and its bytes to the same bytes", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const bytes = v2.encode(frame);
        expect(v2.isFrame(bytes)).toBe(true);
        expect(bytes.length).toBeLessThanOrEqual(v2.MAX_FRAME_BYTES);
        const decoded = v2.decode(bytes);
        expect(decoded).toEqual({ ok: true, frame });
        expect(decoded.ok && hexOf(v2.encode(decoded.frame))).toBe(hexOf(bytes));
      }),
      { numRuns: 600 },
    );
  });

  it("carries whatever MAC stands at its end, which is not for the decoder to judge", () => {
    fc.assert(
      fc.property(anyFrame, fc.uint8Array({ minLength: 16, maxLength: 16 }), (frame, mac) => {
        const bytes = v2.encode(frame);
        bytes.set(mac, bytes.length - v2.MAC_BYTES);
        expect(v2.decode(bytes)).toEqual({ ok: true, frame });
      }),
    );
  });

  it("decodes without a copy, inside a larger buffer too, and stays as it is", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const receiveBuffer = Buffer.alloc(2_000, 0x55);
        const encoded = v2.encode(frame);
        receiveBuffer.set(encoded, 700);
        const datagram = receiveBuffer.subarray(700, 700 + encoded.length);
        const decoded = v2.decode(datagram);
        if (!decoded.ok) throw new Error(decoded.reason);
        for (const field of viewsIn(decoded.frame)) {
          expect(field.buffer).toBe(receiveBuffer.buffer);
          expect(field.byteOffset).toBeGreaterThanOrEqual(datagram.byteOffset + v2.HEADER_BYTES);
          expect(field.byteOffset + field.length).toBeLessThanOrEqual(
            datagram.byteOffset + datagram.length - v2.MAC_BYTES,
          );
        }
        expect(hexOf(datagram)).toBe(hexOf(encoded));
      }),
    );
  });

  it("is written to the room that it is given, and to no byte beside it", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const memory = new Uint8Array(2 + v2.MAX_FRAME_BYTES);
        const bytes = v2.encode(frame, (sizeBytes) => memory.subarray(1, 1 + sizeBytes));
        expect(bytes.buffer).toBe(memory.buffer);
        expect(hexOf(memory)).toBe(`00${hexOf(v2.encode(frame))}`.padEnd(2 * memory.length, "0"));
      }),
    );
  });

  it("of which nothing is shared with what it was made of", () => {
    const announce = fc.sample(frames.announce, { numRuns: 1, seed: 1 })[0];
    if (announce === undefined) throw new Error("no sample");
    const bytes = v2.encode(announce);
    const before = hexOf(bytes);
    for (const field of viewsIn(announce)) field.fill(0xee);
    expect(hexOf(bytes)).toBe(before);
  });
});

function viewsIn(value: object): Uint8Array[] {
  return Object.values(value).flatMap((field) => {
    if (field instanceof Uint8Array) return [field];
    return typeof field === "object" && field !== null ? viewsIn(field) : [];
  });
}

describe("the observed address", () => {
  it("is nowhere in the clear, whatever the cookie, so that no gateway recognises it", () => {
    const observed = { address: "203.0.113.7", port: 5000 };
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (random) => {
        // A cookie with a zero there would let that byte show: a MAC has one in 256, a rewriter wants all four.
        const cookie = random.map((byte) => byte | 1);
        const hex = hexOf(v2.encode({ type: "challenge", ...session, echoSeq: 1, cookie, observed }));
        expect(hex).not.toContain("cb007107");
      }),
    );
  });

  it("turns with each bit of the cookie, its port with the cookie's first two bytes", () => {
    const bytes = v2.encode({
      type: "challenge",
      ...session,
      echoSeq: 1,
      cookie,
      observed: { address: "::1", port: 1 },
    });
    bytes[36] = (bytes[36] ?? 0) ^ 0x80;
    expect(v2.decode(bytes)).toMatchObject({ frame: { observed: { address: "8000::1", port: 0x8001 } } });
  });

  it("that is IPv4 in IPv6 is the IPv4 address", () => {
    const observed = { address: "::ffff:192.0.2.1", port: 9 };
    const bytes = v2.encode({ type: "challenge", ...session, echoSeq: 1, cookie, observed });
    expect(v2.decode(bytes)).toMatchObject({ frame: { observed: { address: "192.0.2.1", port: 9 } } });
  });
});

describe("a datagram that is no frame", () => {
  const ping = v2.encode({ type: "ping", ...peerFrame });
  const info = v2.encode({
    type: "info",
    ...session,
    echoSeq: 7,
    pushSeq: 2,
    state: "present",
    cause: "push",
    partner: { id, blob: blobOf(3) },
  });
  const challenge = v2.encode({
    type: "challenge",
    ...session,
    echoSeq: 1,
    cookie,
    observed: { address: "::1", port: 1 },
  });
  const bye = v2.encode({ type: "bye", ...session, seq: 1, reason: "left" });
  const changed = (bytes: Uint8Array, at: number, byte: number) => Uint8Array.from(bytes).fill(byte, at, at + 1);
  const reasonOf = (bytes: Uint8Array) => {
    const decoded = v2.decode(bytes);
    return decoded.ok ? "ok" : decoded.reason;
  };

  it("is short below 52 bytes, whatever it begins with", () => {
    for (let length = 0; length < 52; length++) {
      expect(reasonOf(ping.subarray(0, length))).toBe("short");
      expect(reasonOf(new Uint8Array(length))).toBe("short");
    }
  });

  it.each([0, 1, 2, 3])("has byte %i of the magic wrong in any bit", (at) => {
    for (let bit = 0; bit < 8; bit++) {
      const other = changed(ping, at, (ping[at] ?? 0) ^ (1 << bit));
      expect(reasonOf(other)).toBe("bad-magic");
      expect(v2.isFrame(other)).toBe(false);
    }
  });

  it("is of no known type", () => {
    const known = [1, 2, 3, 4, 5, 6, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18];
    for (let type = 0; type < 256; type++) {
      expect(reasonOf(changed(ping, 4, type)) === "unknown-type").toBe(!known.includes(type));
    }
  });

  it("is info in a state that is none, or names a partner who is not present", () => {
    for (let state = 0; state < 256; state++) {
      expect(reasonOf(changed(info, 40, state))).toBe((state & 0x7f) === 1 ? "ok" : "bad-state");
    }
    const without = v2.encode({
      type: "info",
      ...session,
      echoSeq: 7,
      pushSeq: 2,
      state: "full",
      cause: "push",
      partner: null,
    });
    for (let state = 0; state < 256; state++) {
      expect(reasonOf(changed(without, 40, state))).toBe((state & 0x7f) < 7 ? "ok" : "bad-state");
    }
  });

  it("is bye for no known reason", () => {
    for (let reason = 0; reason < 256; reason++) {
      expect(reasonOf(changed(bye, 36, reason))).toBe(reason === 1 || reason === 2 ? "ok" : "bad-reason");
    }
  });

  it("is a wish for the relay with no known op", () => {
    const relay = v2.encode({ type: "relay", ...session, seq: 1, partnerId: id, op: "want" });
    for (let op = 0; op < 256; op++) {
      expect(reasonOf(changed(relay, 44, op))).toBe(op >= 1 && op <= 3 ? "ok" : "bad-op");
    }
  });

  it("is about the relay in no known state, for no known reason, or with a reason where there is nothing to explain", () => {
    const relayed = v2.encode({ type: "relayed", ...session, echoSeq: 1, partnerId: id, state: "none", reason: "off" });
    const without = changed(relayed, 45, 0);
    for (let byte = 0; byte < 256; byte++) {
      expect(reasonOf(changed(without, 44, byte))).toBe(byte <= 4 ? "ok" : "bad-state");
      expect(reasonOf(changed(relayed, 45, byte))).toBe(byte <= 6 ? "ok" : "bad-reason");
      if (byte >= 1 && byte <= 4) expect(reasonOf(changed(relayed, 44, byte))).toBe("bad-reason");
    }
  });

  it("is a challenge that saw port 0", () => {
    const zero = Uint8Array.from(challenge);
    zero.set(zero.subarray(36, 38), 68);
    expect(reasonOf(zero)).toBe("bad-endpoint");
  });
});

describe("what cannot be encoded is a mistake of the caller", () => {
  const announce: v2.Announce = { type: "announce", ...session, seq: 1, ackPush: 0, cookie, blob: blobOf(0) };
  const info: v2.Info = {
    type: "info",
    ...session,
    echoSeq: 1,
    pushSeq: 1,
    state: "present",
    cause: "push",
    partner: { id, blob: blobOf(1) },
  };
  const challenge: v2.Challenge = {
    type: "challenge",
    ...session,
    echoSeq: 1,
    cookie,
    observed: { address: "192.0.2.1", port: 1 },
  };
  const bye: v2.Bye = { type: "bye", ...session, seq: 1, reason: "met" };
  const ping: v2.PeerFrame = { type: "ping", ...peerFrame };
  const relay: v2.Relay = { type: "relay", ...session, seq: 1, partnerId: id, op: "want" };
  const relayed: v2.Relayed = { type: "relayed", ...session, echoSeq: 1, partnerId: id, state: "none", reason: "idle" };
  const redone: v2.MoveFrame = { type: "redone", ...peerFrame, epoch: 1 };

  it.each<[string, v2.Frame]>([
    ['"sid" expected 16 bytes, got 8', { ...announce, sid: id }],
    ['"id" expected 8 bytes, got 16', { ...announce, id: sid }],
    ['"cookie" expected 16 bytes, got 8', { ...announce, cookie: id }],
    ['"seq" expected an integer 0 to 4294967295, got -1', { ...announce, seq: -1 }],
    ['"seq" expected an integer 0 to 4294967295, got 4294967296', { ...announce, seq: 2 ** 32 }],
    ['"ackPush" expected an integer 0 to 4294967295, got 0.5', { ...announce, ackPush: 0.5 }],
    ['"features" expected 24 bits, got 16777216', { ...announce, features: 0x1000000 }],
    ['"features" expected 24 bits, got NaN', { ...announce, features: Number.NaN }],
    [
      '"blob" expected 41 bytes and 19 for each of 0 to 12 candidates, got 42',
      { ...announce, blob: new Uint8Array(42) },
    ],
    ['"blob" expected 41 bytes and 19 for each of 0 to 12 candidates, got 288', { ...announce, blob: blobOf(13) }],
    [
      '"echoSeq" expected an integer 0 to 4294967295, got Infinity',
      { ...challenge, echoSeq: Number.POSITIVE_INFINITY },
    ],
    [
      '"endpoint" expected an IP literal and a port 1..65535, got "192.0.2.1 0"',
      { ...challenge, observed: { address: "192.0.2.1", port: 0 } },
    ],
    [
      '"endpoint" expected an IP literal and a port 1..65535, got "fe80::1%eth0 1"',
      { ...challenge, observed: { address: "fe80::1%eth0", port: 1 } },
    ],
    ['"pushSeq" expected an integer 0 to 4294967295, got -0.1', { ...info, pushSeq: -0.1 }],
    ['"partner.id" expected 8 bytes, got 16', { ...info, partner: { id: sid, blob: blobOf(1) } }],
    [
      '"partner.blob" expected 41 bytes and 19 for each of 0 to 12 candidates, got 0',
      { ...info, partner: { id, blob: new Uint8Array() } },
    ],
    ['"partner" expected null where the state is not present, got one with full', { ...info, state: "full" }],
    ['"seq" expected an integer 0 to 4294967295, got NaN', { ...bye, seq: Number.NaN }],
    ['"partnerId" expected 8 bytes, got 16', { ...relay, partnerId: sid }],
    ['"seq" expected an integer 0 to 4294967295, got -1', { ...relay, seq: -1 }],
    ['"partnerId" expected 8 bytes, got 16', { ...relayed, partnerId: sid }],
    ['"reason" expected none where the state is not none, got idle with open', { ...relayed, state: "open" }],
    ['"epoch" expected an integer 0 to 4294967295, got 4294967296', { ...redone, epoch: 2 ** 32 }],
    ['"from" expected 8 bytes, got 16', { ...ping, from: sid }],
    ['"to" expected 8 bytes, got 16', { ...ping, to: sid }],
    ['"txid" expected 12 bytes, got 16', { ...ping, txid: sid }],
  ])("%s", (message, frame) => {
    expect(() => v2.encode(frame)).toThrow(new RangeError(message));
  });

  it.each<[string, object]>([
    ['"type" expected a type of v2, got "hello"', { ...ping, type: "hello" }],
    ['"type" expected a type of v2, got "toString"', { ...ping, type: "toString" }],
    [
      '"state" expected one of waiting, present, full, v1, taken, source-limit, total-limit, got "gone"',
      { ...info, partner: null, state: "gone" },
    ],
    ['"cause" expected one of answer, push, got "pull"', { ...info, cause: "pull" }],
    ['"reason" expected one of left, met, got null', { ...bye, reason: null }],
    ['"op" expected one of want, chosen, released, got "stop"', { ...relay, op: "stop" }],
    [
      '"state" expected one of none, waiting, open, carrying, released, got "x"',
      { ...relayed, state: "x", reason: "none" },
    ],
    ['"reason" expected one of none, off, full, source, address, idle, parted, got "x"', { ...relayed, reason: "x" }],
  ])("%s", (message, frame) => {
    expect(() => v2.encode(frame as v2.Frame)).toThrow(new TypeError(message));
  });
});

describe("ids", () => {
  it("are ordered as unsigned bytes, the first counting most", () => {
    const ids = ["00ff", "0100", "7fff", "8000", "ff00"].map(bytesOf);
    expect(ids.toReversed().toSorted(v2.compareIds).map(hexOf)).toEqual(ids.map(hexOf));
  });

  it("compare as their hexadecimal texts do, and are the same where those are", () => {
    const pair = fc.tuple(fc.uint8Array({ maxLength: 3 }), fc.uint8Array({ maxLength: 3 }));
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [left, right] = [hexOf(a), hexOf(b)];
        expect(Math.sign(v2.compareIds(a, b))).toBe(left < right ? -1 : left > right ? 1 : 0);
        expect(v2.sameId(a, b)).toBe(left === right);
      }),
    );
  });

  it("are written in hexadecimal, two digits for each byte", () => {
    expect(v2.formatId(bytesOf("000fa0ff"))).toBe("000fa0ff");
    expect(v2.formatId(new Uint8Array())).toBe("");
  });
});
