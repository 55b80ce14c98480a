import type { Deadline, Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, ipFamily, sameEndpoint, v2 } from "@netpunch/wire";
import type { DropReason, PathKind } from "../events.js";
import { RecentIds } from "./recent-ids.js";
import { CHECKING } from "./schedules.js";

/** The partner's answer to one of our pings. */
interface Answer {
  readonly txid: Uint8Array;
  readonly at: Instant;
  readonly roundTripMs: number;
}

/** An address at which the partner may be reached, and what passed between it and us. */
export interface Target {
  readonly endpoint: Endpoint;
  /** "peer-reflexive" where only the partner's pings showed it. */
  kind: PathKind;
  heard: boolean;
  /** Its first answer; null: none yet. */
  answer: Answer | null;
  pingedAt: Instant | null;
  /** Pings since the check list was started. */
  pings: number;
  /** null: no more pings are due. */
  dueAt: Instant | null;
  /** The pings that it may still answer. */
  live: readonly { readonly txid: Uint8Array; readonly at: Instant }[];
}

export interface ChecksParts {
  readonly random: (length: number) => Uint8Array;
  ping(txid: Uint8Array, remote: Endpoint): void;
  /** Whether this machine can send there at all. */
  serves(endpoint: Endpoint): boolean;
  /** Whether it can only be inside of the NAT that the partner and we stand behind. */
  isInside(endpoint: Endpoint): boolean;
}

