import type { v2 } from "@netpunch/wire";
import type { OverQuota } from "./quotas.js";
import type { RelayStats } from "./relay/tally.js";

/**
 * Why a datagram of v2 was dropped.
 *
 * - `short`, `bad-magic`, `unknown-type`, `bad-length`, `bad-state`, `bad-reason`, `bad-op`, `bad-endpoint`: no frame;
 * - `wrong-way`: a frame that peers do not send to control;
 * - `bad-mac`: made with another secret, forged, or changed on the way;
 * - `unusable-source`: port 0, a multicast, broadcast or unspecified address, one of our own, or one with a zone;
 * - `stale-seq`: a replay, or overtaken on the way;
 * - `gone`: of a run that said BYE, or that another one has replaced at its address;
 * - `unbound`: BYE or RELAY of a run that is not known or has no place, or from an address that is not its own;
 * - `no-room`: as many bindings as there may be;
 * - `source-bindings`, `source-budget`, `total-budget`: more than the budgets allow.
 */
export type FrameDropReason =
  | v2.DecodeReason
  | "wrong-way"
  | "bad-mac"
  | "unusable-source"
  | "stale-seq"
  | "gone"
  | "unbound"
  | "no-room"
  | OverQuota;

/** What v2 at a control node has done since its start. */
export interface SessionTally {
  heard: number;
  challenged: number;
  answered: number;
  byes: number;
  pushed: number;
  expired: number;
  readonly dropped: Record<FrameDropReason, number>;
}

/** The same, and how it stands now; a snapshot of plain values, the same keys always. */
export interface SessionStats extends Readonly<Omit<SessionTally, "dropped">> {
  /** Frames that arrived: `dropped`, `challenged`, `answered`, `byes` and `relay.asked` together. */
  readonly heard: number;
  /** Announces answered with a CHALLENGE, as their sender's address was not proved. */
  readonly challenged: number;
  /** Announces answered with an INFO. */
  readonly answered: number;
  /** Runs that said BYE. */
  readonly byes: number;
  /** INFOs that were not asked for, repeats and probes included. */
  readonly pushed: number;
  /** Bindings forgotten after their silence. */
  readonly expired: number;
  readonly dropped: Readonly<Record<FrameDropReason, number>>;
  /** The relay, whose datagrams are no frames of control's and not among those heard. */
  readonly relay: RelayStats;
  /** Runs that have a place in their session now. */
  readonly bound: number;
  /** Runs that are remembered without a place, for some 40 s each. */
  readonly remembered: number;
}

export function emptySessionTally(): SessionTally {
  return {
    heard: 0,
    challenged: 0,
    answered: 0,
    byes: 0,
    pushed: 0,
    expired: 0,
    dropped: {
      short: 0,
      "bad-magic": 0,
      "unknown-type": 0,
      "bad-length": 0,
      "bad-state": 0,
      "bad-reason": 0,
      "bad-op": 0,
      "bad-endpoint": 0,
      "wrong-way": 0,
      "bad-mac": 0,
      "unusable-source": 0,
      "stale-seq": 0,
      gone: 0,
      unbound: 0,
      "no-room": 0,
      "source-bindings": 0,
      "source-budget": 0,
      "total-budget": 0,
    },
  };
}
