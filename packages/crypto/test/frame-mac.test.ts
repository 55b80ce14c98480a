import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameMac } from "../src/index.js";
import { turned } from "./turned.js";
import { bytesOf, counting, readVectors } from "./v2-vectors.js";

const { frames } = readVectors();
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe.each(frames)("$what", ({ key_hex, frame_hex }) => {
  const mac = createFrameMac(bytesOf(key_hex));
  const frame = bytesOf(frame_hex);

  it("does not verify with any one bit turned", () => {
    const verified = Array.from({ length: frame.length * 8 }, (_, bit) => bit).filter((bit) =>
      mac.verify(turned(frame, bit)),
    );
    expect(verified).toEqual([]);
    expect(mac.verify(frame)).toBe(true);
  });

  it("does not verify cut anywhere, or with anything after it", () => {
    for (let length = 0; length < frame.length; length++) expect(mac.verify(frame.subarray(0, length))).toBe(false);
    for (let more = 1; more <= 2 * 19; more++) {
      const longer = new Uint8Array(frame.length + more);
      longer.set(frame);
      expect(mac.verify(longer)).toBe(false);
    }
  });

  it("verifies with its key and with none that differs in a bit of any byte", () => {
    const key = bytesOf(key_hex);
    for (let bit = 0; bit < 256; bit += 7) expect(createFrameMac(turned(key, bit)).verify(frame)).toBe(false);
  });
});

describe("a MAC", () => {
  it("is what Node computes over all before it, whatever is signed or verified in between", () => {
    fc.assert(
      fc.property(bytes32, bytes32, fc.array(fc.uint8Array({ minLength: 17, maxLength: 400 })), (key, other, all) => {
        const [mac, otherMac] = [createFrameMac(key), createFrameMac(other)];
        for (const frame of all) {
          const expected = createHmac("sha256", key).update(frame.subarray(0, -16)).digest().subarray(0, 16);
          expect(mac.sign(frame)).toBe(frame);
          expect(Buffer.compare(frame.subarray(-16), expected)).toBe(0);
          expect(otherMac.verify(frame)).toBe(false);
          expect(mac.verify(frame)).toBe(true);
        }
      }),
    );
  });

  it("of any bytes is checked without an exception, and noise has none", () => {
    const mac = createFrameMac(counting(0, 32));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => !mac.verify(noise)));
    for (const length of [0, 15, 16, 17, 65_507]) expect(mac.verify(new Uint8Array(length))).toBe(false);
  });

  it("is not read past its view: a frame inside a receive buffer", () => {
    const mac = createFrameMac(counting(0, 32));
    const buffer = Buffer.alloc(1_000, 7);
    const frame = buffer.subarray(100, 160);
    mac.sign(frame);
    expect([buffer[99], buffer[160]]).toEqual([7, 7]);
    expect(mac.verify(frame)).toBe(true);
  });

  it("keeps its key: wiping the caller's changes nothing", () => {
    const key = counting(0, 32);
    const mac = createFrameMac(key);
    const frame = mac.sign(new Uint8Array(40));
    key.fill(0);
    expect(mac.verify(frame)).toBe(true);
    expect(Object.values(mac).every((value) => typeof value === "function")).toBe(true);
  });

  it("wants a key of 32 bytes and room in the frame; no error shows the key", () => {
    expect(() => createFrameMac(counting(0, 16))).toThrow(new RangeError('"key" expected 32 bytes, got 16'));
    expect(() => createFrameMac("secret" as unknown as Uint8Array)).toThrow(
      new TypeError('"key" expected a Uint8Array, got string'),
    );
    expect(() => createFrameMac(counting(0, 32)).sign(new Uint8Array(16))).toThrow(
      new RangeError('"frame" expected more than 16 bytes, got 16'),
    );
  });
});
