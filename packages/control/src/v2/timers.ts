import type { Instant } from "@netpunch/transport";

const NONE = -1;

/** Rows that wait equally long, in the order in which they began. */
interface Line {
  readonly lengthMs: number;
  first: number;
  last: number;
}

/**
 * At most one deadline for each of many rows, of a few lengths in all.
 *
 * Rows that wait equally long are due in the order in which they began, so a linked line for each length takes the
 * place of a sorted queue: setting, clearing and finding the next take the same short time with ten rows and with a
 * million. Memory is fixed when they are made.
 */
export class Timers {
  readonly #lines: readonly Line[];
  readonly #lineOf: Uint8Array;
  readonly #dueAt: Float64Array;
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  #nextAt: Instant = Number.POSITIVE_INFINITY;
  #count = 0;

  /** @param lengthsMs the lengths that deadlines may have, at most 255 */
  constructor(rows: number, lengthsMs: readonly number[]) {
    this.#lines = lengthsMs.map((lengthMs) => ({ lengthMs, first: NONE, last: NONE }));
    this.#lineOf = new Uint8Array(rows).fill(lengthsMs.length);
    this.#dueAt = new Float64Array(rows);
    this.#before = new Int32Array(rows);
    this.#after = new Int32Array(rows);
  }

  /**
   * No deadline is earlier; Infinity where none is set. One that is put off, or cleared before others, does not move it, which
   * `takeDue()` does when it has come: a look too early now and then costs less than a new one at each change.
   */
  get nextAt(): Instant {
    return this.#nextAt;
  }

  /** Sets a row's deadline, in place of the one that it has. */
  set(row: number, lengthMs: number, now: Instant): void {
    this.clear(row);
    const index = this.#indexOf(lengthMs);
    const line = this.#lines[index];
    if (line === undefined) throw new RangeError(`"lengthMs" expected one of those given, got ${lengthMs}`);
    this.#lineOf[row] = index;
    this.#dueAt[row] = now + lengthMs;
    this.#nextAt = Math.min(this.#nextAt, now + lengthMs);
    this.#before[row] = line.last;
    this.#after[row] = NONE;
    if (line.last === NONE) line.first = row;
    else this.#after[line.last] = row;
    line.last = row;
    this.#count += 1;
  }

  /** The row that has waited for longest of those that wait so long; null where there is none. */
  first(lengthMs: number): number | null {
    const row = this.#lines[this.#indexOf(lengthMs)]?.first ?? NONE;
    return row === NONE ? null : row;
  }

  isSet(row: number): boolean {
    return this.#lines[this.#lineOf[row] ?? NONE] !== undefined;
  }

  clear(row: number): void {
    const line = this.#lines[this.#lineOf[row] ?? NONE];
    if (line === undefined) return;
    const before = this.#before[row] ?? NONE;
    const after = this.#after[row] ?? NONE;
    if (before === NONE) line.first = after;
    else this.#after[before] = after;
    if (after === NONE) line.last = before;
    else this.#before[after] = before;
    this.#lineOf[row] = this.#lines.length;
    this.#count -= 1;
    if (this.#count === 0) this.#nextAt = Number.POSITIVE_INFINITY;
  }

  /** Clears a deadline that has come, and returns its row; null where none has. */
  takeDue(now: Instant): number | null {
    if (now < this.#nextAt) return null;
    let nextAt = Number.POSITIVE_INFINITY;
    for (const { first } of this.#lines) {
      if (first === NONE) continue;
      const dueAt = this.#dueAt[first] ?? now;
      if (dueAt <= now) {
        this.clear(first);
        return first;
      }
      nextAt = Math.min(nextAt, dueAt);
    }
    this.#nextAt = nextAt;
    return null;
  }

  #indexOf(lengthMs: number): number {
    for (let i = 0; i < this.#lines.length; i++) {
      if (this.#lines[i]?.lengthMs === lengthMs) return i;
    }
    return NONE;
  }
}
