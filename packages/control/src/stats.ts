import type { v1 } from "@netpunch/wire";
import type { NoAnnounce } from "./v1/announces.js";
import type { SessionStats } from "./v2/tally.js";

/**
 * Why a datagram of v1 was dropped.
 *
 * - `short`, `long`: not the 42 bytes of an announce;
 * - `bad-separator`, `unknown-slot`: 42 bytes of another shape;
 * - `bad-signature`: an announce made with another secret, or a forged one;
 * - `unusable-source`: port 0, a multicast, broadcast or unspecified address, one of our own, or one with a zone;
 * - `slot-budget`, `source-budget`, `total-budget`: more announces than the budgets heed;
 * - `speaks-v2`: of a peer that has its place in v2, and whose partner is not an original.
 */
export type DropReason =
  | NoAnnounce
  | "unusable-source"
  | "slot-budget"
  | "source-budget"
  | "total-budget"
  | "speaks-v2";

/** A slot that is known now. */
export interface SlotStats {
  readonly slot: v1.Slot;
  readonly phase: "waiting" | "introduced";
  /** Where its peer is: `"203.0.113.7:5000"`. */
  readonly endpoint: string;
  /** Milliseconds since its last announce. */
  readonly silentMs: number;
}

/**
 * What a control node has done since its start; a snapshot of plain values, the same keys always. All but `uptimeMs`
 * and `v2` is about protocol v1.
 */
export interface ControlStats {
  readonly uptimeMs: number;
  /** Datagrams that arrived: `dropped` and `heeded` together. */
  readonly heard: number;
  /** Announces that counted: `answered` and `unanswered` together. */
  readonly heeded: number;
  /** Announces answered at once. */
  readonly answered: number;
  readonly unanswered: {
    /** The partner was not known. */
    readonly alone: number;
    /** The slot had just been told the same address. */
    readonly spaced: number;
  };
  /** Datagrams sent to a slot that had not asked for them just now. */
  readonly pushed: number;
  /** Pushes that the budget did not allow. */
  readonly withheld: number;
  /** Slots forgotten after their silence. */
  readonly expired: number;
  /** Datagrams that the machine refused to send. */
  readonly sendFailed: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly slots: readonly SlotStats[];
  /** Protocol v2; absent where the core was made from a secret alone and speaks v1 only. */
  readonly v2?: SessionStats;
}

/** The counters behind the stats. */
export interface Tally {
  heard: number;
  heeded: number;
  answered: number;
  alone: number;
  spaced: number;
  pushed: number;
  withheld: number;
  expired: number;
  sendFailed: number;
  readonly dropped: Record<DropReason, number>;
}

export function emptyTally(): Tally {
  return {
    heard: 0,
    heeded: 0,
    answered: 0,
    alone: 0,
    spaced: 0,
    pushed: 0,
    withheld: 0,
    expired: 0,
    sendFailed: 0,
    dropped: {
      short: 0,
      long: 0,
      "bad-separator": 0,
      "unknown-slot": 0,
      "bad-signature": 0,
      "unusable-source": 0,
      "slot-budget": 0,
      "source-budget": 0,
      "total-budget": 0,
      "speaks-v2": 0,
    },
  };
}

export function snapshot(tally: Tally, uptimeMs: number, slots: readonly SlotStats[]): ControlStats {
  const { alone, spaced, dropped, heard, heeded, answered, pushed, withheld, expired, sendFailed } = tally;
  return {
    uptimeMs,
    heard,
    heeded,
    answered,
    unanswered: { alone, spaced },
    pushed,
    withheld,
    expired,
    sendFailed,
    dropped: { ...dropped },
    slots,
  };
}
