/** A secret of which `prepareSecret` has made the root key. Printed it shows neither. */
export class PreparedSecret {
  readonly #bytes: Uint8Array;
  readonly #root: Uint8Array | null;

  /** @param root null of a control key, which has none. */
  constructor(bytes: Uint8Array, root: Uint8Array | null) {
    this.#bytes = bytes;
    this.#root = root;
  }

  /** The secret as it was given: a copy. */
  bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** A copy. */
  root(): Uint8Array | null {
    return this.#root?.slice() ?? null;
  }
}
