import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalConstantTime } from "../src/index.js";
import { turned } from "./turned.js";

/** Bytes that keep a record of each index that is read. */
function watched(bytes: Uint8Array): { bytes: Uint8Array; reads: string[] } {
  const reads: string[] = [];
  const get = (target: Uint8Array, key: string | symbol) => {
    if (typeof key === "string" && /^\d+$/.test(key)) reads.push(key);
    return Reflect.get(target, key, target);
  };
  return { bytes: new Proxy(bytes, { get }), reads };
}

describe("comparing in constant time", () => {
  it("says what comparing says", () => {
    const bytes = fc.uint8Array({ maxLength: 3, max: 2 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalConstantTime(a, b)).toBe(Buffer.from(a).equals(b));
      }),
      { numRuns: 1_000 },
    );
  });

  it("sees a difference of one bit at any place", () => {
    const a = new Uint8Array(40).fill(0x55);
    for (let bit = 0; bit < 320; bit++) {
      expect(equalConstantTime(a, turned(a, bit)), `bit ${bit}`).toBe(false);
    }
  });

  it("reads the same bytes in the same order wherever they differ", () => {
    const guess = new Uint8Array(40).fill(1);
    const all = Array.from({ length: 40 }, (_, i) => String(i));
    for (const differsAt of [0, 1, 20, 39, undefined]) {
      const { bytes, reads } = watched(guess.slice());
      const other = guess.slice();
      if (differsAt !== undefined) other[differsAt] = 2;
      expect(equalConstantTime(bytes, other)).toBe(differsAt === undefined);
      expect(reads).toEqual(all);
    }
  });
});
