/**
 * The life of what control remembers of a run (an id of a session) at a glance: where it goes from each phase on each
 * signal. Data only; `sessions.ts` applies it.
 *
 * Frames that do not authenticate, stale ones and those that prove no address come to no cell: they change nothing.
 */

export type BindingPhase =
  /** Not known. */
  | "absent"
  /** It has one of the session's two places: it is told of its partner, and its partner of it. */
  | "bound"
  /** Its address was proved, but it has no place. */
  | "full"
  /** Another run spoke from its address since: it has gone, or its gateway has given its port away. */
  | "replaced"
  /** It said BYE. */
  | "left";

export type BindingSignal =
  /** It announced itself, proved, and has a place or finds one free. */
  | "admitted"
  /** It announced itself, proved, but the places are taken. */
  | "refused"
  /** It said BYE from its address. */
  | "parted"
  /** Another run of the session has proved that it is at its address. */
  | "supplanted"
  /** It left all probes unanswered that a run without a place made necessary. */
  | "unanswered"
  /** It was silent for as long as its phase lasts. */
  | "timedOut";

/** "never": the signal does not come in this phase; one that comes all the same is a fault in control. */
export type BindingNext = BindingPhase | "never";

export const BINDING_TABLE = {
  absent: {
    admitted: "bound",
    refused: "full",
    parted: "never",
    supplanted: "never",
    unanswered: "never",
    timedOut: "never",
  },
  bound: {
    admitted: "bound",
    // Whoever has a place is not asked to make room for itself.
    refused: "never",
    parted: "left",
    supplanted: "replaced",
    unanswered: "full",
    timedOut: "absent",
  },
  // Only holders of a place are probed, and make room for whoever is at their address.
  full: {
    admitted: "bound",
    refused: "full",
    parted: "left",
    supplanted: "never",
    unanswered: "never",
    timedOut: "absent",
  },
  replaced: {
    // It lives, elsewhere: its gateway had given its port to the other run.
    admitted: "bound",
    refused: "full",
    // What it says from its old address is not taken, and it has no other one.
    parted: "never",
    supplanted: "never",
    unanswered: "never",
    timedOut: "absent",
  },
  left: {
    // BYE is a run's last word: a newer announce shows that somebody else, who can sign and forge its address, said that BYE.
    admitted: "bound",
    refused: "full",
    parted: "left",
    supplanted: "never",
    unanswered: "never",
    timedOut: "absent",
  },
} as const satisfies Record<BindingPhase, Record<BindingSignal, BindingNext>>;
