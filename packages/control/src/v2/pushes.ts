import type { Instant } from "@netpunch/transport";
import type { Binding } from "./binding.js";
import type { BindingIndex } from "./binding-index.js";
import { MERGE_MS, MOST_PROBES, PROBE_EVERY_MS, PUSH_PAUSES_MS, pauseAfterMs } from "./pace.js";
import { Timers } from "./timers.js";

const NUMBERS = 2 ** 32;

/** What is to be done about a binding whose push is due. */
export interface DuePush {
  readonly binding: Binding;
  readonly what: "push" | "free its place";
}

/**
 * Which bindings are to be told something unasked, and when. News has a number; it is told again and again until that
 * is acknowledged. A probe is a push that says nothing new.
 */
export class Pushes {
  readonly #index: BindingIndex;
  readonly #timers: Timers;

  constructor(index: BindingIndex) {
    this.#index = index;
    this.#timers = new Timers(index.capacity, PUSH_PAUSES_MS);
  }

  get nextAt(): Instant {
    return this.#timers.nextAt;
  }

  /** Notes that there is news for a binding; returns whether to push it now, else it is pushed soon. */
  news(binding: Binding, now: Instant): boolean {
    const isWaiting = this.#timers.isSet(binding.row) && binding.pushes === 0;
    binding.pushSeq = numberAfter(binding.pushSeq);
    binding.pushes = 0;
    if (now - binding.pushedAt >= MERGE_MS) return true;
    // Changes that come so fast are one, so that a partner that comes and goes makes ten pushes a second at most.
    if (!isWaiting && binding.probes === 0) this.#timers.set(binding.row, MERGE_MS, now);
    return false;
  }

  /** Notes that somebody wants a binding's place; returns whether to push now, to hear whether it is still there. */
  probe(binding: Binding, now: Instant): boolean {
    if (binding.probes > 0) return false;
    const isRecent = now - binding.pushedAt < PROBE_EVERY_MS;
    const isUnheard = this.#timers.isSet(binding.row);
    // It has acknowledged something only just now.
    if (isRecent && !isUnheard) return false;
    binding.probes = 1;
    // What it has acknowledged it would not acknowledge again.
    if (!isUnheard) binding.pushSeq = numberAfter(binding.pushSeq);
    // A push of just now is the first probe; news that waits to be merged is still told in time.
    if (isUnheard && binding.pushes > 0) this.#timers.set(binding.row, PROBE_EVERY_MS, now);
    return !isRecent;
  }

  /** Notes that a binding was pushed to. */
  pushed(binding: Binding, now: Instant): void {
    binding.pushedAt = now;
    binding.pushes += 1;
    // News does not put off the next probe: a partner that comes and goes must not keep a dead run's place.
    if (binding.probes === 0) this.#timers.set(binding.row, pauseAfterMs(binding.pushes), now);
    else if (!this.#timers.isSet(binding.row)) this.#timers.set(binding.row, PROBE_EVERY_MS, now);
  }

  /** Nothing is to be told or asked any more: it was acknowledged, or the binding has no place. */
  forget(binding: Binding): void {
    this.#timers.clear(binding.row);
    binding.probes = 0;
  }

  /** A binding whose next push is due, counted as a probe where it is one; null where there is none. */
  takeDue(now: Instant): DuePush | null {
    const row = this.#timers.takeDue(now);
    if (row === null) return null;
    const binding = this.#index.at(row);
    if (binding.probes === 0) return { binding, what: "push" };
    if (binding.probes >= MOST_PROBES) return { binding, what: "free its place" };
    binding.probes += 1;
    return { binding, what: "push" };
  }
}

/** The number of the news after these: 0 is left out, as it means that none was taken. */
export function numberAfter(pushSeq: number): number {
  return (pushSeq + 1) % NUMBERS || 1;
}
