// biome-ignore-all lint/style/noExcessiveLinesPerFile: the relay has made it too long; it is to be split.
import type { Datagram, Instant, Observer } from "@netpunch/transport";
import { type Endpoint, ipFamily, sameEndpoint } from "@netpunch/wire";
import type { PathKind, PeerEvent, SessionState } from "./events.js";
import { explainRelayed, type RelayFinding } from "./explain-relay.js";
import { type PunchReport, Stays } from "./report.js";
import type { Phase } from "./v1/drill.table.js";
import type { SessionPhase } from "./v2/session.table.js";

/** An address of the partner's, and how it became known. */
export interface KnownAddress {
  readonly kind: PathKind;
  readonly endpoint: Endpoint;
}

/** Where the partner is: for how long that has been known, and how long ago it was last told or heard, in milliseconds. */
export interface Sighting {
  readonly endpoint: Endpoint;
  readonly forMs: number;
  readonly agoMs: number;
}

/** What is known of a punch at one moment. All that is said of one is made of this. */
export interface Findings {
  /** Milliseconds since the first event. */
  readonly elapsedMs: number;
  /** Null before the first one. Where "auto" speaks both protocols, that of either. */
  readonly phase: Phase | SessionPhase | null;
  /** The address of control's that is asked now; null: its name was not looked up yet. */
  readonly control: Endpoint | null;
  /** All of them that were asked, in the order of their first turn. */
  readonly asked: readonly Endpoint[];
  /** Since the first of them was; 0: none was. */
  readonly askedMs: number;
  /** Where control saw us, one of each address family, the latest last; empty: it has not answered, or v1 does not tell. */
  readonly observed: readonly Endpoint[];
  /** v2: how control said last that the session stands. */
  readonly session: SessionState | null;
  /** Where the partner may be: as control said, and where it was heard beside that. */
  readonly addresses: readonly KnownAddress[];
  /** v2: how long control said, in all, that the partner was there. */
  readonly presentMs: number;
  /** How long ago control's last datagram came; null: none ever did. */
  readonly controlSilentMs: number | null;
  /** Where words of control's came from that was not the address asked; null: nowhere. */
  readonly strayControl: Endpoint | null;
  /** v1: where control last said the partner is. */
  readonly introduced: Sighting | null;
  /** Where the partner was heard, of several addresses the newest. */
  readonly heard: Sighting | null;
  /** The partner that is tried now: since when, at which address first, and whether it was heard; null: none is. */
  readonly drill: { readonly ms: number; readonly target: Endpoint | null; readonly isHeard: boolean } | null;
  /** Null until both directions work. `path` is null in v1. */
  readonly hole: { readonly endpoint: Endpoint; readonly path: PathKind | null } | null;
  /** Whether the partner must still be told of the hole; in v2 only, as v1 never knows. */
  readonly isOwed: boolean;
  /** v2: what control said last of its relay; null: nothing. */
  readonly relay: RelayFinding | null;
  /** What was tried against a router's entry in the way; null: nothing, or not yet. */
  readonly wayOut: "other port" | "silence" | null;
  /** For how long the drill says nothing to the partner from now on, so that such an entry is forgotten; else 0. */
  readonly silentForMs: number;
  /** Datagrams of netpunch's shape under another secret. */
  readonly badSignatures: number;
  /** The last datagram that could not be sent, to whomever. */
  readonly sendError: Error | null;
  /** The last one to control, unless control was heard since, and how long ago. */
  readonly controlError: { readonly error: Error; readonly agoMs: number } | null;
  readonly resolveError: Error | null;
}

type Connected = Extract<PeerEvent, { type: "connected" }>;
type PhaseEvent = Extract<PeerEvent, { type: "phase" }>;
interface Seen {
  readonly endpoint: Endpoint;
  readonly since: Instant;
  readonly last: Instant;
}

/** chosen: more than a partner can have; who has the secret could be heard from anywhere. */
const MOST_ADDRESSES = 32;

/** There is nobody yet, or nobody any more. */
const ALONE: ReadonlySet<PhaseEvent["phase"]> = new Set(["discovering", "announcing", "waiting"]);

