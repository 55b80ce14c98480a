/**
 * A session of v2 at a glance: where a peer goes from each phase on each signal, and when it says what. Data only;
 * `session.ts` runs it. Of the two runs that meet, the one with the higher id controls: it nominates the path.
 */

import { times } from "../times.js";

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
  /** The phase's time is over. */
  | "exhausted";

/**
 * "stay": it comes and is ignored; not even a timer changes. "never": it cannot come there; where it does, the fault is ours, and the
 * observers are told. A phase that names itself starts over.
 */
export type SessionNext = SessionPhase | "stay" | "never";

export const SESSION = {
  announcing: {
    bound: "waiting",
    parted: "never",
    introduced: "checking",
    answered: "never",
    chosen: "never",
    nominated: "never",
    confirmed: "never",
    done: "never",
    exhausted: "never",
  },
  waiting: {
    bound: "stay",
    parted: "never",
    introduced: "checking",
    answered: "never",
    chosen: "never",
    nominated: "never",
    confirmed: "never",
    done: "never",
    exhausted: "never",
  },
  checking: {
    bound: "stay",
    parted: "waiting",
    introduced: "checking",
    answered: "choosing",
    chosen: "nominating",
    nominated: "confirming",
    confirmed: "never",
    done: "never",
    exhausted: "never",
  },
  choosing: {
    bound: "stay",
    parted: "waiting",
    introduced: "checking",
    answered: "stay",
    chosen: "nominating",
    nominated: "never",
    confirmed: "never",
    done: "never",
    exhausted: "never",
  },
  nominating: {
    bound: "stay",
    parted: "stay",
    introduced: "checking",
    answered: "never",
    chosen: "nominating",
    nominated: "never",
    confirmed: "finishing",
    done: "never",
    exhausted: "unconfirmed",
  },
  finishing: {
    bound: "stay",
    parted: "stay",
    introduced: "stay",
    answered: "never",
    chosen: "never",
    nominated: "never",
    confirmed: "stay",
    done: "never",
    exhausted: "connected",
  },
  confirming: {
    bound: "stay",
    parted: "stay",
    introduced: "checking",
    answered: "never",
    chosen: "never",
    nominated: "never",
    confirmed: "never",
    done: "connected",
    exhausted: "unconfirmed",
  },
  connected: {
    bound: "stay",
    parted: "stay",
    introduced: "stay",
    answered: "never",
    chosen: "never",
    nominated: "never",
    confirmed: "stay",
    done: "stay",
    exhausted: "never",
  },
  unconfirmed: {
    bound: "stay",
    parted: "stay",
    introduced: "stay",
    answered: "never",
    chosen: "never",
    nominated: "never",
    confirmed: "stay",
    done: "stay",
    exhausted: "never",
  },
} as const satisfies Record<SessionPhase, Record<SessionSignal, SessionNext>>;

/** What is done when a phase is entered, in this order. `session.ts` does it. */
export type SessionEntry =
  /** The partner is forgotten. */
  | "part"
  /** The path that is chosen now becomes the hole. */
  | "take"
  /** The observers are told of the phase. */
  | "tell phase"
  /** They are told of the hole. Nothing is checked any more. */
  | "tell hole"
  /** No other path can become the hole any more. */
  | "settle"
  | "tell unconfirmed"
  | "keep alive"
  /** Nothing is owed to the partner any more. */
  | "done";

/** What a phase does, in data. */
export interface SessionPlan {
  readonly enters: readonly SessionEntry[];
  /** Whether the choice of a path is looked at again after every piece of news. */
  readonly chooses: "yes" | "no";
  /** What is said to the partner: at once, and after every pause but the last. After that one the phase is exhausted. */
  readonly says: "nominate" | "confirm" | "done" | null;
  readonly pausesMs: readonly number[];
  /**
   * How the pauses grow with the round trip through the hole: so many of it are spread over all pauses but the last, and added to the
   * last. What it has up to `fromMs` is in the pauses already.
   */
  readonly roundTrips: { readonly fromMs: number; readonly spread: number; readonly last: number };
  /**
   * Whether a nomination or a confirmation that comes once more is answered: always, or not any more in the last pause, or never.
   */
  readonly answers: "always" | "before the last pause" | "never";
}

const SILENT = {
  enters: ["tell phase"],
  chooses: "no",
  says: null,
  pausesMs: [],
  roundTrips: { fromMs: 0, spread: 0, last: 0 },
  answers: "never",
} as const satisfies SessionPlan;

export const SESSION_PLANS: Readonly<Record<SessionPhase, SessionPlan>> = {
  announcing: SILENT,
  waiting: { ...SILENT, enters: ["part", "tell phase"] },
  checking: { ...SILENT, chooses: "yes" },
  choosing: { ...SILENT, chooses: "yes" },
  nominating: {
    enters: ["take", "tell phase", "tell hole"],
    chooses: "no",
    says: "nominate",
    // 0, 50, 100, 200, 400 ms, then every 200 ms to 5 s; what confirms the last one has 400 ms to arrive. At 50 % loss each way all
    // 28 of them, or what confirms them, are lost in 0.03 % of cases; then there is still what "confirming" says by itself.
    pausesMs: [50, 50, 100, ...times(24, 200), 400],
    roundTrips: { fromMs: 1000, spread: 2, last: 2 },
    answers: "never",
  },
  finishing: {
    ...SILENT,
    enters: ["tell phase", "settle"],
    says: "done",
    // chosen: the partner takes silence for our absence, so one of these has to arrive. At 30 % loss all sixteen are lost in 4 of a
    // billion cases, at 50 % in 15 of a million.
    pausesMs: [...times(15, 7), 0],
  },
  confirming: {
    enters: ["take", "tell phase", "tell hole"],
    chooses: "no",
    says: "confirm",
    // Each nomination is confirmed, and where nothing comes the last one again: so at 50 % loss the partner hears of it, if only
    // its own words are lost. In the last pause nothing is: its answer would come too late, and the partner would be sure alone.
    pausesMs: times(15, 400),
    roundTrips: { fromMs: 0, spread: 4, last: 2 },
    answers: "before the last pause",
  },
  connected: { ...SILENT, enters: ["tell phase", "keep alive", "done"], answers: "always" },
  unconfirmed: { ...SILENT, enters: ["tell phase", "settle", "tell unconfirmed", "done"] },
};

/** How long the pause is that follows a phase's so many-th word. */
export function pauseMs({ pausesMs, roundTrips }: SessionPlan, said: number, roundTripMs: number): number {
  const last = pausesMs.length - 1;
  const ms = pausesMs[said - 1] ?? 0;
  const moreMs = Math.max(0, roundTripMs - roundTrips.fromMs);
  if (said - 1 === last) return ms + roundTrips.last * moreMs;
  const allMs = pausesMs.slice(0, last).reduce((sum, each) => sum + each, 0);
  return ms * (1 + (roundTrips.spread * moreMs) / allMs);
}
