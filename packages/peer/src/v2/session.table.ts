/**
 * A session of v2 at a glance: where a peer goes from each phase on each signal, and when it says what. Data only;
 * `session.ts` runs it. Of the two runs that meet, the one with the higher id controls: it nominates the path.
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
  /** Controlling: an address answered, and no better one is waited for; or the partner has taken the one nominated early. */
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
    chosen: "nominating",
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

/** What a phase says to the partner: at once, then after every pause; after the last pause it is exhausted. */
export interface SessionPace {
  readonly says: "nominate" | "confirm" | "done" | null;
  readonly pausesMs: readonly number[];
}

const times = (count: number, ms: number): readonly number[] => new Array<number>(count).fill(ms);
const silent: SessionPace = { says: null, pausesMs: [] };

export const SESSION_PACING: Readonly<Record<SessionPhase, SessionPace>> = {
  announcing: silent,
  waiting: silent,
  checking: silent,
  // chosen: a LAN answers in a few milliseconds, a wireless one that slept in a hundred.
  choosing: { says: null, pausesMs: [150] },
  // 0, 50, 100, 200, 400 ms, then every 200 ms to 5 s; what confirms the last one has 400 ms to arrive. At 50 % loss each way all
  // 28 of them, or what confirms them, are lost in 0.03 % of cases; then there is still what "confirming" says by itself.
  nominating: { says: "nominate", pausesMs: [50, 50, 100, ...times(24, 200), 400] },
  // chosen: at 30 % loss all eight are lost in 0.007 % of cases, at 50 % in 0.4 %, and then the partner has to judge by silence.
  finishing: { says: "done", pausesMs: [...times(7, 15), 0] },
  // Each nomination is confirmed, and where nothing comes the last one again: so at 50 % loss the partner hears of it, if only
  // its own words are lost. The partner waits 5.4 s for it, this side a little longer.
  confirming: { says: "confirm", pausesMs: times(15, 400) },
  connected: silent,
  unconfirmed: silent,
};
