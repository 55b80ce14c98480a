import type { Endpoint, v1 } from "@netpunch/wire";
import type { SessionEvent } from "./v2/events.js";
import type { RelayEvent } from "./v2/relay/events.js";

/**
 * What a control core reports. Only announces that count for something make events, so that a flood of junk cannot
 * flood a log, and, seldom, that somebody uses another secret. Junk is counted in `stats()`, and observers see every raw datagram anyway.
 */
export type ControlEvent = StrangerEvent | SlotEvent | SessionEvent | RelayEvent;

/**
 * A datagram came that is whole, but signed with another secret: of a peer with a wrong one, of somebody who forges, or changed on
 * the way. Its source may be forged. Reported once a minute for each source, and once in 10 s in all.
 */
export interface StrangerEvent {
  readonly type: "otherSecret";
  readonly protocol: "v1" | "v2";
  readonly endpoint: Endpoint;
}

/** What it reports of protocol v1. */
export type SlotEvent =
  /** A slot has an address: for the first time (`previous` is null), or another one than before. */
  | {
      readonly type: "announced";
      readonly slot: v1.Slot;
      readonly endpoint: Endpoint;
      readonly previous: Endpoint | null;
    }
  /** Both slots of a pair are known, at least one of them anew; `endpoints` are in the order of `slots`. */
  | {
      readonly type: "introduced";
      readonly slots: readonly [v1.Slot, v1.Slot];
      readonly endpoints: readonly [Endpoint, Endpoint];
    }
  /** A slot was told its partner's address without having asked just now; `endpoint` is the slot's own. */
  | { readonly type: "pushed"; readonly slot: v1.Slot; readonly endpoint: Endpoint }
  /** A slot was silent for 90 s and is forgotten. */
  | { readonly type: "expired"; readonly slot: v1.Slot; readonly endpoint: Endpoint };
