import type { Instant } from "@netpunch/transport";
import type { Binding } from "./binding.js";
import type { BindingIndex } from "./binding-index.js";
import {
  EARN_PUSH_MS,
  JUST_HEARD_MS,
  MERGE_MS,
  MOST_PROBES,
  PUSH_PAUSES_MS,
  PUSHES_AT_ONCE,
  pauseAfterMs,
  probePauseMs,
} from "./pace.js";
import { Timers } from "./timers.js";

const NUMBERS = 2 ** 32;

/** What is to be done about a binding whose push is due. */
export interface DuePush {
  readonly binding: Binding;
  readonly what: "push" | "probe" | "free its place";
}

/**
 * Which bindings are to be told something unasked, and when. News has a number; it is told again and again until that
 * is acknowledged. A probe is a push that says nothing new.
 *
 * However often a partner changes, comes and goes, and however often others ask for a place: each binding has one budget for all that
 * it is sent beyond small answers to its own frames.
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

  /** Begins to number what a binding is to know, above `from`; it is told in the answer that made the binding. */
  begin(binding: Binding, from: number, now: Instant): void {
    binding.pushSeq = numberAfter(from);
    this.#tell(binding, now);
  }

  /** Notes that there is news for a binding; returns whether to push it now, else it is pushed soon. */
  news(binding: Binding, now: Instant): boolean {
    const isWaiting = this.#timers.isSet(binding.row) && binding.pushes === 0;
    binding.pushSeq = numberAfter(binding.pushSeq);
    binding.pushes = 0;
    this.#tell(binding, now);
    if (now - binding.pushedAt >= MERGE_MS) return true;
    // Changes that come so fast are one, so that a partner that comes and goes makes ten pushes a second at most.
    if (!isWaiting && binding.probes === 0) this.#timers.set(binding.row, MERGE_MS, now);
    return false;
  }

  /** Notes that somebody wants a binding's place; returns whether to push now, to hear whether it is still there. */
  probe(binding: Binding, now: Instant): boolean {
    if (binding.probes > 0) return false;
    const isRecent = now - binding.pushedAt < JUST_HEARD_MS;
    const isUnheard = this.#timers.isSet(binding.row);
    // It has acknowledged something only just now.
    if (isRecent && !isUnheard) return false;
    binding.probes = 1;
    // What it has acknowledged it would not acknowledge again.
    if (!isUnheard) {
      binding.pushSeq = numberAfter(binding.pushSeq);
      this.#tell(binding, now);
    }
    // A push of just now is the first probe; news that waits to be merged is still told in time.
    if (isUnheard && binding.pushes > 0) this.#timers.set(binding.row, probePauseMs(binding.roundTripMs), now);
    return !isRecent;
  }

  /** Takes what a push costs, and notes that it is made; false where the binding's budget is used up, and it has to wait. */
  take(binding: Binding, what: "push" | "probe", now: Instant): boolean {
    const isPaid = this.pay(binding, now);
    if (isPaid) {
      binding.pushedAt = now;
      binding.pushes += 1;
    }
    if (isPaid && what === "probe") {
      binding.probes += 1;
      // Each has a number of its own, so that each one that arrives is acknowledged.
      binding.pushSeq = numberAfter(binding.pushSeq);
    }
    // News does not put off the next probe: a partner that comes and goes must not keep a dead run's place.
    if (binding.probes === 0) {
      this.#timers.set(binding.row, isPaid ? pauseAfterMs(binding.pushes, binding.roundTripMs) : EARN_PUSH_MS, now);
    } else if (!this.#timers.isSet(binding.row)) {
      this.#timers.set(binding.row, probePauseMs(binding.roundTripMs), now);
    }
    return isPaid;
  }

  /** Takes what an INFO costs that is larger than what it answers; false where that is not to be sent. */
  pay(binding: Binding, now: Instant): boolean {
    const until = Math.max(now, binding.paidUntil) + EARN_PUSH_MS;
    if (until - now > EARN_PUSH_MS * PUSHES_AT_ONCE) return false;
    binding.paidUntil = until;
    return true;
  }

  /** Whether a run that has taken this number knows all that it is to know. */
  isHeard({ newsSeq, pushSeq }: Binding, ackPush: number): boolean {
    return ackPush === pushSeq || (ackPush - newsSeq) >>> 0 <= (pushSeq - newsSeq) >>> 0;
  }

  /** Notes that a run has acknowledged all: nothing is to be told or asked any more. */
  heard(binding: Binding, now: Instant): void {
    if (binding.toldAt > Number.NEGATIVE_INFINITY) {
      const { roundTripMs } = binding;
      // Where acknowledgements were lost this is too long. So it falls slowly, and rises at once.
      const fallenMs = roundTripMs === Number.POSITIVE_INFINITY ? 0 : (roundTripMs * 3) / 4;
      binding.roundTripMs = Math.max(now - binding.toldAt, fallenMs);
    }
    this.forget(binding);
  }

  /** Nothing is to be told or asked any more. */
  forget(binding: Binding): void {
    this.#timers.clear(binding.row);
    binding.probes = 0;
    binding.toldAt = Number.NEGATIVE_INFINITY;
  }

  /** A binding whose next push is due, counted as a probe where it is one; null where there is none. */
  takeDue(now: Instant): DuePush | null {
    const row = this.#timers.takeDue(now);
    if (row === null) return null;
    const binding = this.#index.at(row);
    if (binding.probes === 0) return { binding, what: "push" };
    if (binding.probes >= MOST_PROBES) return { binding, what: "free its place" };
    return { binding, what: "probe" };
  }

  #tell(binding: Binding, now: Instant): void {
    binding.toldAt = now;
    binding.newsSeq = binding.pushSeq;
  }
}

/** The number of the news after these: 0 is left out, as it means that none was taken. */
function numberAfter(pushSeq: number): number {
  return (pushSeq + 1) % NUMBERS || 1;
}
