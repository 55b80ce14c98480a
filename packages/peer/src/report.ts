import type { Datagram, Instant, Observer } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { Phase } from "./drill.table.js";
import type { PeerEvent } from "./events.js";
import type { SessionPhase } from "./v2/session.table.js";

/** One stay in a phase. */
export interface PhaseReport {
  readonly phase: Phase | SessionPhase;
  /** Milliseconds from the start of the punch to the beginning of this stay. */
  readonly atMs: number;
  /** How long it lasted, in milliseconds. */
  readonly ms: number;
  /** Datagrams sent and heard (junk included) meanwhile. */
  readonly sent: number;
  readonly heard: number;
}

/** How a punch went, up to the moment that the hole was there. */
export interface PunchReport {
  /** Milliseconds from `punch()` having its socket to the hole. */
  readonly totalMs: number;
  /** Control's address as it was used last; null where the partner came before control's name was looked up. */
  readonly control: Endpoint | null;
  /** What proved both directions: the partner's answer to our ping, or its close after our pong. */
  readonly by: "pong" | "close" | "nomination";
  readonly phases: readonly PhaseReport[];
}

/** What is known when a punch ends without a hole. */
export interface Findings {
  readonly elapsedMs: number;
  readonly control: Endpoint | null;
  /** Where control last said the partner is, and how long ago. */
  readonly introduced: { readonly endpoint: Endpoint; readonly agoMs: number } | null;
  /** Where the partner was last heard. */
  readonly heard: Endpoint | null;
  /** Datagrams of netpunch's shape under another secret. */
  readonly badSignatures: number;
  readonly sendError: Error | null;
  readonly resolveError: Error | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An observer that takes notes, for the report of a hole and for the explanation of a failure. */
export class Recorder implements Observer<PeerEvent> {
  #startedAt: Instant | null = null;
  #phases: Mutable<PhaseReport>[] = [];
  #control: Endpoint | null = null;
  #introduced: { endpoint: Endpoint; at: Instant } | null = null;
  #heard: Endpoint | null = null;
  #badSignatures = 0;
  #sendError: Error | null = null;
  #resolveError: Error | null = null;
  #report: PunchReport | null = null;

  /** How it went; null until connected. */
  get report(): PunchReport | null {
    return this.#report;
  }

  datagram(direction: "in" | "out", _datagram: Datagram): void {
    const phase = this.#phases.at(-1);
    if (phase !== undefined) phase[direction === "in" ? "heard" : "sent"] += 1;
  }

  sendFailed(_remote: Endpoint, error: Error): void {
    this.#sendError = error;
  }

  resolveFailed(error: Error): void {
    this.#resolveError = error;
  }

  event(event: PeerEvent, at: Instant): void {
    this.#startedAt ??= at;
    if (event.type === "control") {
      this.#control = event.endpoint;
      this.#resolveError = null;
    } else if (event.type === "introduced") this.#introduced = { endpoint: event.endpoint, at };
    else if (event.type === "heard") this.#heard = event.endpoint;
    else if (event.type === "dropped" && event.reason === "bad-signature") this.#badSignatures += 1;
    else if (event.type === "phase") this.#begin(event.phase, at);
    else if (event.type === "connected") this.#conclude(event.by, at);
  }

  findings(now: Instant): Findings {
    const introduced = this.#introduced;
    return {
      elapsedMs: now - (this.#startedAt ?? now),
      control: this.#control,
      introduced: introduced && { endpoint: introduced.endpoint, agoMs: now - introduced.at },
      heard: this.#heard,
      badSignatures: this.#badSignatures,
      sendError: this.#sendError,
      resolveError: this.#resolveError,
    };
  }

  /** A stay that came again and again (a long wait) is kept in its last 64 parts, so that memory stays bounded. */
  #begin(phase: Phase | SessionPhase, at: Instant): void {
    this.#end(at);
    if (this.#phases.length === 64) this.#phases.shift();
    this.#phases.push({ phase, atMs: at - (this.#startedAt ?? at), ms: 0, sent: 0, heard: 0 });
  }

  #end(at: Instant): void {
    const last = this.#phases.at(-1);
    if (last !== undefined) last.ms = at - (this.#startedAt ?? at) - last.atMs;
  }

  #conclude(by: PunchReport["by"], at: Instant): void {
    this.#end(at);
    this.#report = {
      totalMs: at - (this.#startedAt ?? at),
      control: this.#control,
      by,
      phases: this.#phases.map((phase) => ({ ...phase })),
    };
  }
}
