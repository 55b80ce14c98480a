import { v1 } from "@netpunch/wire";

/** The name of the session that stands for a pair of v1's slots: "slots ab" for a and b. */
export function slotSession(slot: v1.Slot): string {
  return `slots ${[slot, v1.partnerOf(slot)].toSorted().join("")}`;
}

/** Tells whether a name is that of a pair's session: who took it for another would stand in the pair's way. */
export function isSlotSession(name: string): boolean {
  return v1.SLOTS.some((slot) => slotSession(slot) === name);
}
