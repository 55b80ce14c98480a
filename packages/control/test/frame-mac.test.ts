import { createFrameMac } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createNodeFrameMac } from "../src/node/frame-mac.js";

test("Node's hashes make and know the same MACs as those that run anywhere", () => {
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const frames = fc.array(fc.uint8Array({ minLength: 17, maxLength: v2.MAX_FRAME_BYTES }));
  fc.assert(
    fc.property(keys, frames, (key, all) => {
      const [ours, theirs] = [createNodeFrameMac(key), createFrameMac(key)];
      for (const frame of all) {
        expect(ours.verify(frame)).toBe(false);
        expect(theirs.verify(ours.sign(frame))).toBe(true);
        expect(ours.verify(frame)).toBe(true);
      }
    }),
  );
});

test("what is too short or too long for a frame is none, and nobody may sign it", () => {
  const mac = createNodeFrameMac(new Uint8Array(32));
  for (const length of [0, 16, v2.MAX_FRAME_BYTES + 1, 65_507]) {
    expect(mac.verify(new Uint8Array(length))).toBe(false);
    expect(() => mac.sign(new Uint8Array(length))).toThrow(/"frame" expected 17 to 341 bytes/);
  }
  expect(() => createNodeFrameMac(new Uint8Array(31))).toThrow('"key" expected 32 bytes, got 31');
});
