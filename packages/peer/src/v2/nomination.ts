import type { Deadline, Instant } from "@netpunch/transport";
import { type Endpoint, sameEndpoint, v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import type { Checks, Target } from "./checks.js";
import { EARLY_MS, OFFER_MS, STILL_NOMINATING_MS } from "./schedules.js";

/** A nomination by the partner. */
interface Offer {
  readonly remote: Endpoint;
  readonly txid: Uint8Array;
  readonly at: Instant;
}

/** A nomination of ours, of an address that has not answered us yet. Its transaction is that of the partner's ping from there. */
interface Early {
  readonly remote: Endpoint;
  readonly txid: Uint8Array;
  readonly at: Instant;
}

const FOR_GOOD = Number.POSITIVE_INFINITY;

/** Which path was nominated, by us where we control, else by the partner; and what may still be nominated. */
export class Nomination {
  readonly #checks: Checks;
  #hole: Endpoint | null = null;
  #txid: Uint8Array = new Uint8Array(v2.TXID_BYTES);
  /** Controlling: it may have been taken, and there is no taking it back. */
  #early: Early | null = null;
  #heldUntil: Instant | null = null;
  /** Controlled: one that came from an address which has not answered us, or which we cannot trust yet. */
  #offer: Offer | null = null;
  #firstOfferAt: Instant | null = null;
  #lastOfferAt: Instant = 0;

  constructor(checks: Checks) {
    this.#checks = checks;
  }

  get hole(): Endpoint | null {
    return this.#hole;
  }

  /** The transaction that all words about the nomination carry: that of the ping which its address answered. */
  get txid(): Uint8Array {
    return this.#txid;
  }

  /** Another partner: it has nominated nothing. */
  clear(): void {
    this.#hole = null;
    this.dropEarly();
    this.#offer = null;
    this.#firstOfferAt = null;
  }

  /** Controlling: what was nominated before it answered. */
  get early(): Early | null {
    return this.#early;
  }

  /** When another address may be nominated than the early one. */
  get deadline(): Deadline | null {
    if (this.#hole !== null || this.#heldUntil === null || this.#heldUntil === FOR_GOOD) return null;
    return { at: this.#heldUntil, why: "waiting for the address that was nominated early" };
  }

  wake(now: Instant): void {
    if (this.#heldUntil !== null && now >= this.#heldUntil) this.#heldUntil = null;
  }

  /** Controlling: nominates an address that has not answered yet, behind the answer to a ping from there. */
  chooseEarly({ endpoint }: Target, txid: Uint8Array, now: Instant): void {
    this.#early = { remote: endpoint, txid: Uint8Array.from(txid), at: now };
    this.#heldUntil = now + EARLY_MS;
  }

  /** Controlling: the partner has taken the early one, and takes no other. */
  holdEarly(): void {
    this.#heldUntil = FOR_GOOD;
  }

  /** The early one counts no more: a path is certain, or our own address is another one. */
  dropEarly(): void {
    this.#early = null;
    this.#heldUntil = null;
  }

  /** Controlling: the one address that may be chosen now; null: any. */
  held(now: Instant): Endpoint | null {
    const isHeld = this.#heldUntil !== null && now < this.#heldUntil;
    return isHeld && this.#early !== null ? this.#early.remote : null;
  }

  /** Controlling: nominates an address that has answered. */
  choose({ endpoint, answer }: Target): void {
    if (answer === null) return;
    this.#hole = endpoint;
    this.#txid = answer.txid;
  }

  /** Controlled: hears a nomination. "taken": it makes the hole. "again": it has made it. */
  hear(txid: Uint8Array, remote: Endpoint, now: Instant): "taken" | "again" | DropReason {
    const isEarly = this.#checks.hasAsked(txid);
    if (this.#hole === null) {
      if (!isEarly) this.#note(now);
      const target = this.#checks.hear(remote, now);
      if (target !== null) this.#checks.hurry(target, now);
      this.#offer = { remote: { ...remote }, txid: Uint8Array.from(txid), at: now };
      return this.reconsider(now) ? "taken" : "not-yet";
    }
    if (!sameEndpoint(this.#hole, remote)) return "not-the-hole";
    if (isEarly) return "again";
    this.#note(now);
    this.#txid = Uint8Array.from(txid);
    return "again";
  }

  /** Controlled: who nominates like this has a hole. */
  #note(now: Instant): void {
    this.#firstOfferAt ??= now;
    this.#lastOfferAt = now;
  }

  /** Controlled: takes what was offered a moment ago, where that address has answered us by now and may be trusted. */
  reconsider(now: Instant): boolean {
    if (this.#offer === null || now - this.#offer.at >= OFFER_MS) return false;
    const { remote, txid } = this.#offer;
    const target = this.#checks.find(remote);
    if (target === null || target.answer === null || !this.#checks.isTrusted(target, now)) return false;
    this.#offer = null;
    this.#hole = target.endpoint;
    this.#txid = txid;
    return true;
  }

  /** Why a word about the nomination is not about this one; null where it is. */
  refuse(txid: Uint8Array, remote: Endpoint): DropReason | null {
    if (this.#hole === null || !v2.sameId(this.#txid, txid)) return "unknown-transaction";
    return sameEndpoint(this.#hole, remote) ? null : "not-the-hole";
  }

  /**
   * Controlled: whether the partner nominated to the end of its time, so that no confirmation can have arrived; or only early, so that
   * it may have no hole.
   */
  get wasNeverConfirmed(): boolean {
    return this.#firstOfferAt === null || this.#lastOfferAt - this.#firstOfferAt >= STILL_NOMINATING_MS;
  }
}
