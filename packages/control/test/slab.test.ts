import { expect, test } from "vitest";
import { Slab } from "../src/v2/slab.js";

test("no two pieces share a byte, and each is as long as asked for and all zero", () => {
  const slab = new Slab();
  const pieces = Array.from({ length: 500 }, (_, index) => {
    const piece = slab.take(57 + (index % 200));
    expect([piece.length, piece.every((byte) => byte === 0)]).toEqual([57 + (index % 200), true]);
    return piece.fill(index % 251);
  });
  for (const [index, piece] of pieces.entries()) expect(piece.every((byte) => byte === index % 251)).toBe(true);
});

test("pieces share memory, so that not each is the kernel's and the collector's own business", () => {
  const slab = new Slab();
  const buffers = new Set(Array.from({ length: 1000 }, () => slab.take(57).buffer));
  expect(buffers.size).toBeLessThan(10);
});
