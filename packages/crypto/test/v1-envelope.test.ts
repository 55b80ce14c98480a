import { createHmac } from "node:crypto";
import { v1 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createV1Envelope, describeV1, secretBytes } from "../src/index.js";
import { turned } from "./turned.js";

const ascii = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const envelope = createV1Envelope(secretBytes("TheSecretWord"));
const secrets = fc.uint8Array({ minLength: 1, maxLength: 200 });
const payloads = fc.uint8Array({ maxLength: 300 });
/** The largest payload of a UDP datagram over IPv4 (RFC 768, RFC 791): 65,535 less 28 bytes of headers. */
const LARGEST_DATAGRAM_BYTES = 65_507;

describe("a sealed datagram", () => {
  it("opens under its secret to its payload, and carries the MAC that Node computes", () => {
    fc.assert(
      fc.property(secrets, payloads, (secret, payload) => {
        const ours = createV1Envelope(secret);
        const datagram = ours.seal(payload);
        const macText = new Uint8Array(v1.MAC_TEXT_BYTES);
        v1.writeMacText(createHmac("sha256", secret).update(payload).digest(), macText);
        expect(textOf(datagram)).toBe(`${textOf(macText)} ${textOf(payload)}`);
        expect(ours.open(datagram)).toEqual({ ok: true, payload });
      }),
    );
  });

  it("opens without a copy: the payload is a view of the datagram", () => {
    const receiveBuffer = new Uint8Array(2_000);
    receiveBuffer.set(envelope.seal(ascii("x")), 100);
    const opened = envelope.open(receiveBuffer.subarray(100, 142));
    if (!opened.ok) throw new Error(opened.reason);
    expect(opened.payload.buffer).toBe(receiveBuffer.buffer);
    expect([opened.payload.byteOffset, opened.payload.length]).toEqual([141, 1]);
  });

  it("stays as it is when opened", () => {
    const datagram = envelope.seal(ascii("i|a|203.0.113.7:5000"));
    const before = datagram.slice();
    envelope.open(datagram);
    expect(datagram).toEqual(before);
  });

  it("is the caller's own: later seals and the sealed payload do not reach into it", () => {
    const payload = ascii("x");
    const first = envelope.seal(payload);
    const before = first.slice();
    payload[0] = 0x79;
    const second = envelope.seal(payload);
    envelope.open(second);
    expect(first).toEqual(before);
    expect(first.buffer.byteLength).toBe(first.length);
    expect(first.buffer).not.toBe(second.buffer);
  });

  it("may be empty", () => {
    expect(envelope.seal(new Uint8Array())).toHaveLength(41);
    expect(envelope.open(envelope.seal(new Uint8Array()))).toEqual({ ok: true, payload: new Uint8Array() });
  });

  it("may be as large as UDP carries", () => {
    const payload = Uint8Array.from({ length: LARGEST_DATAGRAM_BYTES - v1.ENVELOPE_BYTES }, (_, i) => (i * 31) & 0xff);
    const datagram = envelope.seal(payload);
    expect(datagram).toHaveLength(LARGEST_DATAGRAM_BYTES);
    const opened = envelope.open(datagram);
    expect(opened.ok && Buffer.from(opened.payload).equals(payload)).toBe(true);
    datagram[LARGEST_DATAGRAM_BYTES - 1] = 0;
    expect(envelope.open(datagram)).toEqual({ ok: false, reason: "bad-signature" });
  });

  it("opens whatever was sealed or opened before it, by this envelope or another", () => {
    const step = fc.record({ secret: fc.nat(1), payload: payloads, spoil: fc.constantFrom("no", "mac", "type") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const both = [createV1Envelope(ascii("one")), createV1Envelope(ascii("two"))] as const;
        for (const { secret, payload, spoil } of steps) {
          const ours = secret === 0 ? both[0] : both[1];
          const datagram = createV1Envelope(ascii(secret === 0 ? "one" : "two")).seal(payload);
          if (spoil === "mac") datagram[0] = (datagram[0] ?? 0) ^ 1;
          if (spoil === "type") expect(() => ours.seal("text" as unknown as Uint8Array)).toThrow(TypeError);
          expect(ours.open(datagram).ok).toBe(spoil !== "mac");
        }
      }),
    );
  });
});

