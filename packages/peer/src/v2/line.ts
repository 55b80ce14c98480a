import type { Instant } from "@netpunch/transport";
import { type Endpoint, ipFamily } from "@netpunch/wire";
import { Failover } from "../control-name.js";
import { ANNOUNCING } from "./schedules.js";

/** An announce that control may still challenge. */
export interface Asked {
  readonly seq: number;
  readonly at: Instant;
  readonly control: Endpoint;
}

interface Silence {
  readonly seq: number;
  readonly at: Instant;
  announces: number;
  lastAt: Instant;
  /** Whether other ways to control were tried for it. */
  sought: boolean;
}

/** Control in one address family: where it is there, what we asked it, and whether it answers. */
export class Line {
  readonly family: 4 | 6;
  dueAt: Instant;
  readonly #addresses = new Failover();
  #asked: readonly Asked[] = [];
  /** Announces since the schedule began; the first of them has this seq. */
  #tries = 0;
  #firstSeq = 0;
  /** Announces since control was heard; the first of them went out then. Beginning the schedule anew changes nothing of that. */
  #silence: Silence | null = null;
  /** As the last challenge told it; 0: none came yet. */
  #roundTripMs = 0;

  constructor(endpoints: readonly [Endpoint, ...Endpoint[]], now: Instant) {
    this.family = ipFamily(endpoints[0].address);
    this.#addresses.take(endpoints);
    this.dueAt = now;
  }

  /** The one of control's addresses in use. */
  get control(): Endpoint {
    return this.#addresses.current as Endpoint;
  }

  /** Whether nobody has answered for a while, though there was time for it: with jitter one round trip is another's double. */
  get isLost(): boolean {
    return this.#isSilent(ANNOUNCING.lostAfter);
  }

  /** Whether that has been so for long. */
  get isDead(): boolean {
    return this.#isSilent(ANNOUNCING.deadAfter);
  }

  /** Takes control's addresses as they are now; true where another one is in use then. */
  take(endpoints: readonly Endpoint[]): boolean {
    const moved = this.#addresses.take(endpoints);
    this.#asked = this.#asked.filter(({ control }) => this.#addresses.has(control));
    return moved;
  }

  /** Turns to control's next address, if it has one. */
  leave(control: Endpoint): boolean {
    return this.#addresses.leave(control);
  }

  /** Goes on with the address that has answered, though we had turned to another one by then. */
  settleOn(control: Endpoint): boolean {
    return this.#addresses.use(control);
  }

  /** From now on the announces are the first ones of their schedule again. */
  beginAnew(): void {
    this.#tries = 0;
  }

  /** Whatever it left unanswered may be our own fault: this machine slept, or has other addresses. */
  forgive(): void {
    this.#silence = null;
    this.#tries = 0;
  }

  /** Whether other ways to control are to be tried now; once for each silence. */
  seek(): boolean {
    if (this.#silence === null || this.#silence.sought) return false;
    this.#silence.sought = true;
    return true;
  }

  announced(seq: number, now: Instant): void {
    if (this.#tries === 0) this.#firstSeq = seq;
    this.#tries += 1;
    this.#silence ??= { seq, at: now, announces: 0, lastAt: now, sought: false };
    this.#silence.announces += 1;
    this.#silence.lastAt = now;
    const young = this.#asked.filter(({ at }) => now - at <= ANNOUNCING.challengeableMs);
    this.#asked = [...young.slice(1 - ANNOUNCING.asked), { seq, at: now, control: this.control }];
  }

  /** How long after the newest announce the next one follows. */
  pauseMs(pausesMs: readonly number[]): number {
    const pauseMs = pausesMs[Math.min(this.#tries, pausesMs.length) - 1] ?? 0;
    // Over a long way more of them would only be under way together.
    return Math.max(pauseMs, this.#roundTripMs / ANNOUNCING.mostUnderWay);
  }

  /** The announce with this seq, where control may still challenge it. */
  asked(seq: number, now: Instant): Asked | null {
    const asked = this.#asked.find((each) => each.seq === seq);
    return asked === undefined || now - asked.at > ANNOUNCING.challengeableMs ? null : asked;
  }

  /** Control has challenged an announce: no other challenge of that one counts. */
  challenged({ seq, at }: Asked, now: Instant): void {
    this.#asked = this.#asked.filter((each) => each.seq !== seq);
    this.#roundTripMs = now - at;
    this.#hear(seq, now);
  }

  /** Control has taken all up to this seq. True where nothing waits for an answer then. A restarted one may still challenge them. */
  taken(echoSeq: number, now: Instant): boolean {
    this.#hear(echoSeq, now);
    return this.#tries > 0 && echoSeq >= this.#firstSeq;
  }

  /** All is answered: nothing is due before then. */
  rest(until: Instant): void {
    this.#tries = 0;
    this.#silence = null;
    this.dueAt = until;
  }

  #hear(seq: number, now: Instant): void {
    if (this.#silence === null || seq < this.#silence.seq) return;
    this.#silence = { seq: seq + 1, at: now, announces: 0, lastAt: now, sought: false };
  }

  #isSilent(after: number): boolean {
    if (this.#silence === null || this.#silence.announces < after) return false;
    const { at, lastAt } = this.#silence;
    return lastAt - at >= ANNOUNCING.lostRoundTrips * this.#roundTripMs;
  }
}
