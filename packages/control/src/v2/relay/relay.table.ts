import type { v2 } from "@netpunch/wire";

/**
 * The relay's rules at a glance, as data only: the life of one end of a pair, and what stands between two ends.
 * `relay.ts` applies the first table, `forwarding.ts` the second.
 */

export type EndPhase =
  /** Its run has not asked for the relay, or the pair has ended. */
  | "absent"
  /** Its run asks for the relay to one other run. */
  | "wanting"
  /** Its run has nominated the relay, or has taken that nomination. */
  | "chosen"
  /** Its run is gone; another program has its socket. */
  | "released";

export type EndSignal =
  /** Its run said RELAY want. */
  | "want"
  /** Its run said RELAY chosen; or released, while nothing but frames would pass. */
  | "choose"
  /** Its run said RELAY released, while everything passes. */
  | "release"
  /** Its run is bound at another address now. */
  | "moved"
  /** Its run has lost its place, or has given it back. */
  | "unbound"
  /** Another run has proved that it is at this address. */
  | "claimed"
  /** It was silent for too long. */
  | "idle"
  /** The other end of the pair is gone, or its run asks for another one now. */
  | "deserted";

export const END_TABLE = {
  absent: {
    want: "wanting",
    choose: "chosen",
    // There is nothing that could pass, so it is never more than a choice.
    release: "absent",
    moved: "absent",
    unbound: "absent",
    claimed: "absent",
    idle: "absent",
    deserted: "absent",
  },
  wanting: {
    want: "wanting",
    choose: "chosen",
    release: "released",
    moved: "wanting",
    unbound: "absent",
    // Two sessions may share a socket, as long as one alone is relayed there.
    claimed: "wanting",
    idle: "absent",
    deserted: "absent",
  },
  chosen: {
    want: "wanting",
    choose: "chosen",
    release: "released",
    // What was nominated was another path: the one from the old address.
    moved: "wanting",
    unbound: "absent",
    claimed: "chosen",
    idle: "absent",
    deserted: "absent",
  },
  // No run is left that could say anything.
  released: {
    want: "released",
    choose: "released",
    release: "released",
    moved: "released",
    unbound: "released",
    // The program that had the address is gone, or its gateway has given its port away.
    claimed: "absent",
    idle: "absent",
    deserted: "absent",
  },
} as const satisfies Record<EndPhase, Record<EndSignal, EndPhase>>;

export type Passes =
  | "nothing"
  /** Frames between peers, types 11 to 1f, of 128 bytes at most. */
  | "frames"
  /** Everything but control's words. */
  | "everything";

export interface Between {
  /** What the run of the first end is told. */
  readonly state: v2.RelayState;
  /** What passes from the first end to the second. */
  readonly passes: Passes;
}

/** By the phase of the end that is told and sends, then by that of the other one. */
export const BETWEEN_TABLE = {
  absent: {
    absent: { state: "none", passes: "nothing" },
    wanting: { state: "none", passes: "nothing" },
    chosen: { state: "none", passes: "nothing" },
    released: { state: "none", passes: "nothing" },
  },
  wanting: {
    absent: { state: "waiting", passes: "nothing" },
    wanting: { state: "open", passes: "frames" },
    chosen: { state: "open", passes: "frames" },
    // The program there knows no frames.
    released: { state: "open", passes: "nothing" },
  },
  chosen: {
    absent: { state: "waiting", passes: "nothing" },
    wanting: { state: "open", passes: "frames" },
    chosen: { state: "carrying", passes: "everything" },
    released: { state: "carrying", passes: "everything" },
  },
  released: {
    absent: { state: "released", passes: "nothing" },
    wanting: { state: "released", passes: "nothing" },
    chosen: { state: "released", passes: "everything" },
    released: { state: "released", passes: "everything" },
  },
} as const satisfies Record<EndPhase, Record<EndPhase, Between>>;
