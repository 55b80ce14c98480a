import type { Deadline, Instant } from "@netpunch/transport";
import { formatEndpoint } from "@netpunch/wire";
import type { Encounter } from "./encounter.js";
import type { KeepAlive } from "./keep-alive.js";
import type { Outbox } from "./outbox.js";
import {
  pauseMs,
  SESSION,
  SESSION_PLANS,
  type SessionEntry,
  type SessionPhase,
  type SessionPlan,
  type SessionSignal,
} from "./session.table.js";

export interface PhasesParts {
  readonly encounter: Encounter;
  readonly outbox: Outbox;
  readonly keepAlive: KeepAlive | null;
}

/** Runs the session's table: goes from phase to phase, does what stands at a phase's entry, and says its words in time. */
export class Phases {
  readonly #parts: PhasesParts;
  #phase: SessionPhase = "announcing";
  /** Words of the phase so far. */
  #said = 0;
  #dueAt: Instant | null = null;

  constructor(parts: PhasesParts) {
    this.#parts = parts;
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  get deadline(): Deadline | null {
    return this.#dueAt === null ? null : { at: this.#dueAt, why: this.#why() };
  }

  /** Whether a path may still be chosen. */
  get isChoosing(): boolean {
    return this.#plan.chooses === "yes";
  }

  /** Whether a word of the partner's that comes once more is answered. */
  get isAnswering(): boolean {
    const { answers, pausesMs } = this.#plan;
    return answers === "always" || (answers === "before the last pause" && this.#said < pausesMs.length);
  }

  wake(now: Instant): void {
    if (this.#dueAt !== null && now >= this.#dueAt) this.#tick(now);
  }

  start(now: Instant): void {
    this.#enter("announcing", null, now);
  }

  #enter(phase: SessionPhase, signal: SessionSignal | null, now: Instant): void {
    this.#phase = phase;
    for (const entry of this.#plan.enters) this.#do(entry, signal, now);
    this.#said = 0;
    this.#dueAt = null;
    this.#tick(now);
  }

  /** Goes where the table says; false where that is nowhere. */
  signal(signal: SessionSignal | null, now: Instant): boolean {
    if (signal === null) return false;
    const next = SESSION[this.#phase][signal];
    if (next === "never") this.#parts.outbox.event({ type: "impossible", phase: this.#phase, signal });
    if (next === "never" || next === "stay") return false;
    if (signal === "confirmed" || signal === "done") this.#parts.outbox.event({ type: "confirmed" });
    this.#enter(next, signal, now);
    return true;
  }

  /** The time of the phase, where it has one, counts from now; its first word was just said. */
  startOver(now: Instant): void {
    if (this.#dueAt !== null) this.#startPause(1, now);
  }

  get #plan(): SessionPlan {
    return SESSION_PLANS[this.#phase];
  }

  #do(entry: SessionEntry, signal: SessionSignal | null, now: Instant): void {
    const { encounter, outbox, keepAlive } = this.#parts;
    switch (entry) {
      case "part":
        return encounter.part(now);
      case "take":
        return encounter.take(now);
      case "tell phase":
        return outbox.event({ type: "phase", phase: this.#phase, signal, target: encounter.target });
      case "tell hole":
        return encounter.connect();
      case "settle":
        return encounter.settle();
      case "tell unconfirmed":
        return outbox.event({ type: "unconfirmed" });
      case "keep alive":
        return keepAlive?.start(now);
      case "done":
        return outbox.add({ type: "done" });
    }
  }

  /** One beat of the phase: its word goes out and the next pause begins, or its time is over. */
  #tick(now: Instant): void {
    const { says, pausesMs } = this.#plan;
    if (pausesMs.length === 0) return;
    if (this.#said === pausesMs.length) return void this.signal("exhausted", now);
    if (says !== null) this.#parts.encounter.say(says);
    this.#startPause(this.#said + 1, now);
    if (this.#dueAt === now) this.#tick(now);
  }

  #startPause(said: number, now: Instant): void {
    this.#said = said;
    this.#dueAt = now + pauseMs(this.#plan, said, this.#parts.encounter.roundTripMs);
  }

  #why(): string {
    const { length } = this.#plan.pausesMs;
    const { target } = this.#parts.encounter;
    return `${this.#phase} ${this.#said}/${length}${target === null ? "" : ` ${formatEndpoint(target)}`}`;
  }
}