/**
 * Follows a punch, and knows at each moment how it stands: the one place where events become facts. The report of a hole, the
 * explanation of a failure, a line for somebody who waits and a picture are all made of its findings. It is an observer, and does
 * nothing by itself.
 */
export class Progress implements Observer<PeerEvent> {
  readonly #keyDerivationMs: number;
  readonly #stays = new Stays();
  #startedAt: Instant | null = null;
  #phase: Findings["phase"] = null;
  #asked: readonly Endpoint[] = [];
  #control: Endpoint | null = null;
  #askedSince: Instant | null = null;
  #observed: readonly Endpoint[] = [];
  #session: SessionState | null = null;
  #addresses: readonly KnownAddress[] = [];
  #presentSince: Instant | null = null;
  #presentMs = 0;
  #controlHeardAt: Instant | null = null;
  #strayControl: Endpoint | null = null;
  #introduced: Seen | null = null;
  #heard: Seen | null = null;
  #drill: { readonly target: Endpoint | null; readonly since: Instant } | null = null;
  /** Since there was nobody. */
  #isHeard = false;
  #hole: Findings["hole"] = null;
  #isOwed = false;
  #relay: RelayFinding | null = null;
  #wayOut: Findings["wayOut"] = null;
  #silentUntil: Instant | null = null;
  #badSignatures = 0;
  #sendError: Error | null = null;
  #controlError: { readonly error: Error; readonly at: Instant } | null = null;
  #resolveError: Error | null = null;
  #report: PunchReport | null = null;

  /** @param options.keyDerivationMs what the report is to say of the keys; default 0 */
  constructor({ keyDerivationMs = 0 }: { readonly keyDerivationMs?: number } = {}) {
    this.#keyDerivationMs = keyDerivationMs;
  }

  /** How it went; null until connected. */
  get report(): PunchReport | null {
    return this.#report;
  }

