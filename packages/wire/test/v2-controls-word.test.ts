import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { v1, v2 } from "../src/index.js";
import { anyFrame, frames } from "./v2-frames.js";

const between = (first: number, last: number) => (byte: number) => byte >= first && byte <= last;
const isDigit = between(0x21, 0x75);
const text = fc.uint8Array({ minLength: 40, maxLength: 40 }).map((bytes) => bytes.map((byte) => 0x21 + (byte % 85)));
const rest = fc.uint8Array({ maxLength: 60 });

/** The rule in the words of the protocol's page, slowly. */
function hasControlsShape(bytes: Uint8Array): boolean {
  const hex = Buffer.from(bytes).toString("hex");
  const ofV1 = bytes.length > 40 && bytes.subarray(0, 40).every(isDigit) && bytes[40] === 0x20;
  return ofV1 || /^064e50320[1-9a-f]/.test(hex);
}

describe("a word between a peer and control", () => {
  it("is each frame of types 01 to 0f, whatever its MAC, size and fields", () => {
    for (let type = 0; type < 256; type++) {
      for (const size of [5, 8, 52, 86, 341, 65_507]) {
        const bytes = new Uint8Array(size);
        bytes.set(v2.MAGIC);
        bytes[4] = type;
        expect(v2.isControlsWord(bytes)).toBe(between(0x01, 0x0f)(type));
        expect(v2.isPeersWord(bytes)).toBe(between(0x11, 0x1f)(type));
      }
    }
  });

  it("is every frame that a peer and control have for each other, and none that peers have", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const bytes = v2.encode(frame);
        const isOfPeers = "from" in frame;
        expect([v2.isControlsWord(bytes), v2.isPeersWord(bytes)]).toEqual([!isOfPeers, isOfPeers]);
      }),
    );
    expect(Object.keys(frames)).toContain("relayed");
  });

  it("is everything in v1's envelope, whatever the MAC and the payload", () => {
    fc.assert(
      fc.property(text, rest, (macText, payload) => {
        expect(v2.isControlsWord(Uint8Array.of(...macText, 0x20, ...payload))).toBe(true);
      }),
    );
    const zero = new Uint8Array(v1.ENVELOPE_BYTES).fill(0x21);
    zero[40] = 0x20;
    expect(v2.isControlsWord(zero)).toBe(true);
  });

  it("is not in v1's envelope with one character that no MAC has, without the space, or with a byte less", () => {
    fc.assert(
      fc.property(
        text,
        fc.nat(39),
        fc.constantFrom(0x00, 0x1f, 0x20, 0x76, 0x7a, 0xff),
        rest,
        (macText, at, byte, more) => {
          const other = macText.slice().fill(byte, at, at + 1);
          expect(v2.isControlsWord(Uint8Array.of(...other, 0x20, ...more))).toBe(false);
          expect(v2.isControlsWord(Uint8Array.of(...macText, 0x21, ...more))).toBe(false);
          expect(v2.isControlsWord(macText)).toBe(false);
        },
      ),
    );
  });

  it("is told by its shape alone, whatever the bytes", () => {
    const header = fc.tuple(fc.nat(255), rest).map(([type, more]) => Uint8Array.of(...v2.MAGIC, type, ...more));
    const enveloped = fc
      .tuple(text, fc.nat(255), rest)
      .map(([mac, byte, more]) => Uint8Array.of(...mac, byte, ...more));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), header, enveloped), (bytes) => {
        expect(v2.isControlsWord(bytes)).toBe(hasControlsShape(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});
