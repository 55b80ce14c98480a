import { v1 } from "@netpunch/wire";

/** The name of the session that stands for a pair of v1's slots: "slots ab" for a and b. */
export function slotSession(slot: v1.Slot): string {
  return `slots ${[slot, v1.partnerOf(slot)].toSorted().join("")}`;
}
