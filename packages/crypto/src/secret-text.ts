import { base64Url, fromBase64Url } from "./base64-url.js";
import { checkedKey, KEY_BYTES } from "./key.js";
import { randomBytes } from "./random-bytes.js";
import { type Secret, secretBytes } from "./secret.js";

/*
 *   np2_  + 43 characters    a generated secret: 32 bytes in base64url without padding (RFC 4648 section 5)
 *   np2c_ + 43 characters    a control key, likewise
 *   any other bytes          a passphrase
 *
 * One line feed at the end, or one carriage return and line feed, is not part of it.
 */

const SECRET_PREFIX = "np2_";
const CONTROL_KEY_PREFIX = "np2c_";
const KEY_CHARACTERS = 43;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What a user's secret is: a generated one, a passphrase, or the key that only a control node takes. */
export type SecretKind = "generated" | "passphrase" | "control-key";

/**
 * Tells what a secret is, without deriving anything.
 *
 * @throws as `rootKey` does, but for control keys.
 * @example
 * secretKind("correct horse battery staple"); // "passphrase"
 */
export function secretKind(secret: Secret): SecretKind {
  return readSecret(secret).kind;
}

/**
 * The key in the text of a control key (`np2c_...`); null where the secret is of another kind.
 *
 * @throws as {@link secretKind} does.
 */
export function parseControlKey(secret: Secret): Uint8Array | null {
  const { kind, bytes } = readSecret(secret);
  return kind === "control-key" ? bytes : null;
}

/**
 * The text that a control node is given: `np2c_` and the key in base64url.
 *
 * @throws TypeError, RangeError for a key that is not 32 bytes.
 */
export function formatControlKey(controlKey: Uint8Array): string {
  return CONTROL_KEY_PREFIX + base64Url(checkedKey(controlKey, "controlKey"));
}

/**
 * Makes a new secret: `np2_` and 32 random bytes in base64url.
 *
 * @param random a cryptographically secure source of so many bytes; default: {@link randomBytes}.
 * @throws TypeError, RangeError when `random` gives something else than 32 bytes.
 */
export function generateSecret(random: (length: number) => Uint8Array = randomBytes): string {
  return SECRET_PREFIX + base64Url(checkedKey(random(KEY_BYTES), "random"));
}

/** A secret as it is to be used: the bytes that it stands for. */
interface Reading {
  readonly kind: SecretKind;
  readonly bytes: Uint8Array;
}

export function readSecret(secret: Secret, name = "secret"): Reading {
  const bytes = withoutLineEnd(secretBytes(secret, name));
  if (bytes.length === 0) throw new RangeError(`"${name}" expected at least one byte, got an empty line`);
  if (startsWith(bytes, CONTROL_KEY_PREFIX)) {
    return { kind: "control-key", bytes: keyIn(bytes, CONTROL_KEY_PREFIX, name) };
  }
  if (startsWith(bytes, SECRET_PREFIX)) return { kind: "generated", bytes: keyIn(bytes, SECRET_PREFIX, name) };
  checkNoKeyInside(bytes, name);
  return { kind: "passphrase", bytes };
}

/** A generated secret with a character missing must not pass as a passphrase: two machines would differ and never know. */
function keyIn(bytes: Uint8Array, prefix: string, name: string): Uint8Array {
  const text = bytes.subarray(prefix.length);
  const key = text.length === KEY_CHARACTERS ? fromBase64Url(latin1(text)) : null;
  if (key === null) {
    throw new RangeError(
      `"${name}" expected ${KEY_CHARACTERS} characters of base64url after "${prefix}", got something else: copy it whole`,
    );
  }
  return key;
}

/**
 * What editors, shells and copying put around a key: byte order marks of UTF-8 and UTF-16, white space, quotes. It would make a
 * passphrase of the key, and only this machine would have that one.
 */
function checkNoKeyInside(bytes: Uint8Array, name: string): void {
  const start = latin1(bytes.subarray(0, 64));
  if (/^(\xff\xfe|\xfe\xff)/.test(start)) {
    throw new RangeError(`"${name}" expected text in UTF-8, got UTF-16: save it as UTF-8`);
  }
  if (/^(\xef\xbb\xbf|[\s"'`]|\xa0|\xc2)*np2c?_/i.test(start)) {
    throw new RangeError(
      `"${name}" expected "${SECRET_PREFIX}" or "${CONTROL_KEY_PREFIX}" at its very start, got something before it, or capitals`,
    );
  }
}

function startsWith(bytes: Uint8Array, prefix: string): boolean {
  return latin1(bytes.subarray(0, prefix.length)) === prefix;
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === LINE_FEED) end -= bytes[end - 2] === CARRIAGE_RETURN ? 2 : 1;
  return bytes.subarray(0, end);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