describe("a datagram that was not sealed with this secret", () => {
  const sealed = envelope.seal(ascii("i|a|203.0.113.7:5000"));

  it("has one bit changed, any of them", () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const reason = bit >> 3 === v1.MAC_TEXT_BYTES ? "bad-separator" : "bad-signature";
      expect(envelope.open(turned(sealed, bit)), `bit ${bit}`).toEqual({ ok: false, reason });
    }
  });

  it("is cut anywhere", () => {
    for (let length = 0; length < sealed.length; length++) {
      const reason = length < v1.ENVELOPE_BYTES ? "short" : "bad-signature";
      expect(envelope.open(sealed.subarray(0, length)), `${length} bytes`).toEqual({ ok: false, reason });
    }
  });

  it("is changed, cut or extended at random", () => {
    const spoils = fc.oneof(
      fc.record({ at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ keep: fc.nat() }),
      fc.record({ more: fc.uint8Array({ minLength: 1, maxLength: 50 }) }),
    );
    fc.assert(
      fc.property(payloads, spoils, (payload, spoil) => {
        const datagram = envelope.seal(payload);
        if ("at" in spoil)
          datagram[spoil.at % datagram.length] = (datagram[spoil.at % datagram.length] ?? 0) ^ spoil.xor;
        const other =
          "keep" in spoil
            ? datagram.subarray(0, spoil.keep % datagram.length)
            : "more" in spoil
              ? Uint8Array.of(...datagram, ...spoil.more)
              : datagram;
        expect(envelope.open(other).ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it("has the signature of another payload", () => {
    const spliced = envelope.seal(ascii("x"));
    spliced[41] = "y".charCodeAt(0);
    expect(envelope.open(spliced)).toEqual({ ok: false, reason: "bad-signature" });
  });

  it("is noise of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(envelope.open(noise).ok).toBe(false);
      }),
    );
    expect(envelope.open(new Uint8Array(LARGEST_DATAGRAM_BYTES).fill(0x20))).toEqual({
      ok: false,
      reason: "bad-signature",
    });
  });
});

describe("a MAC with a zero word, at which the original stops", () => {
  const zeroWord = createV1Envelope(secretBytes("Secret"));
  const payload = ascii("i|a|10.15.7.142:31408");
  const inFull = `+&569.uJ1.!!!!!RCN\`7nR]0!SWJp$Zf$j"(deD# i|a|10.15.7.142:31408`;
  const shortened = inFull.replace("!!!!!", "z");

  it("is written in full", () => {
    expect(textOf(zeroWord.seal(payload))).toBe(inFull);
  });

  it("opens like any other", () => {
    expect(zeroWord.open(ascii(inFull))).toEqual({ ok: true, payload });
  });

  it("does not open where it is shortened to z", () => {
    expect(zeroWord.open(ascii(shortened)).ok).toBe(false);
    expect(zeroWord.open(ascii(shortened.replace(" ", "     "))).ok).toBe(false);
    expect(zeroWord.open(ascii(shortened.replace(" ", "\0\0\0\0 ")))).toEqual({ ok: false, reason: "bad-signature" });
  });
});

describe("the secret of an envelope", () => {
  it("is taken raw: a newline at its end is part of it", () => {
    const withNewline = createV1Envelope(secretBytes("TheSecretWord\n"));
    expect(withNewline.open(envelope.seal(ascii("x"))).ok).toBe(false);
  });

  it("is absorbed: wiping the caller's bytes changes nothing", () => {
    const secret = secretBytes("TheSecretWord");
    const wiped = createV1Envelope(secret);
    secret.fill(0);
    expect(wiped.open(envelope.seal(ascii("x"))).ok).toBe(true);
  });

  it("is nowhere in what the caller holds", () => {
    expect(Object.keys(envelope)).toEqual(["seal", "open"]);
    expect(Object.values(envelope).every((value) => typeof value === "function")).toBe(true);
  });

  it("is not empty", () => {
    expect(() => createV1Envelope(new Uint8Array())).toThrow(
      new RangeError('"secret" expected at least one byte, got none'),
    );
  });

  it("is bytes, and an error does not show it", () => {
    expect(() => createV1Envelope("TheSecretWord" as unknown as Uint8Array)).toThrow(
      new TypeError('"secret" expected a Uint8Array, got string'),
    );
  });
});

describe("a datagram in a log line", () => {
  it("is its payload in Go's quotes", () => {
    expect(describeV1(envelope, envelope.seal(ascii("i|a|127.0.0.1:5000")))).toBe('"i|a|127.0.0.1:5000"');
    expect(describeV1(envelope, envelope.seal(ascii('"\n\xff')))).toBe('"\\"\\n\\xff"');
  });

  it.each([0, 1, 40, 41])("is too short with %i bytes", (length) => {
    const shown = '"[message skipped, since it is too short]"';
    expect(describeV1(envelope, envelope.seal(new Uint8Array()).subarray(0, length))).toBe(shown);
  });

  it("shows nothing that a stranger sent", () => {
    const forged = ascii(`${"!".repeat(40)} \x1b[2Jhello`);
    expect(describeV1(envelope, forged)).toBe('"[message skipped due to invalid signature]"');
    forged[40] = 0;
    expect(describeV1(envelope, forged)).toBe('"[message skipped due to invalid signature]"');
  });
});
