import type { CandidateSeal } from "@netpunch/crypto";
import type { Deadline, Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, ipFamily, sameEndpoint, v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import type { News, OwnCandidates } from "./candidates.js";
import type { Frames } from "./frames.js";
import type { Outbox } from "./outbox.js";
import { ANNOUNCING } from "./schedules.js";

/** Control's address in one address family, and how our conversation with it stands. */
interface Line {
  /** What control's name stands for in this family. */
  endpoints: readonly Endpoint[];
  /** The one of them in use. */
  control: Endpoint;
  /** Announces since the last answer. */
  unanswered: number;
  /** The first of those has this seq, and went out then. */
  firstSeq: number;
  firstAt: Instant;
  /** As a challenge told it; 0: none came yet. */
  roundTripMs: number;
  /** The other address family was tried as the announces since this seq stayed unanswered. */
  soughtSeq: number;
  dueAt: Instant;
}

/** An announce that control may still challenge. */
interface Asked {
  readonly seq: number;
  readonly at: Instant;
  readonly line: Line;
  readonly control: Endpoint;
}

/** What became of a challenge: what is new of the address that control saw, or why it was not taken. */
export type ChallengeVerdict =
  | { readonly ok: true; readonly observed: News }
  | { readonly ok: false; readonly reason: DropReason };

export interface AnnouncerParts {
  readonly frames: Frames;
  readonly own: OwnCandidates;
  readonly seal: CandidateSeal;
  readonly random: (length: number) => Uint8Array;
  readonly outbox: Outbox;
}

const NO_COOKIE = new Uint8Array(v2.COOKIE_BYTES);
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Our conversation with control: announces until it is answered and then now and again, proves our address with the cookie
 * that it is challenged with, and acknowledges what control pushes.
 *
 * One address family is bound, the one that answered first. Over the other one goes an announce without a cookie now and
 * again, for the address that control sees there and for the mapping.
 */
export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #emptyBlob: Uint8Array;
  #blob: { readonly of: string; readonly bytes: Uint8Array } | null = null;
  #lines: readonly Line[] = [];
  #bound: Line | null = null;
  #toldControl: Endpoint | null = null;
  #cookie: Uint8Array = NO_COOKIE;
  /** The first announce with that cookie: what control said before it is of another time, or of another control. */
  #cookieSeq = 0;
  #seq = 0;
  #ackPush = 0;
  #full = false;
  #asked: readonly Asked[] = [];
  #resolving = false;
  #resolveAt: Instant = NEVER;
  /** Prompt announces are paid for until then. */
  #promptsUntil: Instant = Number.NEGATIVE_INFINITY;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#emptyBlob = parts.seal.seal([], parts.frames, parts.random(v2.BLOB_NONCE_BYTES));
  }

  /** Control's addresses in use, at most one of each family. */
  get controls(): readonly Endpoint[] {
    return this.#lines.map(({ control }) => control);
  }

  /** Whether control speaks v2 to us, and has answered in the last ten seconds that it was asked. */
  get isAnswered(): boolean {
    return this.#bound !== null && this.#bound.unanswered < ANNOUNCING.deadAfter;
  }

  get deadline(): Deadline | null {
    let next: Deadline | null =
      this.#lines.length === 0 && this.#resolveAt < NEVER ? { at: this.#resolveAt, why: "looking control up" } : null;
    for (const { dueAt, control } of this.#lines) {
      if (next === null || dueAt < next.at) next = { at: dueAt, why: `announcing to ${formatEndpoint(control)}` };
    }
    return next;
  }

  start(): void {
    this.#resolve();
  }

  wake(now: Instant): void {
    if (this.#lines.length === 0 && now >= this.#resolveAt) this.#resolve();
    for (const line of this.#lines) if (now >= line.dueAt) this.#announce(line, now);
  }

  /** Announces at once to all: what was known of us may be wrong by now. */
  startOver(now: Instant): void {
    for (const line of this.#lines) {
      line.unanswered = 0;
      this.#announce(line, now);
    }
  }

  /** Tells control of new candidates. */
  refresh(now: Instant): void {
    if (this.#bound !== null) this.#prompt(this.#bound, now);
  }

  takeControls(endpoints: readonly Endpoint[], now: Instant): void {
    this.#resolving = false;
    this.#resolveAt = now + ANNOUNCING.resolveAgainMs;
    this.#lines = byFamily(endpoints).map((family) => {
      // An address that the name still has is kept: round-robin answers must not move us from one control to another.
      const kept = this.#lines.find(({ control }) => family.some((each) => sameEndpoint(each, control)));
      if (kept === undefined) return newLine(family, now);
      kept.endpoints = family;
      return kept;
    });
    if (this.#bound !== null && !this.#lines.includes(this.#bound)) this.#unbind();
    this.#tellControl();
    this.wake(now);
  }

  resolveFailed(now: Instant): void {
    this.#resolving = false;
    this.#resolveAt = now + ANNOUNCING.resolveFailedMs;
  }

  /** The network may be back at the next try; but where control has another address in that family, that one gets it. */
  leaveUnreachable(remote: Endpoint): void {
    const line = this.#lines.find(({ control }) => sameEndpoint(control, remote));
    if (line !== undefined) this.#moveOn(line);
  }

  /** Takes the cookie of a challenge, and the address that control saw. */
  hearChallenge({ echoSeq, cookie, observed }: v2.Challenge, remote: Endpoint, now: Instant): ChallengeVerdict {
    const asked = this.#asked.find(({ seq }) => seq === echoSeq);
    if (asked === undefined || now - asked.at > ANNOUNCING.challengeableMs) return { ok: false, reason: "stale" };
    const { line, control } = asked;
    if (!sameEndpoint(remote, control) || !this.#lines.includes(line)) return { ok: false, reason: "not-from-control" };
    if (line === this.#bound && echoSeq < this.#cookieSeq) return { ok: false, reason: "stale" };
    this.#asked = this.#asked.filter((each) => each !== asked);
    const news = this.#parts.own.observe(observed);
    line.roundTripMs = now - asked.at;
    if (this.#bound === null || line === this.#bound || this.#isLost(this.#bound, now)) {
      this.#bind(line, cookie, now);
    } else {
      this.#rest(line, now);
      if (news !== "same") this.refresh(now);
    }
    return { ok: true, observed: news };
  }

  /** Why an info cannot be taken; null where it can. Changes nothing. */
  refuse({ echoSeq, pushSeq }: v2.Info, remote: Endpoint): DropReason | null {
    if (this.#bound === null || !sameEndpoint(remote, this.#bound.control)) return "not-from-control";
    return echoSeq < this.#cookieSeq || echoSeq > this.#seq || pushSeq < this.#ackPush ? "stale" : null;
  }

  /** Takes an info that was not refused. */
  takeInfo({ echoSeq, pushSeq, state }: v2.Info, now: Instant): void {
    const line = this.#bound;
    if (line === null) return;
    this.#full = state !== "waiting" && state !== "present" && state !== "v1";
    if (line.unanswered > 0 && echoSeq >= line.firstSeq) this.#rest(line, now);
    if (pushSeq === this.#ackPush) return;
    // Once for each push: where that announce is lost, the next one comes as it was not answered.
    this.#ackPush = pushSeq;
    this.#prompt(line, now);
  }

  /** Says goodbye and falls silent. */
  leave(reason: v2.Bye["reason"]): void {
    const { frames, outbox } = this.#parts;
    if (this.#bound !== null) {
      const bye = frames.bye({ seq: ++this.#seq, reason });
      for (let sent = 0; sent < ANNOUNCING.byes; sent++) outbox.send(bye, this.#bound.control);
    }
    this.#lines = [];
    this.#unbind();
    this.#resolveAt = NEVER;
  }

  #announce(line: Line, now: Instant): void {
    const isBound = line === this.#bound;
    this.#seq += 1;
    if (line.unanswered === 0) {
      line.firstSeq = this.#seq;
      line.firstAt = now;
    }
    line.unanswered += 1;
    line.dueAt = now + this.#pauseMs(line, now);
    this.#asked = [
      ...this.#asked.filter(({ at }) => now - at <= ANNOUNCING.challengeableMs).slice(1 - ANNOUNCING.asked),
      { seq: this.#seq, at: now, line, control: line.control },
    ];
    const { frames, outbox, own } = this.#parts;
    if (own.serves(line.control)) {
      const announce = frames.announce({
        seq: this.#seq,
        ackPush: isBound ? this.#ackPush : 0,
        cookie: isBound ? this.#cookie : NO_COOKIE,
        // Without a cookie it changes nothing at control, so it needs to tell nothing.
        blob: isBound ? this.#sealed(own.list(this.controls)) : this.#emptyBlob,
      });
      outbox.send(announce, line.control);
    }
    if (this.#isLost(line, now)) this.#seek(line, now);
  }

  /** The same candidates are the same blob, so that control and the partner see what is new. */
  #sealed(candidates: readonly v2.Candidate[]): Uint8Array {
    const { seal, frames, random } = this.#parts;
    const of = candidates.map(({ kind, endpoint }) => `${kind} ${formatEndpoint(endpoint)}`).join();
    if (this.#blob?.of !== of) {
      this.#blob = { of, bytes: seal.seal(candidates, frames, random(v2.BLOB_NONCE_BYTES)) };
    }
    return this.#blob.bytes;
  }

  #pauseMs(line: Line, now: Instant): number {
    const beside = this.#bound !== null && line !== this.#bound && !this.#isLost(this.#bound, now);
    const pausesMs = beside ? ANNOUNCING.besideMs : ANNOUNCING.askingMs;
    return pausesMs[Math.min(line.unanswered, pausesMs.length) - 1] ?? 0;
  }

  /** It has answered: nothing is due before the next keepalive. */
  #rest(line: Line, now: Instant): void {
    line.unanswered = 0;
    line.dueAt = now + (line === this.#bound && this.#full ? ANNOUNCING.fullMs : this.#keepAliveMs());
  }

  #keepAliveMs(): number {
    const [byte = 0] = this.#parts.random(1);
    return ANNOUNCING.keepAliveMs * (1 + ANNOUNCING.keepAliveSpread * (byte / 127.5 - 1));
  }

  /**
   * An announce that a frame of control's calls for. Who has the control key and forges such frames must not make us flood
   * control: a few at once, then ten a second.
   */
  #prompt(line: Line, now: Instant): void {
    line.unanswered = 0;
    const until = Math.max(now, this.#promptsUntil) + ANNOUNCING.promptMs;
    if (until - now > ANNOUNCING.promptMs * ANNOUNCING.promptsAtOnce) {
      line.dueAt = Math.min(line.dueAt, now + ANNOUNCING.promptMs);
      return;
    }
    this.#promptsUntil = until;
    this.#announce(line, now);
  }

  /** Answers that are still under way must not count as missing: over long ways two families would take turns for ever. */
  #isLost({ unanswered, firstAt, roundTripMs }: Line, now: Instant): boolean {
    return unanswered >= ANNOUNCING.lostAfter && now - firstAt >= ANNOUNCING.lostRoundTrips * roundTripMs;
  }

  /** Nobody answers: control's name may have moved, this address may be dead, the other family may still work. */
  #seek(line: Line, now: Instant): void {
    if (!this.#resolving && now >= this.#resolveAt) this.#resolve();
    if (line.unanswered >= ANNOUNCING.deadAfter && line.endpoints.length > 1) {
      this.#moveOn(line);
      line.unanswered = 0;
    }
    if (line !== this.#bound || line.soughtSeq === line.firstSeq) return;
    line.soughtSeq = line.firstSeq;
    for (const other of this.#lines) if (other !== line) other.dueAt = now;
  }

  #moveOn(line: Line): void {
    const at = line.endpoints.findIndex((each) => sameEndpoint(each, line.control));
    const next = line.endpoints[(at + 1) % line.endpoints.length];
    if (next === undefined || sameEndpoint(next, line.control)) return;
    line.control = next;
    if (line === this.#bound) this.#unbind();
    this.#tellControl();
  }

  #bind(line: Line, cookie: Uint8Array, now: Instant): void {
    this.#bound = line;
    this.#cookie = Uint8Array.from(cookie);
    this.#cookieSeq = this.#seq + 1;
    this.#ackPush = 0;
    this.#tellControl();
    this.#prompt(line, now);
  }

  #unbind(): void {
    this.#bound = null;
    this.#cookie = NO_COOKIE;
  }

  #tellControl(): void {
    const control = (this.#bound ?? this.#lines[0])?.control;
    if (control === undefined || (this.#toldControl !== null && sameEndpoint(control, this.#toldControl))) return;
    this.#toldControl = control;
    this.#parts.outbox.event({ type: "control", endpoint: { ...control } });
  }

  #resolve(): void {
    this.#resolving = true;
    this.#resolveAt = NEVER;
    this.#parts.outbox.add({ type: "resolve" });
  }
}

function byFamily(endpoints: readonly Endpoint[]): readonly (readonly Endpoint[])[] {
  const families = new Map<4 | 6, Endpoint[]>();
  for (const endpoint of endpoints) {
    const family = ipFamily(endpoint.address);
    families.set(family, [...(families.get(family) ?? []), { ...endpoint }]);
  }
  return [...families.values()];
}

function newLine(endpoints: readonly Endpoint[], now: Instant): Line {
  const [control] = endpoints as readonly [Endpoint];
  return { endpoints, control, unanswered: 0, firstSeq: 0, firstAt: now, roundTripMs: 0, soughtSeq: 0, dueAt: now };
}
