/**
 * The life of what control remembers of a run (an id of a session) at a glance: where it goes from each phase on each
 * signal, and what is said to the run at once. Data only; `sessions.ts` applies it, `places.ts` says it.
 *
 * Frames that do not authenticate, and stale ones, come to no cell: they are silence in every phase.
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
  /** It announced itself, neither from the address of its place nor with a good cookie. */
  | "unproved"
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

/** What is said at once: a CHALLENGE, an INFO. */
type Reply = "challenge" | "info" | "silence";

export interface Next {
  readonly phase: BindingPhase;
  readonly reply: Reply;
}

export const BINDING_TABLE = {
  absent: {
    unproved: { phase: "absent", reply: "challenge" },
    admitted: { phase: "bound", reply: "info" },
    refused: { phase: "full", reply: "info" },
    parted: { phase: "absent", reply: "silence" },
    supplanted: { phase: "absent", reply: "silence" },
    unanswered: { phase: "absent", reply: "silence" },
    timedOut: { phase: "absent", reply: "silence" },
  },
  bound: {
    unproved: { phase: "bound", reply: "challenge" },
    admitted: { phase: "bound", reply: "info" },
    refused: { phase: "bound", reply: "info" },
    parted: { phase: "left", reply: "silence" },
    supplanted: { phase: "replaced", reply: "silence" },
    unanswered: { phase: "full", reply: "silence" },
    timedOut: { phase: "absent", reply: "silence" },
  },
  full: {
    unproved: { phase: "full", reply: "challenge" },
    admitted: { phase: "bound", reply: "info" },
    refused: { phase: "full", reply: "info" },
    parted: { phase: "left", reply: "silence" },
    supplanted: { phase: "replaced", reply: "silence" },
    unanswered: { phase: "full", reply: "silence" },
    timedOut: { phase: "absent", reply: "silence" },
  },
  replaced: {
    unproved: { phase: "replaced", reply: "challenge" },
    // It lives, elsewhere: its gateway had given its port to the other run.
    admitted: { phase: "bound", reply: "info" },
    refused: { phase: "full", reply: "info" },
    parted: { phase: "left", reply: "silence" },
    supplanted: { phase: "replaced", reply: "silence" },
    unanswered: { phase: "replaced", reply: "silence" },
    timedOut: { phase: "absent", reply: "silence" },
  },
  // BYE is a run's last word: what comes later was held back on the way, or is a replay.
  left: {
    unproved: { phase: "left", reply: "silence" },
    admitted: { phase: "left", reply: "silence" },
    refused: { phase: "left", reply: "silence" },
    parted: { phase: "left", reply: "silence" },
    supplanted: { phase: "left", reply: "silence" },
    unanswered: { phase: "left", reply: "silence" },
    timedOut: { phase: "absent", reply: "silence" },
  },
} as const satisfies Record<BindingPhase, Record<BindingSignal, Next>>;
