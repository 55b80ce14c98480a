import type { Deadline, Instant } from "@netpunch/transport";
import { type Endpoint, ipFamily, v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import { directPath, formatPath, type Path, samePath } from "../path.js";
import { Allowance } from "./allowance.js";
import { RecentIds } from "./recent-ids.js";
import { CHECKING } from "./schedules.js";
import { newTarget, type Target } from "./target.js";

export interface ChecksParts {
  readonly random: (length: number) => Uint8Array;
  ping(txid: Uint8Array, path: Path): void;
  /** Whether this machine can send there at all. */
  serves(endpoint: Endpoint): boolean;
}

/** The check list (RFC 8445 section 6.1.2): which of the partner's addresses are pinged when, and which of them answer. */
export class Checks {
  readonly #parts: ChecksParts;
  /** Those that the partner listed, in the order in which they are pinged. */
  #listed: readonly Target[] = [];
  /** Those that only its pings showed; a few, however many there are, and they never push out listed ones. */
  #unlisted: readonly Target[] = [];
  /** The one that leads through control; null while control does not relay. */
  #relayed: Target | null = null;
  #since: { readonly at: Instant; readonly listed: "yes" | "no" } = { at: 0, listed: "no" };
  /** One for all: whoever has the secret can make us ping by new addresses, other runs, or pings from anywhere. */
  readonly #firstPings = new Allowance(CHECKING.firstPings);
  readonly #newUnlisted = new Allowance(CHECKING.newUnlisted);
  /** Transactions of all our pings, of late. */
  readonly #asked = new RecentIds(CHECKING.asked);
  /** The next ping that is not a target's first may be sent then. */
  #pacedAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(parts: ChecksParts) {
    this.#parts = parts;
  }

  /** The listed ones first, the relay last. */
  get targets(): readonly Target[] {
    const direct = [...this.#listed, ...this.#unlisted];
    return this.#relayed === null ? direct : [...direct, this.#relayed];
  }

  /** Since when the listed addresses have been pinged; before any was listed, since the partner has been known. */
  get since(): Instant {
    return this.#since.at;
  }

  /** The address to show: where the partner answered, was heard, or was listed, in this order. */
  get foremost(): Endpoint | null {
    const { targets } = this;
    const shown = targets.find(({ answer }) => answer !== null) ?? targets.find(({ told }) => told) ?? targets[0];
    return shown?.path.remote ?? null;
  }

  get deadline(): Deadline | null {
    const next = this.#next();
    return next === null ? null : { at: next.at, why: `checking ${formatPath(next.target.path)}` };
  }

  /** A new partner: whatever was known of another one is forgotten. */
  begin(now: Instant): void {
    this.#listed = [];
    this.#unlisted = [];
    this.#relayed = null;
    this.#since = { at: now, listed: "no" };
  }

  /** Takes the partner's addresses as they are now, and pings all of them that have not answered. */
  list(candidates: readonly v2.Candidate[], now: Instant): void {
    const before = this.targets;
    const listed: Target[] = [];
    for (const { kind, endpoint } of ipv6First(candidates)) {
      const path = directPath(endpoint);
      // One address is one target, however often it is listed.
      if (find(listed, path) !== null) continue;
      const target = find(before, path) ?? newTarget(path, kind);
      target.kind = kind;
      listed.push(target);
    }
    this.#listed = listed;
    this.#unlisted = this.#unlisted.filter((target) => !listed.includes(target));
    if (this.#since.listed === "no") this.#since = { at: now, listed: "yes" };
    this.#restart(now);
  }

  /** Takes whether the partner can be reached through control, and pings it there as well. */
  relay(path: Path | null, now: Instant): void {
    const before = this.#relayed;
    if (before === null ? path === null : path !== null && samePath(before.path, path)) return;
    this.#relayed = path === null ? null : newTarget(path, "relayed");
    if (this.#relayed !== null) this.#start(this.#relayed, now);
  }

  /** Our own address changed: what answered before may not reach us any more. */
  startOver(now: Instant): void {
    for (const target of this.targets) {
      target.answer = null;
      target.heard = null;
      target.pingedAt = null;
      target.live = [];
    }
    this.#restart(now);
  }

  /** No more pings are due; answers to those under way still count. */
  stop(): void {
    for (const target of this.targets) target.dueAt = null;
  }

  wake(now: Instant): void {
    for (let next = this.#next(); next !== null && next.at <= now; next = this.#next()) this.#beat(next.target, now);
  }

  find(path: Path): Target | null {
    return find(this.targets, path);
  }

  /** Whether it is at an address that the partner listed, at whatever port: a symmetric NAT has another one for us. */
  isAtListed({ address }: Endpoint): boolean {
    return this.#listed.some(({ path }) => path.remote.address === address);
  }

  /**
   * Takes where an authentic frame of the partner's came from; null: one address too many. The first one from there opened the
   * partner's filter to us, so a ping that comes after it gets in where earlier ones did not.
   */
  hear(path: Path, txid: Uint8Array, now: Instant): Target | null {
    const target = this.find(path) ?? this.#addUnlisted(path, now);
    if (target === null) return null;
    const before = target.heard;
    target.heard ??= { txid: Uint8Array.from(txid), at: now };
    target.credit = CHECKING.unlistedPings;
    if (target.answer !== null) return target;
    if (before === null) this.#start(target, now);
    else if (target.pingedAt !== null && target.pingedAt < before.at) this.#pingFirst(target, now);
    else target.dueAt ??= now;
    return target;
  }

  /** Starts the schedule of a target whose answer is waited for anew, once. */
  hurry(target: Target, now: Instant): void {
    if (target.answer !== null || target.hurried) return;
    target.hurried = true;
    this.#start(target, now);
  }

  /** Takes an answer: to a ping that still waits for one, from the address that was pinged. */
  hearPong(txid: Uint8Array, path: Path, now: Instant): Target | DropReason {
    const target = this.find(path);
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
    target.credit -= 1;
    target.live = [...target.live.slice(1 - CHECKING.liveTransactions), { txid, at: now }];
    this.#parts.ping(txid, target.path);
  }

  #addUnlisted(path: Path, now: Instant): Target | null {
    if (!this.#newUnlisted.allows(now)) return null;
    const oldest = this.#unlisted.find(({ answer }) => answer === null);
    const isFull = this.#unlisted.length >= CHECKING.unlisted;
    const kept = isFull ? this.#unlisted.filter((each) => each !== oldest) : this.#unlisted;
    // Where all of them have answered there is nothing to gain from one more.
    if (kept.length === CHECKING.unlisted) return null;
    this.#newUnlisted.spend(now);
    const target = newTarget(path, "peer-reflexive");
    this.#unlisted = [...kept, target];
    return target;
  }

  #restart(now: Instant): void {
    for (const target of this.targets) if (target.answer === null) this.#start(target, now);
  }

  /** Starts a target's schedule, or starts it anew. Where there have been too many of these the schedule that it has goes on. */
  #start(target: Target, now: Instant): void {
    if (!this.#firstPings.allows(now)) {
      target.dueAt ??= now;
      return;
    }
    target.pings = 0;
    target.dueAt = now;
    this.#beat(target, now);
  }

  /** The target whose ping is due next. The first pings of all go at once, later ones a while apart. */
  #next(): { readonly target: Target; readonly at: Instant } | null {
    let next: { target: Target; at: Instant; dueAt: Instant } | null = null;
    for (const target of this.targets) {
      if (target.dueAt === null || !isOwed(target)) continue;
      const at = Math.max(target.dueAt, target.pings === 0 ? this.#firstPings.nextAt : this.#pacedAt);
      const isSooner = next === null || at < next.at || (at === next.at && target.dueAt < next.dueAt);
      if (isSooner) next = { target, at, dueAt: target.dueAt };
    }
    return next;
  }

  #beat(target: Target, now: Instant): void {
    const dueAt = target.dueAt ?? now;
    if (target.pings === 0) this.#pingFirst(target, now);
    else if (this.#mayPing(target, now)) {
      this.ping(target, now);
      this.#pacedAt = now + CHECKING.paceMs;
    }
    target.pings += 1;
    target.dueAt = dueAt + (CHECKING.askingMs[Math.min(target.pings, CHECKING.askingMs.length) - 1] ?? 0);
  }

  #pingFirst(target: Target, now: Instant): void {
    if (!this.#mayPing(target, now) || !this.#firstPings.allows(now)) return;
    this.#firstPings.spend(now);
    this.ping(target, now);
  }

  #mayPing({ pingedAt, path }: Target, now: Instant): boolean {
    const wasJustPinged = pingedAt !== null && now - pingedAt < CHECKING.gapMs;
    return !wasJustPinged && this.#parts.serves(path.remote);
  }
}

/** An address that nobody listed may be a copy's. It is pinged a few times for each ping that comes from there. */
function isOwed({ kind, credit }: Target): boolean {
  return kind !== "peer-reflexive" || credit > 0;
}

function find(targets: readonly Target[], path: Path): Target | null {
  return targets.find((target) => samePath(target.path, path)) ?? null;
}

/** Where both ways exist the one without translators is tried first (RFC 8421 section 4). */
function ipv6First(candidates: readonly v2.Candidate[]): readonly v2.Candidate[] {
  return candidates.toSorted((a, b) => ipFamily(b.endpoint.address) - ipFamily(a.endpoint.address));
}
