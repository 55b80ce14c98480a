import type { Deadline, Instant } from "@netpunch/transport";
import type { PeerEvent } from "../events.js";
import { KEEPING_ALIVE } from "./schedules.js";

/** Watches over a partner that is connected: when it is to be pinged, and whether it has fallen silent. */
export class KeepAlive {
  readonly #everyMs: number;
  #dueAt: Instant | null = null;
  #heardAt: Instant = 0;
  #unanswered = 0;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  get deadline(): Deadline | null {
    return this.#dueAt === null ? null : { at: this.#dueAt, why: "keeping the hole alive" };
  }

  start(now: Instant): void {
    this.#heardAt = now;
    this.#dueAt = now + this.#everyMs;
  }

  /** The mapping that it keeps may be gone: the next ping is due now. */
  hurry(now: Instant): void {
    if (this.#dueAt !== null) this.#dueAt = now;
  }

  /** A ping is due: counts it. Tells where the partner counts as silent from now on. */
  ping(now: Instant): PeerEvent | null {
    const silent = this.#unanswered === KEEPING_ALIVE.silentAfter;
    this.#unanswered += 1;
    const isAsking = this.#unanswered <= KEEPING_ALIVE.silentAfter;
    this.#dueAt = now + (isAsking ? Math.min(KEEPING_ALIVE.askAgainMs, this.#everyMs) : this.#everyMs);
    return silent ? { type: "partnerSilent", silentMs: now - this.#heardAt } : null;
  }

  /** The partner said something that only it can say now. */
  heard(now: Instant): PeerEvent | null {
    if (this.#dueAt === null) return null;
    const wasSilent = this.#unanswered > KEEPING_ALIVE.silentAfter;
    this.#heardAt = now;
    this.#unanswered = 0;
    this.#dueAt = now + this.#everyMs;
    return wasSilent ? { type: "partnerBack" } : null;
  }
}
