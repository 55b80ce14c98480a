import type { CandidateSeal } from "@netpunch/crypto";
import type { Deadline, Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, ipFamily, sameEndpoint, v2 } from "@netpunch/wire";
import type { ControlName } from "../control-name.js";
import type { DropReason } from "../events.js";
import { MAIN_SOCKET } from "../path.js";
import { Allowance } from "./allowance.js";
import { Binding } from "./binding.js";
import type { OwnCandidates } from "./candidates.js";
import type { Frames } from "./frames.js";
import { type Asked, Line } from "./line.js";
import type { News } from "./observations.js";
import type { Outbox } from "./outbox.js";
import { ANNOUNCING } from "./schedules.js";

/** What became of a challenge: what is new of the address that control saw, or why it was not taken. */
export type ChallengeVerdict =
  | { readonly ok: true; readonly observed: News }
  | { readonly ok: false; readonly reason: DropReason };

export interface AnnouncerParts {
  readonly name: ControlName;
  readonly frames: Frames;
  readonly own: OwnCandidates;
  readonly seal: CandidateSeal;
  readonly random: (length: number) => Uint8Array;
  readonly outbox: Outbox;
}

const NO_COOKIE = new Uint8Array(v2.COOKIE_BYTES);
const { promptsAtOnce, promptMs } = ANNOUNCING;

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
  /** Anyone who has the control key can forge frames that call for an announce. They must not make us flood control. */
  readonly #prompts = new Allowance({ atOnce: promptsAtOnce, everyMs: promptMs });
  #blob: { readonly of: string; readonly bytes: Uint8Array } | null = null;
  /** One for each address family in which control's name has an address. */
  #lines: readonly Line[] = [];
  #binding: Binding | null = null;
  #toldControl: Endpoint | null = null;
  #seq = 0;
  #left = false;
  /** Of the newest RELAY: that control took it says nothing of an announce. */
  #relaySeq = 0;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#emptyBlob = parts.seal.seal([], parts.frames, parts.random(v2.BLOB_NONCE_BYTES));
  }

  /** Control's addresses in use, at most one of each family. */
  get controls(): readonly Endpoint[] {
    return this.#lines.map(({ control }) => control);
  }

  /** The one at which we are bound. */
  get bound(): Endpoint | null {
    return this.#binding?.line.control ?? null;
  }

  /** Whether control speaks v2 to us, and has answered in the last ten seconds that it was asked. */
  get isAnswered(): boolean {
    return this.#binding !== null && !this.#binding.line.isDead;
  }

  get deadline(): Deadline | null {
    const lookUpAt = this.#left || this.#lines.length > 0 ? null : this.#parts.name.dueAt;
    let next: Deadline | null = lookUpAt === null ? null : { at: lookUpAt, why: "looking control up" };
    for (const { dueAt, control } of this.#lines) {
      if (next === null || dueAt < next.at) next = { at: dueAt, why: `announcing to ${formatEndpoint(control)}` };
    }
    return next;
  }

  start(now: Instant): void {
    this.#lookUp(now);
  }

  wake(now: Instant): void {
    if (this.#lines.length === 0) this.#lookUp(now);
    for (const line of this.#lines) if (now >= line.dueAt) this.#announce(line, now);
  }

  /** Announces at once to all: what was known of us may be wrong by now. */
  startOver(now: Instant): void {
    for (const line of this.#lines) {
      line.forgive();
      this.#announce(line, now);
    }
  }

  /** Tells control of new candidates. */
  refresh(now: Instant): void {
    if (this.#binding !== null) this.#prompt(this.#binding.line, now);
  }

  takeControls(endpoints: readonly Endpoint[], now: Instant): void {
    this.#parts.name.resolved(endpoints, now);
    this.#lines = byFamily(this.#parts.name.endpoints).map((family) => this.#lineTo(family, now));
    if (this.#binding !== null && !this.#lines.includes(this.#binding.line)) this.#binding = null;
    this.#tellControl();
    this.wake(now);
  }

  lookUpFailed(now: Instant): void {
    this.#parts.name.failed(now);
  }

  /** Nothing can be sent to an address: where control has another one in that family, that one is next. */
  leaveUnreachable(remote: Endpoint): void {
    for (const line of this.#lines) this.#leave(line, remote);
  }

  /** Takes the cookie of a challenge, and the address that control saw. */
  hearChallenge({ echoSeq, cookie, observed }: v2.Challenge, remote: Endpoint, now: Instant): ChallengeVerdict {
    const [line, asked] = this.#askedFor(echoSeq, now) ?? [];
    if (line === undefined || asked === undefined) return { ok: false, reason: "stale" };
    if (!sameEndpoint(remote, asked.control)) return { ok: false, reason: "not-from-control" };
    const bound = this.#binding?.line ?? null;
    if (line === bound && this.#binding?.isOlder(echoSeq)) return { ok: false, reason: "stale" };
    line.challenged(asked, now);
    const observation = { socket: MAIN_SOCKET, control: remote, seq: echoSeq, endpoint: observed };
    if (bound === null || line === bound || bound.isLost) {
      line.settleOn(asked.control);
      const news = this.#parts.own.observe(observation, this.controls);
      this.#bind(line, cookie, now);
      return { ok: true, observed: news };
    }
    const news = this.#parts.own.observe(observation, this.controls);
    this.#rest(line, now);
    if (news !== "same") this.refresh(now);
    return { ok: true, observed: news };
  }

  /** Why an info cannot be taken; null where it can. Changes nothing. */
  refuse(info: v2.Info, remote: Endpoint): DropReason | null {
    return this.#binding === null ? "not-from-control" : this.#binding.refuse(info, remote, this.#seq);
  }

  /** Takes an info that was not refused. */
  takeInfo(info: v2.Info, now: Instant): void {
    const binding = this.#binding;
    if (binding === null) return;
    const hasNews = binding.take(info);
    if (info.echoSeq !== this.#relaySeq && binding.line.taken(info.echoSeq, now)) this.#rest(binding.line, now);
    // Once for each push: where that announce is lost, the next one comes as it was not answered.
    if (hasNews) this.#prompt(binding.line, now);
  }

  /** Says what we want of the relay, to the control that we are bound at; null: at none. */
  relay(partnerId: Uint8Array, op: v2.RelayOp): number | null {
    if (this.#binding === null) return null;
    this.#relaySeq = ++this.#seq;
    const { frames, outbox } = this.#parts;
    outbox.send(frames.relay({ seq: this.#relaySeq, partnerId, op }), this.#binding.line.control);
    return this.#relaySeq;
  }

  /** Says goodbye and falls silent. */
  leave(reason: v2.Bye["reason"]): void {
    const { frames, outbox } = this.#parts;
    if (this.#binding !== null) {
      const bye = frames.bye({ seq: ++this.#seq, reason });
      for (let sent = 0; sent < ANNOUNCING.byes; sent++) outbox.send(bye, this.#binding.line.control);
    }
    this.#lines = [];
    this.#binding = null;
    this.#left = true;
  }

  #lineTo(endpoints: Family, now: Instant): Line {
    const known = this.#lines.find(({ family }) => family === ipFamily(endpoints[0].address));
    if (known === undefined) return new Line(endpoints, now);
    if (!known.take(endpoints)) return known;
    if (this.#binding?.line === known) this.#binding = null;
    known.rest(now);
    return known;
  }

  #announce(line: Line, now: Instant): void {
    const { frames, outbox, own } = this.#parts;
    const bound = this.#binding?.line === line ? this.#binding : null;
    this.#seq += 1;
    line.announced(this.#seq, now);
    line.dueAt = now + line.pauseMs(this.#isBeside(line) ? ANNOUNCING.besideMs : ANNOUNCING.askingMs);
    if (own.serves(line.control)) {
      const announce = frames.announce({
        seq: this.#seq,
        ackPush: bound?.ackPush ?? 0,
        cookie: bound?.cookie ?? NO_COOKIE,
        // Without a cookie it changes nothing at control, so it needs to tell nothing.
        blob: bound === null ? this.#emptyBlob : this.#sealed(own.list(this.controls)),
      });
      outbox.send(announce, line.control);
    }
    if (line.isLost) this.#seek(line, now);
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

  /** Whether the other family is bound, and works. */
  #isBeside(line: Line): boolean {
    return this.#binding !== null && this.#binding.line !== line && !this.#binding.line.isLost;
  }

  /** It has answered: nothing is due before the next keepalive. */
  #rest(line: Line, now: Instant): void {
    const isFull = this.#binding?.line === line && this.#binding.isFull;
    line.rest(now + (isFull ? ANNOUNCING.fullMs : this.#keepAliveMs()));
  }

  #keepAliveMs(): number {
    const [byte = 0] = this.#parts.random(1);
    return ANNOUNCING.keepAliveMs * (1 + ANNOUNCING.keepAliveSpread * (byte / 127.5 - 1));
  }

  /** An announce that a frame of control's calls for, or news of ours: a few at once, then ten a second. */
  #prompt(line: Line, now: Instant): void {
    line.beginAnew();
    if (!this.#prompts.allows(now)) {
      line.dueAt = Math.min(line.dueAt, now + promptMs);
      return;
    }
    this.#prompts.spend(now);
    this.#announce(line, now);
  }

  /** Nobody answers: control's name may have moved, this address may be dead, the other family may still work. */
  #seek(line: Line, now: Instant): void {
    this.#lookUp(now);
    if (line.isDead && this.#leave(line, line.control)) line.forgive();
    if (this.#binding?.line !== line || !line.seek()) return;
    for (const other of this.#lines) if (other !== line) other.dueAt = now;
  }

  #leave(line: Line, control: Endpoint): boolean {
    if (!line.leave(control)) return false;
    if (this.#binding?.line === line) this.#binding = null;
    this.#tellControl();
    return true;
  }

  #bind(line: Line, cookie: Uint8Array, now: Instant): void {
    this.#binding = new Binding(line, cookie, this.#seq + 1);
    this.#tellControl();
    this.#prompt(line, now);
  }

  #tellControl(): void {
    const control = (this.#binding?.line ?? this.#lines[0])?.control;
    if (control === undefined || (this.#toldControl !== null && sameEndpoint(control, this.#toldControl))) return;
    this.#toldControl = control;
    if (this.#parts.name.tell(control)) this.#parts.outbox.event({ type: "control", endpoint: { ...control } });
  }

  #askedFor(seq: number, now: Instant): readonly [Line, Asked] | null {
    for (const line of this.#lines) {
      const asked = line.asked(seq, now);
      if (asked !== null) return [line, asked];
    }
    return null;
  }

  #lookUp(now: Instant): void {
    if (this.#parts.name.ask(now)) this.#parts.outbox.add({ type: "resolve" });
  }
}

type Family = readonly [Endpoint, ...Endpoint[]];

function byFamily(endpoints: readonly Endpoint[]): readonly Family[] {
  const families = new Map<4 | 6, [Endpoint, ...Endpoint[]]>();
  for (const endpoint of endpoints) {
    const known = families.get(ipFamily(endpoint.address));
    if (known === undefined) families.set(ipFamily(endpoint.address), [endpoint]);
    else known.push(endpoint);
  }
  return [...families.values()];
}
