/** chosen: a second of a fast link; whoever reads slower loses the newest, as with a full socket buffer. */
const MAX_QUEUED_BYTES = 1 << 20;
/** What a datagram costs besides its bytes, about; so that empty ones cannot fill the memory. */
const OVERHEAD_BYTES = 64;

/** What came through the hole and was not read yet: bounded, in order, for any number of readers in turn. */
export class MessageQueue implements AsyncIterable<Uint8Array> {
  #queued: Uint8Array[] = [];
  #queuedBytes = 0;
  #readers: ((result: IteratorResult<Uint8Array, undefined>) => void)[] = [];
  #ended = false;
  #dropped = 0;
  readonly #overflowed: (dropped: number) => void;

  /** @param overflowed told each time that a datagram had to be dropped, how many were up to now */
  constructor(overflowed: (dropped: number) => void = () => {}) {
    this.#overflowed = overflowed;
  }

  get size(): number {
    return this.#queued.length;
  }

  push(bytes: Uint8Array): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader({ done: false, value: bytes });
    const queuedBytes = this.#queuedBytes + cost(bytes);
    if (queuedBytes > MAX_QUEUED_BYTES) {
      this.#dropped += 1;
      return this.#overflowed(this.#dropped);
    }
    this.#queued.push(bytes);
    this.#queuedBytes = queuedBytes;
  }

  /** No more will come; readers get what is queued, then the end. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return { next: () => this.#next(), return: async () => ({ done: true, value: undefined }) };
  }

  #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#queued.shift();
    if (value !== undefined) {
      this.#queuedBytes -= cost(value);
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }
}

const cost = (bytes: Uint8Array): number => bytes.length + OVERHEAD_BYTES;
