const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);
/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and of all spaces only the ASCII one. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const INVALID = -1;
/** The smallest code point that needs so many bytes; one below it is written too long, which is invalid (RFC 3629 section 3). */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000] as const;

/**
 * Quotes bytes as Go's `strconv.Quote` (and `%q`) does, for log lines like the original's.
 *
 * Printable UTF-8 stays; `"`, `\` and the seven controls that have a letter get a backslash; other controls and each
 * byte that is no UTF-8 become `\x..`, other code points `\u....` or `\U........`. A terminal that shows the result
 * cannot be driven by who sent the bytes.
 *
 * What is printable comes from this runtime's Unicode tables (categories L, M, N, P, S and U+0020): code points that
 * were assigned between Go's version of Unicode and the runtime's are shown where Go escapes them, or the other way.
 *
 * @example
 * quoteGo(Uint8Array.of(0x61, 0x0a, 0xff)); // "\"a\\n\\xff\""
 */
export function quoteGo(bytes: Uint8Array): string {
  let quoted = '"';
  for (let at = 0; at < bytes.length; ) {
    const rune = decodeRune(bytes, at);
    quoted += rune === INVALID ? escapedByte(bytes[at] ?? 0) : quotedRune(rune);
    at += rune === INVALID ? 1 : utf8Length(rune);
  }
  return `${quoted}"`;
}

function quotedRune(rune: number): string {
  const short = ESCAPES.get(rune);
  if (short !== undefined) return short;
  const text = String.fromCodePoint(rune);
  if (PRINTABLE.test(text)) return text;
  if (rune < 0x80) return escapedByte(rune);
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

function escapedByte(byte: number): string {
  return `\\x${hex(byte, 2)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** The code point that starts at `at`, INVALID where the bytes there are no UTF-8. */
function decodeRune(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return lead;
  const length = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
  if (length === 0) return INVALID;
  let rune = lead & (0x7f >> length);
  for (let i = at + 1; i < at + length; i++) {
    const next = bytes[i] ?? 0;
    if ((next & 0xc0) !== 0x80) return INVALID;
    rune = (rune << 6) | (next & 0x3f);
  }
  const surrogate = rune >= 0xd800 && rune < 0xe000;
  return rune < (SMALLEST[length] ?? 0) || surrogate || rune > 0x10ffff ? INVALID : rune;
}

function utf8Length(rune: number): number {
  return rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
}
