import { describe, expect, it } from "vitest";
import { v1 } from "../src/index.js";

describe("slots", () => {
  it("are the 26 letters in their order", () => {
    expect(v1.SLOTS.join("")).toBe("abcdefghijklmnopqrstuvwxyz");
  });

  it("are linked in pairs, a with b to y with z", () => {
    expect(v1.SLOTS.map(v1.partnerOf).join("")).toBe("badcfehgjilknmporqtsvuxwzy");
  });

  it.each(["", "A", "ab", "é", "`", "{", " a", 1, null, undefined, ["a"], new String("a")])("%j is none", (value) => {
    expect(v1.isSlot(value)).toBe(false);
  });

  it("a partner of no slot is a mistake of the caller", () => {
    expect(() => v1.partnerOf("ab" as v1.Slot)).toThrow(new RangeError('"slot" expected one letter a-z, got "ab"'));
  });
});
