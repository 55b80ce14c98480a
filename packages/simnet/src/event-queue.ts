import type { Instant } from "@netpunch/transport";

/** Something that happens at an instant; hold it to take it back. */
export interface Timer {
  readonly at: Instant;
}

interface Entry extends Timer {
  /** Among equals in time, what was planned first happens first: the whole of the tie-break. */
  readonly order: number;
  readonly action: () => void;
  /** Where it stands in the heap; -1 once it is out. */
  index: number;
}

/** A binary heap of what is to come, earliest first; adding, taking and cancelling cost O(log n). */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #planned = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next event is due; Infinity when none is. */
  get nextAt(): Instant {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  push(at: Instant, action: () => void): Timer {
    const entry: Entry = { at, order: this.#planned++, action, index: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    return entry;
  }

  /** Takes the earliest event out and returns what it does. */
  pop(): (() => void) | null {
    const first = this.#heap[0];
    if (first === undefined) return null;
    this.#removeAt(first);
    return first.action;
  }

  /** Takes an event back; harmless once it has happened. */
  cancel(timer: Timer): void {
    const entry = timer as Entry;
    if (entry.index >= 0) this.#removeAt(entry);
  }

  #removeAt(entry: Entry): void {
    const last = this.#heap.pop() as Entry;
    if (last !== entry) {
      this.#put(last, entry.index);
      this.#rise(last);
      this.#sink(last);
    }
    entry.index = -1;
  }

  #put(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #rise(entry: Entry): void {
    while (entry.index > 0) {
      const parentIndex = (entry.index - 1) >> 1;
      const parent = this.#heap[parentIndex] as Entry;
      if (!isBefore(entry, parent)) return;
      this.#put(parent, entry.index);
      this.#put(entry, parentIndex);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      if (left === undefined) return;
      const right = this.#heap[2 * entry.index + 2];
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, entry)) return;
      const childIndex = child.index;
      this.#put(child, entry.index);
      this.#put(entry, childIndex);
    }
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
