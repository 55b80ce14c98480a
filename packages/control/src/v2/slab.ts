/** chosen: some hundred answers. */
const SLAB_BYTES = 8192;

/**
 * Cuts small pieces from larger memory, each byte of it once. What a socket sends must lie outside V8's heap: a small
 * array of its own would first be copied out, and each have to be given back.
 */
export class Slab {
  #bytes = new Uint8Array(SLAB_BYTES);
  #used = 0;

  /** So many bytes, all zero. */
  readonly take = (sizeBytes: number): Uint8Array => {
    if (this.#used + sizeBytes > SLAB_BYTES) {
      this.#bytes = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += sizeBytes;
    return this.#bytes.subarray(from, this.#used);
  };
}
