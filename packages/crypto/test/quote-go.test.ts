import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteGo } from "../src/index.js";
import go from "./vectors/go-quote.json" with { type: "json" };

describe("quoting bytes", () => {
  it.each(go.vectors as [string, string][])("writes %s as Go does", (hex, quoted) => {
    expect(quoteGo(Uint8Array.from(Buffer.from(hex, "hex")))).toBe(quoted);
  });

  it("gives one line without a control, in quotes that nothing inside ends, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const inner = /^"((?:[^"\\]|\\.)*)"$/u.exec(quoteGo(bytes))?.[1];
        expect(inner).toBeDefined();
        expect(inner).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it("leaves printable text of any script as it is", () => {
    const printable = fc.stringMatching(/^[\p{L}\p{N} ]*$/u);
    fc.assert(
      fc.property(printable, (text) => {
        expect(quoteGo(new TextEncoder().encode(text))).toBe(`"${text}"`);
      }),
    );
  });

  it("quotes the largest datagram", () => {
    expect(quoteGo(new Uint8Array(65_507).fill(0xff))).toBe(`"${"\\xff".repeat(65_507)}"`);
  });
});
