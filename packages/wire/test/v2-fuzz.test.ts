import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { v2 } from "../src/index.js";
import { anyFrame, frames, hexOf } from "./v2-frames.js";

const reasons: Record<v2.DecodeReason, true> = {
  short: true,
  "bad-magic": true,
  "unknown-type": true,
  "bad-length": true,
  "bad-state": true,
  "bad-reason": true,
  "bad-op": true,
  "bad-endpoint": true,
};

const types = [1, 2, 3, 4, 5, 6, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18];

/** What must hold of any bytes: a frame that encodes to them, but for the MAC, or a named reason; and they stay as they are. */
function expectSound(bytes: Uint8Array): v2.Decoded {
  const before = hexOf(bytes);
  const decoded = v2.decode(bytes);
  if (decoded.ok) expect(hexOf(v2.encode(decoded.frame)).slice(0, -32)).toBe(before.slice(0, -32));
  else expect(reasons).toHaveProperty([decoded.reason]);
  expect(hexOf(bytes)).toBe(before);
  return decoded;
}

/** The sizes that a frame of this kind may have, and those that its bytes would have as another kind of the same type. */
const sizes: Record<keyof typeof frames, readonly number[]> = {
  announce: blobSizes(v2.FRAME_BYTES.announce),
  challenge: [86],
  info: [57, ...blobSizes(v2.FRAME_BYTES.infoWithPartner)],
  infoWithPartner: [57, ...blobSizes(v2.FRAME_BYTES.infoWithPartner)],
  bye: [53],
  relay: [61],
  relayed: [62],
  peer: [52],
  move: [56],
};

function blobSizes(besideBlob: number): number[] {
  return Array.from({ length: v2.MAX_CANDIDATES + 1 }, (_, candidates) => besideBlob + 41 + 19 * candidates);
}

describe.each(Object.entries(frames))("%s", (kind, arbitrary: fc.Arbitrary<v2.Frame>) => {
  const valid = sizes[kind as keyof typeof frames];

  it("cut anywhere is no frame, but where it then has another size of its type: that is for the MAC", () => {
    fc.assert(
      fc.property(arbitrary, (frame) => {
        const bytes = v2.encode(frame);
        for (let length = 0; length < bytes.length; length++) {
          const decoded = expectSound(bytes.subarray(0, length));
          if (decoded.ok) expect(valid).toContain(length);
          else expect(decoded.reason).toBe(length < 52 ? "short" : reasonAt(length));
        }
      }),
      { numRuns: 12 },
    );
  });

  it("with bytes after it is no frame, but where it then has another size of its type: that is for the MAC", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(255), (frame, more) => {
        const bytes = v2.encode(frame);
        const long = new Uint8Array(450).fill(more);
        long.set(bytes);
        for (let length = bytes.length + 1; length <= long.length; length++) {
          const decoded = expectSound(long.subarray(0, length));
          if (decoded.ok) expect(valid).toContain(length);
          else expect(decoded.reason).toBe(reasonAt(length));
        }
      }),
      { numRuns: 12 },
    );
  });

  /** An info may have grown a partner in a state that has none, or lost one. */
  function reasonAt(length: number): v2.DecodeReason {
    return valid.includes(length) ? "bad-state" : "bad-length";
  }

  it("with any one bit turned is another frame or no frame, and never an exception", () => {
    fc.assert(
      fc.property(arbitrary, (frame) => {
        const bytes = v2.encode(frame);
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          const turned = Uint8Array.from(bytes);
          turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          const decoded = v2.decode(turned);
          if (!decoded.ok || bit >> 3 >= bytes.length - v2.MAC_BYTES) continue;
          expect(hexOf(v2.encode(decoded.frame))).not.toBe(hexOf(bytes));
        }
      }),
      { numRuns: 5 },
    );
  });
});

describe("any bytes", () => {
  it("never throw: noise, noise behind a header, and frames with bytes overwritten", () => {
    const header = fc
      .tuple(fc.constantFrom(...types), fc.nat(0xffffff))
      .map(([type, bits]) => Uint8Array.of(...v2.MAGIC, type, bits >>> 16, (bits >>> 8) & 0xff, bits & 0xff));
    const anySize = fc
      .oneof(fc.constantFrom(...Object.values(sizes).flat()), fc.nat(400))
      .map((size) => Math.max(size, 8));
    const behindHeader = fc
      .tuple(header, anySize)
      .chain(([start, size]) =>
        fc
          .uint8Array({ minLength: size - start.length, maxLength: size - start.length })
          .map((rest) => Uint8Array.of(...start, ...rest)),
      );
    const spoiled = fc
      .tuple(anyFrame, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
      .map(([frame, spots]) => {
        const bytes = v2.encode(frame);
        for (const [at, byte] of spots) bytes[at % bytes.length] = byte;
        return bytes;
      });
    const seen = { ok: 0, refused: 0 };
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), behindHeader, spoiled), (bytes) => {
        seen[expectSound(bytes).ok ? "ok" : "refused"]++;
      }),
      { numRuns: 5_000 },
    );
    expect(Math.min(seen.ok, seen.refused)).toBeGreaterThan(500);
  });

  it("as many as UDP carries are refused by their size", () => {
    const largest = new Uint8Array(65_507);
    largest.set(
      v2.encode({
        type: "bye",
        features: 0,
        sid: largest.slice(0, 16),
        id: largest.slice(0, 8),
        seq: 1,
        reason: "met",
      }),
    );
    for (const type of types) {
      largest[4] = type;
      expect(v2.decode(largest)).toEqual({ ok: false, reason: "bad-length" });
    }
  });
});
