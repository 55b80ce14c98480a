import { describe, expect, it } from "vitest";
import { randomBytes } from "../src/index.js";

describe("random bytes", () => {
  it.each([0, 1, 8, 32, 65_536])("are as many as were asked for: %i", (length) => {
    const bytes = randomBytes(length);
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(bytes.length).toBe(length);
  });

  it("differ each time, in every place", () => {
    const draws = Array.from({ length: 100 }, () => randomBytes(16));
    for (let place = 0; place < 16; place++)
      expect(new Set(draws.map((bytes) => bytes[place])).size).toBeGreaterThan(10);
  });

  it.each([-1, 1.5, Number.NaN, 65_537])("are not %d at once", (length) => {
    expect(() => randomBytes(length)).toThrow(
      new RangeError(`"length" expected an integer from 0 to 65536, got ${length}`),
    );
  });
});
