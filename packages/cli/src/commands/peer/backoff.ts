/** chosen: soon enough after a hiccup, and two peers that retry meet within half a minute. */
const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** Pauses that double from 1 s to 30 s, each shortened by up to a quarter so that two peers do not march in step. */
export class Backoff {
  readonly #random: () => number;
  #nextMs = FIRST_MS;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  next(): number {
    const ms = this.#nextMs * (1 - this.#random() / 4);
    this.#nextMs = Math.min(this.#nextMs * 2, LONGEST_MS);
    return Math.round(ms);
  }

  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}
