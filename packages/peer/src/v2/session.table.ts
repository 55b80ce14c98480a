/**
 * A session of v2 at a glance: where a peer goes from each phase on each signal, and when it says what. Data only;
 * `session-core.ts` runs it. Of the two runs that meet, the one with the higher id controls: it nominates the path.
 */

export type SessionPhase =
  /** Control has not answered yet. */
  | "announcing"
  /** Control knows us; no partner is there. */
  | "waiting"
  /** The partner's addresses are pinged. */
  | "checking"
  /** The controlling side has a path; both are behind one NAT, so a shorter one may turn up. */
  | "choosing"
  /** The controlling side has its hole, and tells the partner which path it is. */
  | "nominating"
  /** The partner knows, and is told that we know. */
  | "finishing"
  /** The controlled side has its hole, and confirms each nomination until it is told that one arrived. */
  | "confirming"
  /** Nothing is owed to the partner any more. */
  | "connected"
  /** The partner confirmed nothing in time; it may have no hole. */
  | "unconfirmed";

export type SessionSignal =
  /** Control answered, and names no partner. */
  | "bound"
  /** Control says that the partner which it named is there no more. */
  | "parted"
  /** A run is our partner now that was not: control named it, or it pinged us. */
  | "introduced"
  /** Controlling: an address answered, and a shorter way to the partner may answer in a moment. */
  | "answered"
  /** Controlling: an address answered, and no better one is waited for. */
  | "chosen"
  /** Controlled: the partner nominated an address that has answered us. */
  | "nominated"
  /** Controlling: the partner confirmed the nomination. */
  | "confirmed"
  /** Controlled: the partner knows of our confirmation. */
  | "done"
  /** Controlled: the phase's time is over, and the partner's silence says that it had what it needed. */
  | "settled"
  /** The phase's time is over. */
  | "exhausted";

/** "stay" changes nothing, not even a timer; a phase that names itself starts over. */
export type SessionNext = SessionPhase | "stay";

export const SESSION = {
  announcing: {
    bound: "waiting",
    parted: "stay",
    introduced: "checking",
    answered: "stay",
    chosen: "stay",
    nominated: "stay",
    confirmed: "stay",
    done: "stay",
    settled: "stay",
    exhausted: "stay",
  },
  waiting: {
    bound: "stay",
    parted: "stay",
    introduced: "checking",
    answered: "stay",
    chosen: "stay",
    nominated: "stay",
    confirmed: "stay",
    done: "stay",
    settled: "stay",
    exhausted: "stay",
  },
  checking: {
    bound: "stay",
    parted: "waiting",
    introduced: "checking",
    answered: "choosing",
    chosen: "nominating",
    nominated: "confirming",
    confirmed: "stay",
    done: "stay",
    settled: "stay",
    exhausted: "stay",
  },
  choosing: {
    bound: "stay",
    parted: "stay",
    introduced: "checking",
    answered: "stay",
    chosen: "nominating",
    nominated: "stay",
    confirmed: "stay",
    done: "stay",
    settled: "stay",
    exhausted: "nominating",
  },
  nominating: {
    bound: "stay",
    parted: "stay",
    introduced: "checking",
    answered: "stay",
    chosen: "stay",
    nominated: "stay",
    confirmed: "finishing",
    done: "stay",
    settled: "stay",
    exhausted: "unconfirmed",
  },
  finishing: {
    bound: "stay",
    parted: "stay",
    introduced: "stay",
    answered: "stay",
    chosen: "stay",
    nominated: "stay",
    confirmed: "stay",
    done: "stay",
    settled: "stay",
    exhausted: "connected",
  },
  confirming: {
    bound: "stay",
    parted: "stay",
    introduced: "checking",
    answered: "stay",
    chosen: "stay",
    nominated: "stay",
    confirmed: "stay",
    done: "connected",
    settled: "connected",
    exhausted: "unconfirmed",
  },
  connected: {
    bound: "stay",
    parted: "stay",
    introduced: "stay",
    answered: "stay",
    chosen: "stay",
    nominated: "stay",
    confirmed: "stay",
    done: "stay",
    settled: "stay",
    exhausted: "stay",
  },
  unconfirmed: {
    bound: "stay",
    parted: "stay",
    introduced: "stay",
    answered: "stay",
    chosen: "stay",
    nominated: "stay",
    confirmed: "stay",
    done: "stay",
    settled: "stay",
    exhausted: "stay",
  },
} as const satisfies Record<SessionPhase, Record<SessionSignal, SessionNext>>;
