import type { DropReason } from "../events.js";
import type { SessionSignal } from "./session.table.js";

/** What a frame of the partner's comes to, or why it was not taken. */
export type Heard =
  | {
      readonly ok: true;
      readonly signal: SessionSignal | null;
      /** What we owe the partner for it, as long as we are there and the signal changes nothing. */
      readonly owes: "confirm" | "done" | null;
      /** Whether it shows that the time of the phase counts from now. */
      readonly clock: "goes on" | "starts over";
    }
  | { readonly ok: false; readonly reason: DropReason };

export const NOTHING = { ok: true, signal: null, owes: null, clock: "goes on" } as const satisfies Heard;

export function refused(reason: DropReason): Heard {
  return { ok: false, reason };
}
