import { PreparedSecret } from "./prepared-secret.js";

/** What a secret is given as: text for its UTF-8 bytes, bytes as they are, or what `prepareSecret` has made of either. */
export type Secret = string | Uint8Array | PreparedSecret;

/**
 * The bytes of a shared secret: UTF-8 of a string, a copy of bytes.
 *
 * Nothing is trimmed or stretched, as the original does neither: a newline at the end of a secret file is part of the
 * secret. Any length from one byte on; HMAC takes no advantage of more than 64 (RFC 2104 section 2).
 *
 * @throws RangeError when the secret is empty: everybody knows that one. Also when a string holds half a surrogate pair,
 * which UTF-8 cannot write, so that different strings would become one secret.
 * @throws TypeError when it is neither a string nor a Uint8Array. No error shows the secret.
 * @param name what errors call it; default "secret".
 * @example
 * secretBytes("TheSecretWord"); // 13 bytes
 */
export function secretBytes(secret: Secret, name = "secret"): Uint8Array {
  if (secret instanceof PreparedSecret) return secret.bytes();
  const bytes = typeof secret === "string" ? utf8(secret, name) : copy(secret, name);
  if (bytes.length === 0) throw new RangeError(`"${name}" expected at least one byte, got none`);
  return bytes;
}

function utf8(secret: string, name: string): Uint8Array {
  if (/\p{Surrogate}/u.test(secret))
    throw new RangeError(`"${name}" expected well-formed text, got half a surrogate pair`);
  return new TextEncoder().encode(secret);
}

function copy(secret: Uint8Array, name: string): Uint8Array {
  if (!(secret instanceof Uint8Array)) {
    throw new TypeError(`"${name}" expected a string or a Uint8Array, got ${secret === null ? "null" : typeof secret}`);
  }
  return Uint8Array.from(secret);
}
