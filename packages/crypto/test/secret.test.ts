import { describe, expect, it } from "vitest";
import { secretBytes } from "../src/index.js";

describe("a secret", () => {
  it("given as text is its UTF-8, untrimmed", () => {
    expect(secretBytes("пароль \n")).toEqual(Uint8Array.from(Buffer.from("пароль \n")));
    expect(secretBytes("\ufeff🔑")).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x94, 0x91));
  });

  it("given as bytes is a copy of them", () => {
    const bytes = Uint8Array.of(0, 1, 255);
    const secret = secretBytes(bytes);
    bytes.fill(7);
    expect(secret).toEqual(Uint8Array.of(0, 1, 255));
  });

  it("given as a Buffer is a copy in memory of its own", () => {
    const buffer = Buffer.from("secret");
    const secret = secretBytes(buffer);
    expect(secret.buffer).not.toBe(buffer.buffer);
    expect(secret.buffer.byteLength).toBe(6);
  });

  it.each(["", new Uint8Array()])("is not empty", (secret) => {
    expect(() => secretBytes(secret)).toThrow(new RangeError('"secret" expected at least one byte, got none'));
  });

  it.each(["\ud800", "a\udc00b"])("is no half of a character, which UTF-8 would make equal to others", (secret) => {
    expect(() => secretBytes(secret)).toThrow(
      new RangeError('"secret" expected well-formed text, got half a surrogate pair'),
    );
  });

  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [4711, "number"],
    [[1, 2], "object"],
    [new ArrayBuffer(4), "object"],
  ])("is neither %o nor any other type, and the error does not show it", (secret, type) => {
    expect(() => secretBytes(secret as unknown as string)).toThrow(
      new TypeError(`"secret" expected a string or a Uint8Array, got ${type}`),
    );
  });
});
