import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { v1 } from "../src/index.js";

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const mac = fc.uint8Array({ minLength: 32, maxLength: 32 });
const textOf = (bytes: Uint8Array) => {
  const text = new Uint8Array(v1.MAC_TEXT_BYTES);
  v1.writeMacText(bytes, text);
  return text;
};

/** Reads ascii85 by its definition: five characters write one number. */
const macOf = (text: Uint8Array) =>
  Array.from({ length: 8 }, (_, i) =>
    text
      .subarray(i * 5, i * 5 + 5)
      .reduce((word, character) => word * 85n + BigInt(character - 0x21), 0n)
      .toString(16)
      .padStart(8, "0"),
  ).join("");

describe("the text of a MAC", () => {
  it.each([
    [
      "of the payload a under the secret x",
      "1c78c63dd06b8d1d483aadbba92dc44bc31169be6935d3d0de7db45be211570d",
      "2a2d664964637465555d3833336c62574063255d5f5c2455734266344164684c32623869586f3624",
    ],
    [
      "of counting bytes",
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "21212a2d27223965753723524c6847246b335b57262e6f4e67274756422228603d35322a24242842",
    ],
    [
      "with a zero word, written in full",
      "1f4e45102b8a6d3f0000000099b90c61f165b6f19d908fefb3e08e33184303a3",
      "2b263536392e754a312e212121212152434e60376e525d302153574a70245a66246a222864654423",
    ],
    ["of zeros, never a z", "00".repeat(32), "21".repeat(40)],
    ["of ones", "ff".repeat(32), "7338572d21".repeat(8)],
  ])("%s", (_, bytes, text) => {
    expect(Buffer.from(textOf(bytesOf(bytes))).toString("hex")).toBe(text);
  });

  it("writes every MAC in the alphabet ! to u, and it reads back", () => {
    const sparse = fc.array(fc.constantFrom(0, 0, 1, 84, 85, 255), { minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        fc.oneof(
          mac,
          sparse.map((bytes) => Uint8Array.from(bytes)),
        ),
        (bytes) => {
          const text = textOf(bytes);
          expect(text.every((character) => character >= 0x21 && character <= 0x75)).toBe(true);
          expect(macOf(text)).toBe(Buffer.from(bytes).toString("hex"));
        },
      ),
    );
  });

  it("goes where it is told and touches nothing else", () => {
    const into = new Uint8Array(50).fill(7);
    v1.writeMacText(new Uint8Array(32), into, 5);
    expect(into).toEqual(Uint8Array.of(...Array(5).fill(7), ...Array(40).fill(0x21), ...Array(5).fill(7)));
  });

  it.each([0, 31, 33])("of %i bytes is a mistake of the caller", (length) => {
    expect(() => v1.writeMacText(new Uint8Array(length), new Uint8Array(40))).toThrow(
      new RangeError(`"mac" expected 32 bytes, got ${length}`),
    );
  });

  it.each([
    [39, 0],
    [40, 1],
    [41, -1],
    [80, 0.5],
    [80, Number.NaN],
  ])("in %i bytes at %d has no room", (length, at) => {
    expect(() => v1.writeMacText(new Uint8Array(32), new Uint8Array(length), at)).toThrow(
      new RangeError(`"into" expected room for 40 bytes at ${at}, got ${length} bytes`),
    );
  });
});

describe("splitting a datagram", () => {
  const datagram = bytesOf(`${"61".repeat(40)}2001020300`);

  it("gives views of its bytes", () => {
    const backing = new Uint8Array(60);
    backing.set(datagram, 7);
    const split = v1.splitDatagram(backing.subarray(7, 7 + datagram.length));
    if (!split.ok) throw new Error(split.reason);
    expect(split.macText.buffer).toBe(backing.buffer);
    expect(split.payload.buffer).toBe(backing.buffer);
    expect([split.macText.byteOffset, split.macText.length]).toEqual([7, 40]);
    expect([split.payload.byteOffset, split.payload.length]).toEqual([48, 4]);
  });

  it("with nothing after the space gives an empty payload", () => {
    const split = v1.splitDatagram(datagram.subarray(0, v1.ENVELOPE_BYTES));
    expect(split.ok && split.payload.length).toBe(0);
  });

  it("refuses every length below 41 bytes", () => {
    for (let length = 0; length < v1.ENVELOPE_BYTES; length++) {
      expect(v1.splitDatagram(datagram.subarray(0, length))).toEqual({ ok: false, reason: "short" });
    }
  });

  it("refuses every separator but the space", () => {
    for (let byte = 0; byte < 256; byte++) {
      const other = datagram.slice();
      other[40] = byte;
      const split = v1.splitDatagram(other);
      expect(split.ok ? "ok" : split.reason).toBe(byte === 0x20 ? "ok" : "bad-separator");
    }
  });

  it("splits any datagram or names the reason, up to the largest that UDP carries", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void v1.splitDatagram(bytes)));
    const largest = new Uint8Array(65_507).fill(0x20);
    const split = v1.splitDatagram(largest);
    expect(split.ok && split.payload.length).toBe(65_507 - 41);
  });
});
