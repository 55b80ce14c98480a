import type { Deadline, Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, sameEndpoint, v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import { type Path, relayPath } from "../path.js";
import type { Outbox } from "./outbox.js";
import { RELAY_PAUSES_MS, RELAYING, type RelayWish, SETTLED } from "./relaying.table.js";

/** Whether control may relay for us: where there is no direct path, never, or instead of any direct path. */
export type RelayMode = "auto" | "never" | "only";

export interface RelayingParts {
  readonly mode: RelayMode;
  /** How long after the partner came the relay may be taken. */
  readonly afterMs: number;
  /** Since when the partner has been there, where an earlier run of ours met it. */
  readonly metAt: Instant | null;
  readonly random: (length: number) => Uint8Array;
  readonly outbox: Outbox;
  /** Says RELAY to control, and answers with its seq; null: we are not bound. */
  say(partnerId: Uint8Array, op: v2.RelayOp): number | null;
}

/** What the rest of a session comes to for the relay. */
export interface RelayStanding {
  readonly partner: Uint8Array | null;
  readonly hole: Path | null;
  /** Where we are bound. */
  readonly control: Endpoint | null;
  /** Whether the partner has listed nothing that we could send to. */
  readonly direct: "possible" | "hopeless";
}

/** How our end of the relay stands at control, as far as we were told, and what we say about it. It decides on no path. */
export class Relaying {
  readonly #parts: RelayingParts;
  #wish: RelayWish | null = null;
  #partner: Uint8Array | null = null;
  #control: Endpoint | null = null;
  #state: v2.RelayState | null = null;
  #reason: v2.RelayReason = "none";
  /** Of the first RELAY with this wish. */
  #firstSeq = Number.POSITIVE_INFINITY;
  /** The newest that we said about this partner, and the newest that control said it took; at first the first one. */
  #saidSeq = 0;
  #tookSeq = 0;
  /** RELAYs with this wish that have not come to it. */
  #said = 0;
  #saidAt: Instant = Number.NEGATIVE_INFINITY;
  #dueAt: Instant | null = null;
  #metAt: Instant | null;
  #runAt: Instant = Number.NEGATIVE_INFINITY;
  #partedAt: Instant | null = null;
  #isHandingOver = false;
  #direct: RelayStanding["direct"] = "possible";

  constructor(parts: RelayingParts) {
    this.#parts = parts;
    this.#metAt = parts.metAt;
  }

  /** Since when the partner has been there, whichever of its runs. */
  get metAt(): Instant | null {
    return this.#metAt;
  }

  /** When the direct ways have had their time. */
  get opensAt(): Instant {
    const { afterMs } = this.#parts;
    if (this.#direct === "hopeless" || this.#metAt === null) return Number.NEGATIVE_INFINITY;
    return Math.max(this.#metAt + afterMs, this.#runAt + Math.min(afterMs, RELAYING.afterRunMs));
  }

  /** The way through control; null while frames do not pass there. */
  get path(): Path | null {
    const isOpen = this.#state === "open" || this.#state === "carrying";
    return isOpen && this.#control !== null ? relayPath(this.#control) : null;
  }

  /** Whether control said that another program may have our socket. */
  get isReleased(): boolean {
    return this.#wish === "released" && this.#state === "released";
  }

  get deadline(): Deadline | null {
    if (this.#dueAt === null || this.#control === null || this.#wish === null || this.#partner === null) return null;
    return { at: this.#dueAt, why: `relay ${this.#wish} at ${formatEndpoint(this.#control)}` };
  }

  /** Looks at what is to be said now: for after every piece of news. */
  follow(standing: RelayStanding, now: Instant): void {
    this.#notePartner(standing.partner, now);
    const { control } = standing;
    const before = this.#direct;
    this.#direct = standing.direct;
    const isSameControl =
      control === null || this.#control === null ? control === this.#control : sameEndpoint(control, this.#control);
    if (!isSameControl) {
      this.#control = control === null ? null : { ...control };
      this.#forgetState();
    }
    const wish = this.#wishIn(standing);
    if (wish === this.#wish && isSameControl && before === this.#direct) return this.wake(now);
    this.#wish = wish;
    this.#begin(now);
  }

  /** When the relay is asked for. */
  get #asksAt(): Instant {
    const { afterMs } = this.#parts;
    return Math.min(this.#runAt + Math.min(RELAYING.askAfterMs, afterMs / 2), this.opensAt);
  }

  wake(now: Instant): void {
    if (this.#dueAt === null || now < this.#dueAt || this.#wish === null || this.#partner === null) return;
    const pausesMs = RELAY_PAUSES_MS[this.#wish];
    if (this.#wish === "released" && this.#said === pausesMs.length) {
      this.#dueAt = null;
      return this.#parts.outbox.event({ type: "relay", end: "lost", reason: this.#reason });
    }
    const seq = this.#parts.say(this.#partner, this.#wish);
    if (seq !== null) {
      this.#firstSeq = Math.min(this.#firstSeq, seq);
      if (this.#saidSeq === 0) this.#tookSeq = seq;
      this.#saidSeq = seq;
    }
    this.#said += 1;
    this.#saidAt = now;
    this.#dueAt = now + (pausesMs[Math.min(this.#said, pausesMs.length) - 1] ?? 0);
  }

  /** Takes a RELAYED to us, or says why not. */
  hear({ partnerId, echoSeq, state, reason }: v2.Relayed, remote: Endpoint, now: Instant): DropReason | null {
    if (this.#control === null || !sameEndpoint(remote, this.#control)) return "not-from-control";
    if (this.#partner === null || !v2.sameId(partnerId, this.#partner)) return "not-partner";
    if (echoSeq > this.#saidSeq || echoSeq < this.#tookSeq) return "stale";
    // Only what we asked for can have been granted.
    if (state === "released" && (this.#wish !== "released" || echoSeq < this.#firstSeq)) return "stale";
    this.#tookSeq = echoSeq;
    const isNews = state !== this.#state || reason !== this.#reason;
    const wasSettled = this.#isSettled;
    this.#state = state;
    this.#reason = reason;
    if (isNews) this.#parts.outbox.event({ type: "relay", end: state, reason });
    this.#schedule(wasSettled, now);
    return null;
  }

  /** Control has forgotten us, or knows us at another address: we ask again once it has bound us. */
  forget(now: Instant): void {
    if (this.#wish === null || this.#dueAt === null) return;
    // Not sooner, however often anybody with the control key says so.
    this.#dueAt = Math.min(this.#dueAt, Math.max(now, this.#saidAt + RELAYING.againMs));
  }

  /** Another program is to have our socket. */
  handOver(): void {
    this.#isHandingOver = true;
  }

  #wishIn({ partner, hole, control }: RelayStanding): RelayWish | null {
    if (this.#parts.mode === "never" || partner === null || control === null) return null;
    if (hole === null) return "want";
    if (hole.via === "direct") return null;
    return this.#isHandingOver ? "released" : "chosen";
  }

  #notePartner(partner: Uint8Array | null, now: Instant): void {
    const before = this.#partner;
    if (before === null ? partner === null : partner !== null && v2.sameId(partner, before)) return;
    this.#partner = partner === null ? null : Uint8Array.from(partner);
    this.#wish = null;
    this.#forgetState();
    if (partner === null) {
      this.#partedAt = now;
      return;
    }
    const wasAway = this.#partedAt !== null && now - this.#partedAt > RELAYING.forgetMs;
    if (this.#metAt === null || wasAway) this.#metAt = now;
    this.#partedAt = null;
    this.#runAt = now;
  }

  #forgetState(): void {
    this.#state = null;
    this.#reason = "none";
    this.#saidSeq = 0;
    this.#tookSeq = 0;
  }

  #begin(now: Instant): void {
    this.#firstSeq = Number.POSITIVE_INFINITY;
    this.#said = 0;
    this.#dueAt = this.#wish === null ? null : this.#wish === "want" ? Math.max(now, this.#asksAt) : now;
    this.wake(now);
  }

  get #isSettled(): boolean {
    return this.#wish === null || (this.#state !== null && SETTLED[this.#wish].includes(this.#state));
  }

  #schedule(wasSettled: boolean, now: Instant): void {
    if (this.#wish === null || this.#dueAt === null) return;
    if (this.#isSettled) {
      this.#said = 0;
      this.#dueAt = this.#wish === "released" ? null : now + this.#keepAliveMs();
    } else if (wasSettled || this.#reason === "idle" || this.#reason === "parted") {
      this.#dueAt = Math.min(this.#dueAt, Math.max(now, this.#saidAt + RELAYING.againMs));
    } else if (this.#state === "none" && this.#wish !== "released") {
      this.#dueAt = now + RELAYING.refusedMs;
    }
  }

  #keepAliveMs(): number {
    const [byte = 0] = this.#parts.random(1);
    return RELAYING.keepAliveMs * (1 + RELAYING.keepAliveSpread * (byte / 127.5 - 1));
  }
}
