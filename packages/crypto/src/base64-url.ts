/*
 * RFC 4648 section 5, without padding. `btoa` is everywhere, in Node and in browsers; `Uint8Array.fromBase64` is not yet.
 */

const ALPHABET = /^[A-Za-z0-9_-]*$/;

export function base64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Null for a text that {@link base64Url} does not write, so that each key has one text. */
export function fromBase64Url(text: string): Uint8Array | null {
  if (!ALPHABET.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return base64Url(bytes) === text ? bytes : null;
}
