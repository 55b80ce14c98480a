import type { Instant } from "@netpunch/transport";

/**
 * Token buckets, as one number each: the instant at which the bucket will be full again (the generic cell rate
 * algorithm, ITU-T I.371 annex A, in its virtual scheduling form). Memory is fixed when they are made.
 */
export class Allowances {
  readonly #fullAt: Float64Array;
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  readonly #burst: number;

  /**
   * @param buckets how many there are
   * @param perSecond how fast each of them fills; Infinity for no limit
   * @param burst how much each of them holds
   */
  constructor(buckets: number, perSecond: number, burst: number) {
    this.#fullAt = new Float64Array(buckets).fill(Number.NEGATIVE_INFINITY);
    this.#intervalMs = 1000 / perSecond;
    this.#burst = burst;
    this.#toleranceMs = this.#intervalMs === 0 ? 0 : this.#intervalMs * (burst - 1);
  }

  has(bucket: number, now: Instant): boolean {
    return this.#burst >= 1 && (this.#fullAt[bucket] ?? 0) - now <= this.#toleranceMs;
  }

  take(bucket: number, now: Instant): void {
    this.#fullAt[bucket] = Math.max(this.#fullAt[bucket] ?? 0, now) + this.#intervalMs;
  }
}
