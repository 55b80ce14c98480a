/**
 * The life of a slot at a glance: where it goes from each phase on each signal, and whether it is owed its partner's
 * address on the way. Data only; `registry.ts` applies it.
 */

export type SlotPhase =
  /** Never heard of. */
  | "absent"
  /** Known, its partner is not. */
  | "waiting"
  /** Known, and so is its partner. */
  | "introduced"
  /** Forgotten after a long silence; it returns as if it had never been here. */
  | "expired";

export type SlotSignal =
  /** Its peer announced it: for the first time, or once more from the address that we have. */
  | "announced"
  /** Its peer announced it from another address than before. */
  | "moved"
  /** The partner was not known and is now. */
  | "partnerCame"
  /** The partner announced itself once more: it has not met this one yet. */
  | "partnerAsked"
  /** The partner has another address. */
  | "partnerMoved"
  /** The partner was forgotten. */
  | "partnerLeft"
  /** It was silent for too long. */
  | "timedOut";

/**
 * What the slot is owed. `news`: its partner's address, now and again until it can be taken for heard. `reminder`: the
 * same address as before, now, unless that was sent only just now.
 */
export type Owed = "news" | "reminder" | "nothing";

export interface Next {
  readonly phase: SlotPhase;
  readonly owed: Owed;
}

export const SLOT_TABLE = {
  absent: {
    announced: { phase: "waiting", owed: "nothing" },
    moved: { phase: "waiting", owed: "nothing" },
    partnerCame: { phase: "absent", owed: "nothing" },
    partnerAsked: { phase: "absent", owed: "nothing" },
    partnerMoved: { phase: "absent", owed: "nothing" },
    partnerLeft: { phase: "absent", owed: "nothing" },
    timedOut: { phase: "absent", owed: "nothing" },
  },
  waiting: {
    announced: { phase: "waiting", owed: "nothing" },
    moved: { phase: "waiting", owed: "nothing" },
    partnerCame: { phase: "introduced", owed: "news" },
    partnerAsked: { phase: "introduced", owed: "news" },
    partnerMoved: { phase: "introduced", owed: "news" },
    partnerLeft: { phase: "waiting", owed: "nothing" },
    timedOut: { phase: "expired", owed: "nothing" },
  },
  introduced: {
    announced: { phase: "introduced", owed: "reminder" },
    // From another address it may be another process, which knows nothing yet.
    moved: { phase: "introduced", owed: "news" },
    partnerCame: { phase: "introduced", owed: "news" },
    partnerAsked: { phase: "introduced", owed: "reminder" },
    partnerMoved: { phase: "introduced", owed: "news" },
    partnerLeft: { phase: "waiting", owed: "nothing" },
    timedOut: { phase: "expired", owed: "nothing" },
  },
  expired: {
    announced: { phase: "waiting", owed: "nothing" },
    moved: { phase: "waiting", owed: "nothing" },
    partnerCame: { phase: "expired", owed: "nothing" },
    partnerAsked: { phase: "expired", owed: "nothing" },
    partnerMoved: { phase: "expired", owed: "nothing" },
    partnerLeft: { phase: "expired", owed: "nothing" },
    timedOut: { phase: "expired", owed: "nothing" },
  },
} as const satisfies Record<SlotPhase, Record<SlotSignal, Next>>;
