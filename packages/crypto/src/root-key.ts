import { extract } from "@noble/hashes/hkdf.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { KEY_BYTES } from "./key.js";
import { PreparedSecret } from "./prepared-secret.js";
import { type Secret, secretBytes } from "./secret.js";
import { readSecret } from "./secret-text.js";

const SALT = new TextEncoder().encode("netpunch/2");
/**
 * RFC 7914. Chosen: N 2^15 and r 8 take 32 MiB, which a small router has; p 1 is a third of the work that OWASP's Password
 * Storage Cheat Sheet lists beside them (p 3), since all who start a program wait for it, and who wants strength generates a
 * secret, which needs none of it.
 */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, dkLen: KEY_BYTES } as const;
/** chosen: with what comes on top (32 MiB are allocated first and wiped last), the event loop waits some 15 ms at most. */
const SLICE_MS = 5;

/** How {@link rootKey} and {@link prepareSecret} may be stopped, and what they call the secret. */
export interface RootKeyOptions {
  /** Aborting it stops the derivation within a slice; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** What errors call the secret; default "secret". */
  readonly name?: string;
}

/**
 * Derives the key from which all others of v2 come: HKDF-Extract with the salt "netpunch/2" (RFC 5869 section 2.2).
 *
 * `np2_` and 43 characters, as `generateSecret` makes, stand for the 32 bytes that they are in base64url. Everything else is
 * a passphrase: scrypt (RFC 7914) with N 2^15, r 8, p 1 and the same salt makes 32 bytes of it, in some 0.3 s and 32 MiB, a
 * slice of 5 ms at a time. One line feed at the end, or one carriage return and line feed, is not part of the secret (in v1
 * it is). A prepared secret has its key already.
 *
 * @throws RangeError (a rejection, like all others) when the secret is empty, holds half a surrogate pair, begins with
 * `np2_` and is no generated secret, or is a control key; TypeError when it is neither a string nor a Uint8Array; the
 * signal's reason when it aborts. No error shows the secret.
 * @example
 * const root = await rootKey("np2_yM5QNc…", { signal: AbortSignal.timeout(5_000) });
 */
export async function rootKey(secret: Secret, options: RootKeyOptions = {}): Promise<Uint8Array> {
  const { signal, name = "secret" } = options;
  const { kind, bytes } = readSecret(secret, name);
  signal?.throwIfAborted();
  const made = secret instanceof PreparedSecret ? secret.root() : null;
  if (made !== null) return made;
  if (kind === "control-key") {
    throw new RangeError(
      `"${name}" expected the secret itself, got a control key (np2c_...), which only a control node takes`,
    );
  }
  return extract(sha256, kind === "generated" ? bytes : await stretched(bytes, signal), SALT);
}

/**
 * Makes the {@link rootKey} of a secret once, for those who need it several times: what comes back is taken wherever a secret
 * is, and nobody stretches a passphrase again. A control key may be given, too; it has no root key, and stays what it is.
 *
 * @throws as {@link rootKey} does, but for control keys.
 * @example
 * const secret = await prepareSecret("correct horse battery staple");
 * const holes = await Promise.all(["chat", "files"].map((session) => punch({ control, session, secret })));
 */
export async function prepareSecret(secret: Secret, options: RootKeyOptions = {}): Promise<PreparedSecret> {
  const bytes = secretBytes(secret, options.name);
  const { kind } = readSecret(bytes, options.name);
  options.signal?.throwIfAborted();
  return new PreparedSecret(bytes, kind === "control-key" ? null : await rootKey(secret, options));
}

function stretched(passphrase: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
  // It is called every few block mixes, and what it throws ends the derivation.
  const onProgress = () => signal?.throwIfAborted();
  return scryptAsync(passphrase, SALT, { ...SCRYPT, asyncTick: SLICE_MS, onProgress });
}
