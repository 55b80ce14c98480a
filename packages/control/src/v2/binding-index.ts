import { type Binding, BindingRecords, type Side } from "./binding.js";

const NONE = -1;

/**
 * Finds bindings by the id of their session, and room for new ones. All memory is taken when it is made; that of
 * records which were never used costs an operating system nothing.
 */
export class BindingIndex {
  readonly capacity: number;
  readonly #records: BindingRecords;
  readonly #buckets: Int32Array;
  readonly #seed: number;
  #free = NONE;
  #used = 0;
  #size = 0;

  /** @param seed what nobody outside knows makes it hard to find session ids that share a bucket */
  constructor(capacity: number, seed: number) {
    this.capacity = capacity;
    this.#records = new BindingRecords(capacity);
    this.#buckets = new Int32Array(powerOfTwo(capacity)).fill(NONE);
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.capacity;
  }

  at(row: number): Binding {
    return this.#records.at(row);
  }

  /** The binding of a run; null where nothing is known of it. */
  find(sid: Uint8Array, id: Uint8Array): Binding | null {
    for (let row = this.#firstOf(sid); row !== NONE; ) {
      const binding = this.at(row);
      if (binding.isRun(id) && binding.isOf(sid)) return binding;
      row = binding.next;
    }
    return null;
  }

  /** Those that have a place in a session: at most two. */
  bound(sid: Uint8Array): readonly Binding[] {
    const found: Binding[] = [];
    for (let row = this.#firstOf(sid); row !== NONE; ) {
      const binding = this.at(row);
      if (binding.phase === "bound" && binding.isOf(sid)) found.push(binding);
      row = binding.next;
    }
    return found;
  }

  /** Takes room for a run that is not known yet. @throws RangeError when it is full. */
  add(sid: Uint8Array, id: Uint8Array, side: Side): Binding {
    if (this.isFull) throw new RangeError(`there is room for ${this.capacity} bindings`);
    const binding = this.at(this.#takeRow());
    const bucket = this.#bucketOf(sid);
    binding.begin(sid, id, side);
    binding.next = this.#buckets[bucket] ?? NONE;
    this.#buckets[bucket] = binding.row;
    this.#size += 1;
    return binding;
  }

  remove(binding: Binding): void {
    this.#unlink(binding);
    binding.phase = "absent";
    binding.next = this.#free;
    this.#free = binding.row;
    this.#size -= 1;
  }

  #unlink({ sid, row, next }: Binding): void {
    const bucket = this.#bucketOf(sid);
    let before = this.at(this.#buckets[bucket] ?? NONE);
    if (before.row === row) {
      this.#buckets[bucket] = next;
      return;
    }
    while (before.next !== row) before = this.at(before.next);
    before.next = next;
  }

  #takeRow(): number {
    if (this.#free === NONE) return this.#used++;
    const row = this.#free;
    this.#free = this.at(row).next;
    return row;
  }

  #firstOf(sid: Uint8Array): number {
    // A node that only originals use asks this at each announce.
    if (this.#size === 0) return NONE;
    return this.#buckets[this.#bucketOf(sid)] ?? NONE;
  }

  #bucketOf(sid: Uint8Array): number {
    let hash = this.#seed;
    for (let i = 0; i < sid.length; i++) hash = Math.imul(hash ^ (sid[i] ?? 0), 0x01000193);
    return (hash ^ (hash >>> 15)) & (this.#buckets.length - 1);
  }
}

/** The smallest power of two that is not below a number. */
export function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(least, 1)));
}
