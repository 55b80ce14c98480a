import type { Instant } from "@netpunch/transport";
import { type Endpoint, sameEndpoint, v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import type { Checks, Target } from "./checks.js";
import { OFFER_MS, STILL_NOMINATING_MS } from "./schedules.js";

/** A nomination by the partner. */
interface Offer {
  readonly remote: Endpoint;
  readonly txid: Uint8Array;
  readonly at: Instant;
}

/** Which path was nominated, by us where we control, else by the partner; and what may still be nominated. */
export class Nomination {
  readonly #checks: Checks;
  #hole: Endpoint | null = null;
  #txid: Uint8Array = new Uint8Array(v2.TXID_BYTES);
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
    this.#offer = null;
    this.#firstOfferAt = null;
  }

  /** Controlling: nominates an address that has answered. */
  choose({ endpoint, answer }: Target): void {
    if (answer === null) return;
    this.#hole = endpoint;
    this.#txid = answer.txid;
  }

  /** Controlled: hears a nomination. "taken": it makes the hole. "again": it has made it. */
  hear(txid: Uint8Array, remote: Endpoint, now: Instant): "taken" | "again" | DropReason {
    this.#firstOfferAt ??= now;
    if (this.#hole === null) {
      const target = this.#checks.hear(remote, now);
      if (target !== null) this.#checks.hurry(target, now);
      this.#offer = { remote: { ...remote }, txid: Uint8Array.from(txid), at: now };
      return this.reconsider(now) ? "taken" : "not-yet";
    }
    if (!sameEndpoint(this.#hole, remote)) return "not-the-hole";
    this.#txid = Uint8Array.from(txid);
    this.#lastOfferAt = now;
    return "again";
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
    this.#lastOfferAt = now;
    return true;
  }

  /** Why a word about the nomination is not about this one; null where it is. */
  refuse(txid: Uint8Array, remote: Endpoint): DropReason | null {
    if (this.#hole === null || !v2.sameId(this.#txid, txid)) return "unknown-transaction";
    return sameEndpoint(this.#hole, remote) ? null : "not-the-hole";
  }

  /** Controlled: whether the partner nominated to the end of its time, so that no confirmation can have arrived. */
  get wasNeverConfirmed(): boolean {
    return this.#firstOfferAt !== null && this.#lastOfferAt - this.#firstOfferAt >= STILL_NOMINATING_MS;
  }
}
