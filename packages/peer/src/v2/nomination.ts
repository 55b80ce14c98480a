import type { Instant } from "@netpunch/transport";
import { v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import { type Path, samePath } from "../path.js";
import { OFFER_MS } from "./schedules.js";
import type { Only } from "./select.js";
import type { Target } from "./target.js";

/** A nomination by the partner, or an early one of ours. */
interface Nominated {
  readonly path: Path;
  readonly txid: Uint8Array;
  readonly at: Instant;
}

/** By a partner that has no hole yet, or by one that has. */
export type NominationKind = "early" | "certain";

/** Which path was nominated, by us where we control, else by the partner. */
export class Nomination {
  #path: Path | null = null;
  #txid: Uint8Array = new Uint8Array(v2.TXID_BYTES);
  /**
   * Controlling: nominated before its address has answered us; its transaction is that of the partner's ping from there. The partner
   * may have taken it, and there is no taking it back.
   */
  #early: Nominated | null = null;
  #earlyIs: "offered" | "taken" = "offered";
  /** Controlled: the newest one that could not be taken when it came. */
  #offer: (Nominated & { readonly kind: NominationKind }) | null = null;
  /** Controlled: what the path was nominated as, until now. */
  #kind: NominationKind = "early";

  /** Where the hole leads. */
  get path(): Path | null {
    return this.#path;
  }

  /** The transaction that all words about the nomination carry: that of the ping which its address answered. */
  get txid(): Uint8Array {
    return this.#txid;
  }

  /** Controlling: what was nominated before it answered. */
  get early(): Nominated | null {
    return this.#early;
  }

  /** Another partner: it has nominated nothing. */
  clear(): void {
    this.#path = null;
    this.#offer = null;
    this.dropEarly();
  }

  /** Controlling: nominates a target that has not answered yet, behind the answer to a ping from there. */
  chooseEarly({ path }: Target, txid: Uint8Array, now: Instant): void {
    this.#early = { path, txid: Uint8Array.from(txid), at: now };
  }

  /** Controlling: the partner has taken the early one, and takes no other. */
  holdEarly(): void {
    this.#earlyIs = "taken";
  }

  /** The early one counts no more: a path is certain, or our own address is another one. */
  dropEarly(): void {
    this.#early = null;
    this.#earlyIs = "offered";
  }

  /** Controlling: nominates a target that has answered. */
  choose({ path, answer }: Target): void {
    if (answer === null) return;
    this.#path = path;
    this.#txid = answer.txid;
  }

  /** Controlled: keeps a nomination until it can be taken. */
  offer(path: Path, txid: Uint8Array, kind: NominationKind, now: Instant): void {
    const before = this.#offer;
    // A copy of the early one that was held back does not make a later one early again.
    const isOlder = kind === "early" && before?.kind === "certain" && samePath(before.path, path);
    if (!isOlder) this.#offer = { path, txid: Uint8Array.from(txid), kind, at: now };
  }

  /** The one path that may be taken: the early one, or the one that the partner nominated; null: any. */
  only(role: "controlling" | "controlled"): Only | null {
    const nominated = role === "controlling" ? this.#early : this.#offer;
    if (nominated === null) return null;
    const mayChange = role === "controlling" && this.#earlyIs === "offered";
    return { path: nominated.path, since: nominated.at, until: mayChange ? "early" : "for good" };
  }

  /** Controlled: whether what the partner nominated is still on offer, now that its address has answered. */
  isOnOffer({ answer }: Target, now: Instant): boolean {
    if (this.#offer === null || answer === null) return false;
    const longerMs = Math.max(0, answer.roundTripMs - OFFER_MS);
    return now - this.#offer.at < OFFER_MS + 2 * longerMs;
  }

  /** Controlled: takes what is on offer. */
  take(): void {
    if (this.#offer === null) return;
    const { path, txid, kind } = this.#offer;
    this.#path = path;
    this.#txid = txid;
    this.#kind = kind;
    this.#offer = null;
  }

  /** Controlled: hears a nomination once there is a hole. "certain": the first one that is. */
  hearAgain(path: Path, txid: Uint8Array, kind: NominationKind): "again" | "certain" | DropReason {
    if (this.#path === null || !samePath(this.#path, path)) return "not-the-hole";
    if (kind === "early") return "again";
    const before = this.#kind;
    this.#kind = kind;
    this.#txid = Uint8Array.from(txid);
    return before === "early" ? "certain" : "again";
  }

  /** Why a word about the nomination is not about this one; null where it is. */
  refuse(txid: Uint8Array, path: Path): DropReason | null {
    if (this.#path === null || !v2.sameId(this.#txid, txid)) return "unknown-transaction";
    return samePath(this.#path, path) ? null : "not-the-hole";
  }
}