/** The check list (RFC 8445 section 6.1.2): which of the partner's addresses are pinged when, and which of them answer. */
export class Checks {
  readonly #parts: ChecksParts;
  /** Those that the partner listed, in the order in which they are pinged. */
  #listed: readonly Target[] = [];
  /** Those that only its pings showed; a few, however many there are, and they never push out listed ones. */
  #unlisted: readonly Target[] = [];
  /** As many unlisted addresses as came lately are paid for then, see `CHECKING.unlistedMs`. */
  #unlistedUntil: Instant = Number.NEGATIVE_INFINITY;
  #startedAt: Instant = 0;
  /** Transactions of all our pings, of late. */
  readonly #asked = new RecentIds(CHECKING.asked);
  /** The next ping that is not a target's first may be sent then. */
  #pacedAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(parts: ChecksParts) {
    this.#parts = parts;
  }

  /** The address to show: where the partner answered, was heard, or was listed, in this order. */
  get foremost(): Endpoint | null {
    const targets = this.#all();
    const shown = targets.find(({ answer }) => answer !== null) ?? targets.find(({ heard }) => heard) ?? targets[0];
    return shown?.endpoint ?? null;
  }

  get deadline(): Deadline | null {
    const next = this.#next();
    return next === null ? null : { at: next.at, why: `checking ${formatEndpoint(next.target.endpoint)}` };
  }

  /** A new partner: whatever was known of another one is forgotten. */
  begin(now: Instant): void {
    this.#listed = [];
    this.#unlisted = [];
    this.#unlistedUntil = Number.NEGATIVE_INFINITY;
    this.#startedAt = now;
  }

  /** Takes the partner's addresses as they are now, and pings all of them that have not answered. */
  list(candidates: readonly v2.Candidate[], now: Instant): void {
    const before = this.#all();
    const listed: Target[] = [];
    for (const { kind, endpoint } of ipv6First(candidates)) {
      // One address is one target, however often it is listed.
      if (find(listed, endpoint) !== null) continue;
      const target = find(before, endpoint) ?? newTarget(endpoint, kind);
      target.kind = kind;
      listed.push(target);
    }
    this.#listed = listed;
    this.#unlisted = this.#unlisted.filter((target) => !listed.includes(target));
    this.#restart(now);
  }

  /** Our own address changed: what answered before may not reach us any more. */
  startOver(now: Instant): void {
    for (const target of this.#all()) {
      target.answer = null;
      target.pingedAt = null;
      target.live = [];
    }
    this.#restart(now);
  }

  /** No more pings are due; answers to those under way still count. */
  stop(): void {
    for (const target of this.#all()) target.dueAt = null;
  }

  wake(now: Instant): void {
    for (let next = this.#next(); next !== null && next.at <= now; next = this.#next()) this.#beat(next.target, now);
  }

  find(endpoint: Endpoint): Target | null {
    return find(this.#all(), endpoint);
  }

  /** Whether it is at an address that the partner listed, at whatever port: a symmetric NAT has another one for us. */
  isAtListed({ address }: Endpoint): boolean {
    return this.#listed.some((listed) => listed.endpoint.address === address);
  }

  /** Takes the source of an authentic frame of the partner's, and pings it where that may tell something new; null: one too many. */
  hear(remote: Endpoint, now: Instant): Target | null {
    const target = this.find(remote) ?? this.#addUnlisted(remote, now);
    if (target === null) return null;
    if (target.answer === null && !wasJustPinged(target, now)) {
      this.ping(target, now);
      if (target.pings === 0) this.#schedule(target, now);
    }
    return target;
  }

  /** Starts over with one address whose answer is waited for. */
  hurry(target: Target, now: Instant): void {
    if (target.answer !== null) return;
    target.pings = 0;
    this.#schedule(target, now);
  }

  /** Takes an answer: to a ping that still waits for one, from the address that was pinged. */
  hearPong(txid: Uint8Array, remote: Endpoint, now: Instant): Target | DropReason {
    const target = this.find(remote);
    if (target === null || target.pingedAt === null) return "not-pinged";
    const asked = target.live.find((each) => v2.sameId(each.txid, txid));
    if (asked === undefined) return "unknown-transaction";
    target.live = target.live.filter((each) => each !== asked);
    target.answer ??= { txid: asked.txid, at: now, roundTripMs: now - asked.at };
    target.dueAt = null;
    return target;
  }

  /** Whether it is the transaction of one of our own pings. */
  hasAsked(txid: Uint8Array): boolean {
    return this.#asked.has(txid, "us");
  }

  ping(target: Target, now: Instant): void {
    const txid = Uint8Array.from(this.#parts.random(v2.TXID_BYTES));
    this.#asked.add(txid, "us");
    target.pingedAt = now;
    target.live = [...target.live.slice(1 - CHECKING.liveTransactions), { txid, at: now }];
    this.#parts.ping(txid, target.endpoint);
  }

  /**
   * Whether a path to there may be taken. One that the partner did not list may be a relay's on the way, which repeats its pings
   * from another address: it must be at an address that is listed (a symmetric NAT's other port), inside of our common NAT, or the last
   * resort.
   */
  isTrusted({ kind, endpoint }: Target, now: Instant): boolean {
    if (kind !== "peer-reflexive") return true;
    if (this.isAtListed(endpoint)) return true;
    // The partner's own router, inside of a carrier's NAT or of a larger LAN: nobody knows its address there beforehand.
    if (this.#parts.isInside(endpoint)) return true;
    return now >= this.#lastResortAt && !this.#listed.some(({ answer }) => answer !== null);
  }

  /** Whether the way to there leaves no NAT that both are behind. */
  isNear({ kind, endpoint }: Target): boolean {
    return kind === "host" || (kind === "peer-reflexive" && this.#parts.isInside(endpoint));
  }

  /** The path to take, of those that answered: the first, but a near one where such are preferred. */
  best(now: Instant, prefer: "first" | "near"): Target | null {
    const answered = this.#all()
      .filter((target) => target.answer !== null && this.isTrusted(target, now))
      .toSorted((a, b) => (a.answer?.at ?? 0) - (b.answer?.at ?? 0));
    const near = prefer === "near" ? answered.find((target) => this.isNear(target)) : undefined;
    return near ?? answered[0] ?? null;
  }

  /** When an address that answered and is not trusted yet will be; null: there is none. */
  get trustDeadline(): Deadline | null {
    const answered = this.#unlisted.some(({ answer }) => answer !== null);
    return answered ? { at: this.#lastResortAt, why: "waiting for a listed address to answer" } : null;
  }

  get #lastResortAt(): Instant {
    return this.#startedAt + CHECKING.lastResortMs;
  }

  #all(): readonly Target[] {
    return [...this.#listed, ...this.#unlisted];
  }

  #addUnlisted(remote: Endpoint, now: Instant): Target | null {
    const until = Math.max(now, this.#unlistedUntil) + CHECKING.unlistedMs;
    if (until - now > CHECKING.unlistedMs * CHECKING.unlisted) return null;
    const oldest = this.#unlisted.find(({ answer }) => answer === null);
    const isFull = this.#unlisted.length >= CHECKING.unlisted;
    const kept = isFull ? this.#unlisted.filter((each) => each !== oldest) : this.#unlisted;
    // Where all of them have answered there is nothing to gain from one more.
    if (kept.length === CHECKING.unlisted) return null;
    this.#unlistedUntil = until;
    const target = newTarget({ ...remote }, "peer-reflexive");
    this.#unlisted = [...kept, target];
    return target;
  }

  #restart(now: Instant): void {
    for (const target of this.#all()) {
      target.pings = 0;
      target.dueAt = target.answer === null ? now : null;
    }
    this.wake(now);
  }

  /** The target whose ping is due next. The first pings of all go at once, later ones a while apart. */
  #next(): { readonly target: Target; readonly at: Instant } | null {
    let next: { target: Target; at: Instant; dueAt: Instant } | null = null;
    for (const target of this.#all()) {
      if (target.dueAt === null) continue;
      const at = target.pings === 0 ? target.dueAt : Math.max(target.dueAt, this.#pacedAt);
      const isSooner = next === null || at < next.at || (at === next.at && target.dueAt < next.dueAt);
      if (isSooner) next = { target, at, dueAt: target.dueAt };
    }
    return next;
  }

  #beat(target: Target, now: Instant): void {
    const dueAt = target.dueAt ?? now;
    if (!wasJustPinged(target, now) && this.#parts.serves(target.endpoint)) {
      this.ping(target, now);
      if (target.pings > 0) this.#pacedAt = now + CHECKING.paceMs;
    }
    this.#schedule(target, dueAt);
  }

  #schedule(target: Target, from: Instant): void {
    target.pings += 1;
    target.dueAt = from + (CHECKING.askingMs[Math.min(target.pings, CHECKING.askingMs.length) - 1] ?? 0);
  }
}

function find(targets: readonly Target[], endpoint: Endpoint): Target | null {
  return targets.find((target) => sameEndpoint(target.endpoint, endpoint)) ?? null;
}

function newTarget(endpoint: Endpoint, kind: PathKind): Target {
  return { endpoint, kind, heard: false, answer: null, pingedAt: null, pings: 0, dueAt: null, live: [] };
}

function wasJustPinged({ pingedAt }: Target, now: Instant): boolean {
  return pingedAt !== null && now - pingedAt < CHECKING.gapMs;
}

/** Where both ways exist the one without translators is tried first (RFC 8421 section 4). */
function ipv6First(candidates: readonly v2.Candidate[]): readonly v2.Candidate[] {
  return candidates.toSorted((a, b) => ipFamily(b.endpoint.address) - ipFamily(a.endpoint.address));
}
