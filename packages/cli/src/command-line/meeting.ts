import { quoteGo } from "@netpunch/crypto";
import { v1, type v2 } from "@netpunch/wire";
import type { Protocol } from "./options.js";

/** Where a peer meets its partner. */
export type Meeting =
  | { readonly type: "slot"; readonly slot: v1.Slot; readonly protocol: Protocol }
  | {
      readonly type: "session";
      readonly name: string;
      /** What only the two peers have; null: whoever has the secret may be a peer. */
      readonly secret: Uint8Array | null;
    };

/** What the log calls this peer, as the original writes its slot: `[a]`. Whatever a name holds, it stays on its line. */
export function labelOf(meeting: Meeting): string {
  return meeting.type === "slot" ? meeting.slot : quoted(meeting.name).slice(1, -1);
}

/** What the partner is called: `slot b`, `the partner in session "home"`. */
export function partnerOf(meeting: Meeting): string {
  return meeting.type === "slot"
    ? `slot ${v1.partnerOf(meeting.slot)}`
    : `the partner in session ${quoted(meeting.name)}`;
}

/** Why control has no place for this peer; null where it has one. */
export function refusalText(state: v2.InfoState, { type }: Meeting): string | null {
  switch (state) {
    case "full":
      return type === "session"
        ? "the session is full: two others are in it"
        : "the slots are taken: two others are in them";
    case "taken":
      return "another run holds this slot";
    case "source-limit":
      return "control serves no more runs from this address (netpunch control -max-per-source)";
    case "total-limit":
      return "control has no room for more runs (netpunch control -max-bindings)";
    default:
      return null;
  }
}

function quoted(name: string): string {
  return quoteGo(new TextEncoder().encode(name));
}