  datagram(direction: "in" | "out", { remote }: Datagram, at: Instant): void {
    this.#stays.count(direction);
    if (direction === "out") return;
    if (this.#control !== null && sameEndpoint(remote, this.#control)) {
      this.#controlHeardAt = at;
      this.#controlError = null;
    }
    if (this.#heard !== null && sameEndpoint(remote, this.#heard.endpoint)) this.#heard = { ...this.#heard, last: at };
  }

  sendFailed(remote: Endpoint, error: Error, at: Instant): void {
    this.#sendError = error;
    if (this.#control !== null && sameEndpoint(remote, this.#control)) this.#controlError = { error, at };
  }

  resolveFailed(error: Error): void {
    this.#resolveError = error;
  }

  event(event: PeerEvent, at: Instant): void {
    this.#startedAt ??= at;
    switch (event.type) {
      case "control":
        return this.#ask(event.endpoint, at);
      case "observed":
        return this.#observe(event.endpoint);
      case "session":
        return this.#stand(event.state, at);
      case "candidates":
        this.#addresses = event.candidates;
        return;
      case "introduced":
        this.#introduced = seen(this.#introduced, event.endpoint, at);
        return this.#know({ kind: "reflexive", endpoint: event.endpoint });
      case "heard":
        return this.#hear(event.endpoint, at);
      case "phase":
        return this.#enter(event, at);
      case "relay":
        this.#relay = { end: event.end, reason: event.reason };
        return;
      case "wayOut":
        this.#wayOut = event.way;
        this.#silentUntil = event.way === "silence" ? at + event.ms : null;
        return;
      case "connected":
        return this.#conclude(event, at);
      case "confirmed":
      case "unconfirmed":
        this.#isOwed = false;
        return;
      case "partnerRestarted":
        // Before it was sure of the hole, the drill starts over with it; afterwards nothing changes.
        if (this.#isOwed) this.#hole = null;
        return;
      case "dropped":
        return this.#drop(event);
    }
  }

  findings(now: Instant): Findings {
    const [drill, controlError] = [this.#drill, this.#controlError];
    return {
      elapsedMs: this.#elapsed(now),
      phase: this.#phase,
      control: this.#control,
      asked: this.#asked,
      askedMs: now - (this.#askedSince ?? now),
      observed: this.#observed,
      session: this.#session,
      addresses: this.#addresses,
      presentMs: this.#presentMs + (this.#presentSince === null ? 0 : now - this.#presentSince),
      controlSilentMs: this.#controlHeardAt === null ? null : now - this.#controlHeardAt,
      strayControl: this.#strayControl,
      introduced: this.#introduced && sighting(this.#introduced, now),
      heard: this.#heard && sighting(this.#heard, now),
      drill: drill && { ms: now - drill.since, target: drill.target, isHeard: this.#isHeard },
      hole: this.#hole,
      isOwed: this.#isOwed,
      relay: this.#relay,
      wayOut: this.#wayOut,
      silentForMs: Math.max((this.#silentUntil ?? now) - now, 0),
      badSignatures: this.#badSignatures,
      sendError: this.#sendError,
      controlError: controlError && { error: controlError.error, agoMs: now - controlError.at },
      resolveError: this.#resolveError,
    };
  }

  #elapsed(now: Instant): number {
    return now - (this.#startedAt ?? now);
  }

  #ask(endpoint: Endpoint, at: Instant): void {
    this.#askedSince ??= at;
    this.#control = endpoint;
    this.#controlError = null;
    this.#resolveError = null;
    if (!this.#asked.some((each) => sameEndpoint(each, endpoint)))
      this.#asked = [...this.#asked, endpoint].slice(-MOST_ADDRESSES);
  }

  #observe(endpoint: Endpoint): void {
    const family = ipFamily(endpoint.address);
    this.#observed = [...this.#observed.filter(({ address }) => ipFamily(address) !== family), endpoint];
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

  #know(address: KnownAddress): void {
    if (this.#addresses.some(({ endpoint }) => sameEndpoint(endpoint, address.endpoint))) return;
    this.#addresses = [...this.#addresses, address].slice(-MOST_ADDRESSES);
  }

  #hear(endpoint: Endpoint, at: Instant): void {
    this.#heard = seen(this.#heard, endpoint, at);
    this.#silentUntil = null;
    this.#isHeard = true;
    this.#know({ kind: "peer-reflexive", endpoint });
  }

  #enter({ phase, target }: PhaseEvent, at: Instant): void {
    this.#phase = phase;
    this.#stays.begin(phase, this.#elapsed(at));
    if (ALONE.has(phase)) {
      this.#drill = null;
      this.#isHeard = false;
    } else if (target !== null || phase === "checking") {
      this.#drill = { since: this.#drill?.since ?? at, target: target ?? this.#drill?.target ?? null };
    }
  }

  /** From another address than the one that was asked, so that nobody can tell it from a forged one. */
  #drop({ reason, remote }: Extract<PeerEvent, { type: "dropped" }>): void {
    if (reason === "bad-signature") this.#badSignatures += 1;
    const isAsked = this.#asked.some((each) => sameEndpoint(each, remote));
    if (reason === "not-from-control" && !isAsked) this.#strayControl = remote;
  }

  #conclude(event: Connected, at: Instant): void {
    const { endpoint, by } = event;
    const path = event.path ?? null;
    this.#stays.end(this.#elapsed(at));
    this.#hole = { endpoint, path };
    this.#isOwed = path !== null;
    this.#silentUntil = null;
    this.#report = {
      totalMs: this.#elapsed(at),
      keyDerivationMs: this.#keyDerivationMs,
      protocol: path === null ? "v1" : "v2",
      path,
      roundTripMs: event.roundTripMs ?? null,
      control: this.#control,
      by,
      relayed: path === "relayed" ? explainRelayed(this.findings(at)) : null,
      phases: this.#stays.list(),
    };
  }
}

function seen(before: Seen | null, endpoint: Endpoint, at: Instant): Seen {
  const isKnown = before !== null && sameEndpoint(before.endpoint, endpoint);
  return { endpoint, since: isKnown ? before.since : at, last: at };
}

function sighting({ endpoint, since, last }: Seen, now: Instant): Sighting {
  return { endpoint, forMs: now - since, agoMs: now - last };
}
