/** Web Cryptography API, getRandomValues: more at once is a QuotaExceededError. */
const MOST_BYTES = 65_536;

/**
 * Random bytes that nobody can foresee: the platform's `crypto.getRandomValues`. What cores take as `random`.
 *
 * @param length 0 to 65,536, which is what the platform gives at once.
 * @throws RangeError for any other length.
 * @example
 * const core = createControlCore({ keys, random: randomBytes });
 */
export function randomBytes(length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 0 || length > MOST_BYTES) {
    throw new RangeError(`"length" expected an integer from 0 to ${MOST_BYTES}, got ${length}`);
  }
  return crypto.getRandomValues(new Uint8Array(length));
}
