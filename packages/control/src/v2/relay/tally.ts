import type { OverBudget } from "./budgets.js";

/**
 * Why a datagram from an end was not passed on.
 *
 * - `wrong-socket`: it came to another socket than the one its run is bound on;
 * - `not-open`: the two have not both asked for the relay, or another program has the other end and its partner has not
 *   chosen yet;
 * - `not-chosen`: data, or a long frame, before both have chosen the relay;
 * - `unheard`: the other end has sent nothing since control's restart;
 * - `silent`: the other end has been silent, and gets ten datagrams a second;
 * - `pair-budget`, `total-budget`, `source-share`: more than the budgets allow.
 */
export type RelayDropReason = "wrong-socket" | "not-open" | "not-chosen" | "unheard" | "silent" | OverBudget;

/** What the relay has done since the node's start. */
export interface RelayTally {
  asked: number;
  refused: number;
  heard: number;
  forwarded: number;
  forwardedBytes: number;
  began: number;
  ended: number;
  readonly dropped: Record<RelayDropReason, number>;
}

/** The same, and how it stands now; a snapshot of plain values, the same keys always. */
export interface RelayStats extends Readonly<Omit<RelayTally, "dropped">> {
  /** RELAYs of bound runs: wishes, choices and releases, with their repetitions. */
  readonly asked: number;
  /** Those of them that got no end: relaying is off, or a quota or the table is full. */
  readonly refused: number;
  /** Datagrams from ends, but for words between peers and control: `dropped` and `forwarded` together. */
  readonly heard: number;
  readonly forwarded: number;
  /** Payloads of those, without headers. */
  readonly forwardedBytes: number;
  /** Pairs whose data has passed, or could have. */
  readonly began: number;
  /** Those of them that have ended. */
  readonly ended: number;
  readonly dropped: Readonly<Record<RelayDropReason, number>>;
  /** Ends now, with those that wait for a partner. */
  readonly ends: number;
  /** Pairs now whose data passes. */
  readonly carrying: number;
  /** Ends now that another program has. */
  readonly released: number;
}

export function emptyRelayTally(): RelayTally {
  return {
    asked: 0,
    refused: 0,
    heard: 0,
    forwarded: 0,
    forwardedBytes: 0,
    began: 0,
    ended: 0,
    dropped: {
      "wrong-socket": 0,
      "not-open": 0,
      "not-chosen": 0,
      unheard: 0,
      silent: 0,
      "pair-budget": 0,
      "total-budget": 0,
      "source-share": 0,
    },
  };
}
