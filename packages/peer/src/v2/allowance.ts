import type { Instant } from "@netpunch/transport";

/** So many at once, and then one in so many milliseconds. */
export interface Rate {
  readonly atOnce: number;
  readonly everyMs: number;
}

/** Counts what others can cause us to do, and says when it has been enough. */
export class Allowance {
  readonly #rate: Rate;
  /** All that was spent is paid for then. */
  #paidAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** From when on one more is allowed. */
  get nextAt(): Instant {
    return this.#paidAt - this.#rate.everyMs * (this.#rate.atOnce - 1);
  }

  allows(now: Instant): boolean {
    return now >= this.nextAt;
  }

  spend(now: Instant): void {
    this.#paidAt = Math.max(now, this.#paidAt) + this.#rate.everyMs;
  }
}
