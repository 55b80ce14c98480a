import { extract } from "@noble/hashes/hkdf.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64Url, fromBase64Url } from "./base64-url.js";
import { secretBytes } from "./secret.js";

/** Size of every key of v2. */
export const KEY_BYTES = 32;

const SALT = new TextEncoder().encode("netpunch/2");
const SECRET_PREFIX = "np2_";
const CONTROL_KEY_PREFIX = "np2c_";
/** RFC 7914 section 2, at the cost that OWASP's cheat sheet on password storage gives for r 8, p 1 at 32 MiB. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, dkLen: KEY_BYTES } as const;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What a user's secret is: a generated one, a passphrase, or the key that only a control node takes. */
export type SecretKind = "generated" | "passphrase" | "control-key";

/**
 * Tells what a secret is, without deriving anything: a passphrase costs a quarter of a second, the others nothing.
 *
 * @throws as {@link rootKey} does, but for control keys.
 */
export function secretKind(secret: string | Uint8Array): SecretKind {
  return read(secret).kind;
}

export interface RootKeyOptions {
  /** Ends the derivation: `rootKey()` rejects with its reason. */
  readonly signal?: AbortSignal;
  /** What errors call the secret. Default "secret". */
  readonly name?: string;
}

/**
 * Derives the key from which all others of v2 come: HKDF-Extract with the salt "netpunch/2" (RFC 5869 section 2.2).
 *
 * `np2_` and 43 characters, as {@link generateSecret} makes, stand for the 32 bytes that they are in base64url. Everything
 * else is a passphrase: scrypt (RFC 7914) with N 2^15, r 8, p 1 and the same salt makes 32 bytes of it, in some 0.3 s and
 * 32 MiB, a slice of 10 ms at a time. One line feed at the end, or one carriage return and line feed, is not part of the
 * secret (in v1 it is).
 *
 * @throws RangeError (a rejection, like all others) when the secret is empty, holds half a surrogate pair, begins with `np2_`
 * and is no generated secret, or is a control key; TypeError when it is neither a string nor a Uint8Array. No error shows it.
 */
export async function rootKey(secret: string | Uint8Array, options: RootKeyOptions = {}): Promise<Uint8Array> {
  const { signal, name = "secret" } = options;
  signal?.throwIfAborted();
  const { kind, bytes } = read(secret, name);
  if (kind === "control-key") {
    throw new RangeError(
      `"${name}" expected the secret itself, got a control key (np2c_...), which only a control node takes`,
    );
  }
  const onProgress = () => signal?.throwIfAborted();
  const ikm = kind === "generated" ? bytes : await scryptAsync(bytes, SALT, { ...SCRYPT, onProgress });
  signal?.throwIfAborted();
  return extract(sha256, ikm, SALT);
}

/** The key in the text of a control key (`np2c_...`); null where the secret is none. @throws as {@link secretKind} does. */
export function parseControlKey(secret: string | Uint8Array): Uint8Array | null {
  const { kind, bytes } = read(secret);
  return kind === "control-key" ? bytes : null;
}

/** The text that a control node is given: `np2c_` and the key in base64url. */
export function formatControlKey(controlKey: Uint8Array): string {
  return CONTROL_KEY_PREFIX + base64Url(checkedKey(controlKey, "controlKey"));
}

/**
 * Makes a new secret: `np2_` and 32 random bytes in base64url.
 *
 * @param random a cryptographically secure source of so many bytes; default: the platform's `crypto.getRandomValues`.
 */
export function generateSecret(random: (length: number) => Uint8Array = platformRandom): string {
  return SECRET_PREFIX + base64Url(checkedKey(random(KEY_BYTES), "random"));
}

function platformRandom(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function read(secret: string | Uint8Array, name = "secret"): { readonly kind: SecretKind; readonly bytes: Uint8Array } {
  const bytes = withoutLineEnd(secretBytes(secret, name));
  if (bytes.length === 0) throw new RangeError(`"${name}" expected at least one byte, got an empty line`);
  const text = latin1(bytes.subarray(0, 64));
  if (text.startsWith(CONTROL_KEY_PREFIX))
    return { kind: "control-key", bytes: keyIn(bytes, CONTROL_KEY_PREFIX, name) };
  if (text.startsWith(SECRET_PREFIX)) return { kind: "generated", bytes: keyIn(bytes, SECRET_PREFIX, name) };
  return { kind: "passphrase", bytes };
}

/** A generated secret with a character missing must not pass as a passphrase: two machines would differ and never know. */
function keyIn(bytes: Uint8Array, prefix: string, name: string): Uint8Array {
  const key = fromBase64Url(latin1(bytes.subarray(prefix.length)));
  if (key === null || key.length !== KEY_BYTES) {
    throw new RangeError(
      `"${name}" expected 43 characters of base64url after "${prefix}", got something else: copy it whole`,
    );
  }
  return key;
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === LINE_FEED) end -= bytes[end - 2] === CARRIAGE_RETURN ? 2 : 1;
  return bytes.subarray(0, end);
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

export function checkedKey(key: Uint8Array, name: string): Uint8Array {
  if (!(key instanceof Uint8Array)) throw new TypeError(`"${name}" expected a Uint8Array, got ${typeof key}`);
  if (key.length !== KEY_BYTES) throw new RangeError(`"${name}" expected ${KEY_BYTES} bytes, got ${key.length}`);
  return key;
}
