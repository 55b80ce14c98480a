import type { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCandidateSeal } from "../src/index.js";
import { turned } from "./turned.js";
import { counting } from "./v2-vectors.js";

const key = counting(0, 32);
const owner = { sid: counting(0x10, 16), id: counting(0x20, 8) };
const nonce = counting(0x30, 24);
const seal = createCandidateSeal(key);
const candidates: readonly v2.Candidate[] = [
  { kind: "reflexive", endpoint: { address: "203.0.113.7", port: 5000 } },
  { kind: "host", endpoint: { address: "192.168.1.10", port: 5000 } },
  { kind: "host", endpoint: { address: "2001:db8::7", port: 5000 } },
];
const blob = seal.seal(candidates, owner, nonce);

describe("sealed candidates", () => {
  it("open to what was sealed, and stay as they are", () => {
    const before = Uint8Array.from(blob);
    expect(seal.open(blob, owner)).toEqual(candidates);
    expect(blob).toEqual(before);
    expect(blob).toHaveLength(41 + 3 * 19);
  });

  it("open in a receive buffer, and from a Buffer", () => {
    const receiveBuffer = Buffer.alloc(2_000);
    receiveBuffer.set(blob, 56);
    expect(seal.open(receiveBuffer.subarray(56, 56 + blob.length), owner)).toEqual(candidates);
  });

  it("show no address, nor does an error", () => {
    const hex = Buffer.from(blob.subarray(24)).toString("hex");
    expect(hex).not.toContain("c0a8010a");
    expect(hex).not.toContain("cb007107");
  });

  it("do not open with any one bit turned", () => {
    for (let bit = 0; bit < blob.length * 8; bit++) expect(seal.open(turned(blob, bit), owner)).toBe(null);
  });

  it("do not open cut, grown or empty", () => {
    for (let length = 0; length < blob.length; length++) expect(seal.open(blob.subarray(0, length), owner)).toBe(null);
    for (let more = 1; more < 300; more++) {
      const longer = new Uint8Array(blob.length + more);
      longer.set(blob);
      expect(seal.open(longer, owner)).toBe(null);
    }
  });

  it("do not open as another session's or another run's, in any bit", () => {
    for (let bit = 0; bit < 128; bit++) expect(seal.open(blob, { ...owner, sid: turned(owner.sid, bit) })).toBe(null);
    for (let bit = 0; bit < 64; bit++) expect(seal.open(blob, { ...owner, id: turned(owner.id, bit) })).toBe(null);
  });

  it("do not open where the border between sid and id is moved", () => {
    const moved = { sid: counting(0x10, 15), id: Uint8Array.of(0x1f, ...owner.id) };
    expect(seal.open(blob, moved)).toBe(null);
    expect(seal.open(blob, { sid: new Uint8Array(), id: new Uint8Array() })).toBe(null);
  });

  it("do not open under another key, in any bit", () => {
    for (let bit = 0; bit < 256; bit++) expect(createCandidateSeal(turned(key, bit)).open(blob, owner)).toBe(null);
  });

  it("of any number open to themselves, under any nonce", () => {
    const endpoint = fc.record({
      address: fc.constantFrom("192.0.2.1", "::1", "2001:db8::1"),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    const list = fc.array(fc.record({ kind: fc.constantFrom("host" as const, "reflexive" as const), endpoint }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(list, fc.uint8Array({ minLength: 24, maxLength: 24 }), (some, anyNonce) => {
        expect(seal.open(seal.seal(some, owner, anyNonce), owner)).toEqual(some);
      }),
    );
  });

  it("are noise to who has no part in it: no bytes throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => seal.open(noise, owner) === null));
  });

  it("keep their key: wiping the caller's changes nothing", () => {
    const mine = counting(0, 32);
    const own = createCandidateSeal(mine);
    mine.fill(0);
    expect(own.open(blob, owner)).toEqual(candidates);
  });

  it.each<[string, () => unknown]>([
    ['"key" expected 32 bytes, got 31', () => createCandidateSeal(counting(0, 31))],
    ['"nonce" expected 24 bytes, got 12', () => seal.seal(candidates, owner, counting(0, 12))],
    ['"owner.sid" expected 16 bytes, got 15', () => seal.seal(candidates, { ...owner, sid: counting(0, 15) }, nonce)],
    ['"owner.id" expected 8 bytes, got 9', () => seal.seal(candidates, { ...owner, id: counting(0, 9) }, nonce)],
  ])("%s", (message, misuse) => {
    expect(misuse).toThrow(new RangeError(message));
  });
});
