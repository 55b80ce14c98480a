import type { Datagram, Instant, Observer } from "@netpunch/transport";
import { type Endpoint, sameEndpoint, type v2 } from "@netpunch/wire";
import type { PathKind, PeerEvent, Protocol, SessionState } from "./events.js";
import type { Phase } from "./v1/drill.table.js";
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
  /** Milliseconds from `punch()` having its keys and its socket to the hole. */
  readonly totalMs: number;
  /** Milliseconds that the keys took before that; a passphrase takes some 300 in v2. */
  readonly keyDerivationMs: number;
  readonly protocol: Protocol;
  /** How the partner's address became known; null in v1, which does not tell. */
  readonly path: PathKind | null;
  /** Of the ping that made the hole, in milliseconds; null in v1. */
  readonly roundTripMs: number | null;
  /** Control's address as it was used last; null where the partner came before control's name was looked up. */
  readonly control: Endpoint | null;
  /**
   * What proved both directions: the partner's answer to our ping, or, in v1, its close after our pong, in v2 its nomination
   * of a path that had answered us.
   */
  readonly by: "pong" | "close" | "nomination";
  readonly phases: readonly PhaseReport[];
}

/** What is known when a punch ends without a hole. */
export interface Findings {
  readonly elapsedMs: number;
  readonly control: Endpoint | null;
  /** v2: where control saw us; null: it has not answered. */
  readonly observed: Endpoint | null;
  /** v2: how control said last that the session stands. */
  readonly session: SessionState | null;
  /** v2: the partner's addresses as control handed them over. */
  readonly candidates: readonly v2.Candidate[];
  /** v2: how long control said, in all, that the partner was there. */
  readonly presentMs: number;
  /** How long ago control's last datagram came; null: none ever did. */
  readonly controlSilentMs: number | null;
  /** Where words of control's came from that was not the address asked; null: nowhere. */
  readonly strayControl: Endpoint | null;
  /** v1: where control last said the partner is, and how long ago. */
  readonly introduced: { readonly endpoint: Endpoint; readonly agoMs: number } | null;
  /** Where the partner was last heard. */
  readonly heard: Endpoint | null;
  /** What was tried against a router's entry in the way; null: nothing, or not yet. */
  readonly wayOut: "other port" | "silence" | null;
  /** Datagrams of netpunch's shape under another secret. */
  readonly badSignatures: number;
  readonly sendError: Error | null;
  readonly resolveError: Error | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Connected = Extract<PeerEvent, { type: "connected" }>;

/** An observer that takes notes, for the report of a hole and for the explanation of a failure. */
export class Recorder implements Observer<PeerEvent> {
  readonly #keyDerivationMs: number;
  #startedAt: Instant | null = null;
  #phases: Mutable<PhaseReport>[] = [];
  #control: Endpoint | null = null;
  #observed: Endpoint | null = null;
  #session: SessionState | null = null;
  #candidates: readonly v2.Candidate[] = [];
  #presentSince: Instant | null = null;
  #presentMs = 0;
  #controlHeardAt: Instant | null = null;
  #strayControl: Endpoint | null = null;
  #introduced: { endpoint: Endpoint; at: Instant } | null = null;
  #heard: Endpoint | null = null;
  #wayOut: Findings["wayOut"] = null;
  #badSignatures = 0;
  #sendError: Error | null = null;
  #resolveError: Error | null = null;
  #report: PunchReport | null = null;

  constructor(keyDerivationMs: number) {
    this.#keyDerivationMs = keyDerivationMs;
  }

  /** How it went; null until connected. */
  get report(): PunchReport | null {
    return this.#report;
  }

  datagram(direction: "in" | "out", { remote }: Datagram, at: Instant): void {
    const isControls = this.#control !== null && sameEndpoint(remote, this.#control);
    if (direction === "in" && isControls) this.#controlHeardAt = at;
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
    switch (event.type) {
      case "control":
        this.#control = event.endpoint;
        this.#resolveError = null;
        break;
      case "observed":
        this.#observed = event.endpoint;
        break;
      case "session":
        this.#stand(event.state, at);
        break;
      case "candidates":
        this.#candidates = event.candidates;
        break;
      case "introduced":
        this.#introduced = { endpoint: event.endpoint, at };
        break;
      case "heard":
        this.#heard = event.endpoint;
        break;
      case "wayOut":
        this.#wayOut = event.way;
        break;
      case "dropped":
        if (event.reason === "bad-signature") this.#badSignatures += 1;
        if (event.reason === "not-from-control") this.#strayControl = event.remote;
        break;
      case "phase":
        this.#begin(event.phase, at);
        break;
      case "connected":
        this.#conclude(event, at);
        break;
    }
  }

  findings(now: Instant): Findings {
    const introduced = this.#introduced;
    return {
      elapsedMs: now - (this.#startedAt ?? now),
      control: this.#control,
      observed: this.#observed,
      session: this.#session,
      candidates: this.#candidates,
      presentMs: this.#presentMs + (this.#presentSince === null ? 0 : now - this.#presentSince),
      controlSilentMs: this.#controlHeardAt === null ? null : now - this.#controlHeardAt,
      strayControl: this.#strayControl,
      introduced: introduced && { endpoint: introduced.endpoint, agoMs: now - introduced.at },
      heard: this.#heard,
      wayOut: this.#wayOut,
      badSignatures: this.#badSignatures,
      sendError: this.#sendError,
      resolveError: this.#resolveError,
    };
  }

  /** How the session stands: the last word is not all, as a partner that gives up first leaves. */
  #stand(state: SessionState, at: Instant): void {
    this.#session = state;
    if (state === "present") this.#presentSince ??= at;
    else if (this.#presentSince !== null) {
      this.#presentMs += at - this.#presentSince;
      this.#presentSince = null;
    }
  }

  /** A stay that came again and again (a long wait) is kept in its last 64 parts, so that memory stays bounded. */
  #begin(phase: PhaseReport["phase"], at: Instant): void {
    this.#end(at);
    if (this.#phases.length === 64) this.#phases.shift();
    this.#phases.push({ phase, atMs: at - (this.#startedAt ?? at), ms: 0, sent: 0, heard: 0 });
  }

  #end(at: Instant): void {
    const last = this.#phases.at(-1);
    if (last !== undefined) last.ms = at - (this.#startedAt ?? at) - last.atMs;
  }

  #conclude({ by, path, roundTripMs }: Connected, at: Instant): void {
    this.#end(at);
    this.#report = {
      totalMs: at - (this.#startedAt ?? at),
      keyDerivationMs: this.#keyDerivationMs,
      protocol: path === undefined ? "v1" : "v2",
      path: path ?? null,
      roundTripMs: roundTripMs ?? null,
      control: this.#control,
      by,
      phases: this.#phases.map((phase) => ({ ...phase })),
    };
  }
}
