/** Size of every key of v2. */
export const KEY_BYTES = 32;

/** The key itself. @throws TypeError, RangeError that name the argument and show nothing of it. */
export function checkedKey(key: Uint8Array, name: string): Uint8Array {
  if (!(key instanceof Uint8Array)) throw new TypeError(`"${name}" expected a Uint8Array, got ${typeof key}`);
  if (key.length !== KEY_BYTES) throw new RangeError(`"${name}" expected ${KEY_BYTES} bytes, got ${key.length}`);
  return key;
}
