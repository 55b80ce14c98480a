/*
 * The envelope of a v1 datagram, the same for every message:
 *
 *   offset  bytes  what
 *   0       40     ascii85 of HMAC-SHA256(secret, payload): five characters for each of its eight words
 *   40      1      a space, 0x20
 *   41      n      payload, 0 or more bytes to the end of the datagram
 *
 * A word is four bytes, big-endian: w = c0 * 85^4 + c1 * 85^3 + c2 * 85^2 + c3 * 85 + c4, each written as "!" + c, so
 * all text is within "!".."u". A zero word is "!!!!!" as any other; the "z" that ascii85 elsewhere shortens it to is
 * never written, and no MAC text that we compute holds one.
 */

const MAC_BYTES = 32;
const SEPARATOR = 0x20;
const FIRST_DIGIT = 0x21;

/** Size of the MAC as text: 32 bytes in ascii85. */
export const MAC_TEXT_BYTES = 40;

/** Size of all that comes before the payload: the MAC's text and a space. */
export const ENVELOPE_BYTES = MAC_TEXT_BYTES + 1;

/** What {@link splitDatagram} found; `macText` and `payload` are views of the datagram. */
export type SplitDatagram =
  | { readonly ok: true; readonly macText: Uint8Array; readonly payload: Uint8Array }
  | { readonly ok: false; readonly reason: "short" | "bad-separator" };

/**
 * Writes a MAC as the 40 bytes of text that open a datagram.
 *
 * @param mac 32 bytes.
 * @param into where to write; needs room for 40 bytes from `at` on.
 * @param at offset in `into`; default 0, where a datagram has it.
 * @throws RangeError when `mac` has another size or `into` has no room.
 */
export function writeMacText(mac: Uint8Array, into: Uint8Array, at = 0): void {
  if (mac.length !== MAC_BYTES) throw new RangeError(`"mac" expected ${MAC_BYTES} bytes, got ${mac.length}`);
  if (!Number.isInteger(at) || at < 0 || at + MAC_TEXT_BYTES > into.length) {
    throw new RangeError(`"into" expected room for ${MAC_TEXT_BYTES} bytes at ${at}, got ${into.length} bytes`);
  }
  for (let from = 0, to = at; from < MAC_BYTES; from += 4, to += 5) {
    let word = 0;
    for (let i = 0; i < 4; i++) word = word * 256 + (mac[from + i] ?? 0);
    for (let i = 4; i >= 0; i--) {
      const rest = Math.floor(word / 85);
      into[to + i] = FIRST_DIGIT + word - rest * 85;
      word = rest;
    }
  }
}

/**
 * Splits a datagram into the text of its MAC and its payload, without a look at either and without a copy.
 *
 * @returns `short` for fewer than 41 bytes, `bad-separator` where byte 40 is no space.
 */
export function splitDatagram(bytes: Uint8Array): SplitDatagram {
  if (bytes.length < ENVELOPE_BYTES) return { ok: false, reason: "short" };
  if (bytes[MAC_TEXT_BYTES] !== SEPARATOR) return { ok: false, reason: "bad-separator" };
  return { ok: true, macText: bytes.subarray(0, MAC_TEXT_BYTES), payload: bytes.subarray(ENVELOPE_BYTES) };
}
