import type { Instant } from "../core.js";

/** The longest that setTimeout can wait (its delay is a signed 32-bit number); longer ones would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * One timer for a deadline that moves with every datagram. Moved later, the timer is left as it is, fires early and
 * sets itself again, which costs less than a new one each time.
 */
export class WakeTimer {
  readonly #due: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #armedFor: Instant = 0;
  #deadline: Instant = 0;

  constructor(due: () => void) {
    this.#due = due;
  }

  set(at: Instant | null): void {
    if (at === null) return this.clear();
    this.#deadline = at;
    if (this.#timer === undefined || at < this.#armedFor) this.#arm();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.clear();
    // Rounded up: setTimeout cuts fractions off, and would come too early by them and again at once.
    const delayMs = Math.min(Math.max(Math.ceil(this.#deadline - performance.now()), 0), LONGEST_TIMEOUT_MS);
    this.#armedFor = this.#deadline;
    this.#timer = setTimeout(this.#fire, delayMs);
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    if (performance.now() < this.#deadline) this.#arm();
    else this.#due();
  };
}
