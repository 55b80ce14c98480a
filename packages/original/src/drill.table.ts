/**
 * The original peer's loop (netpunch 0.2) as data: what each mode sends, how often, and where it goes when that is used
 * up. Every message it understands moves it whatever its mode, so there is a row and no table.
 */

export type Mode = "discovering" | "pinging" | "ponging" | "closing" | "sleeping";

export interface ModeInfo {
  readonly says: "announce" | "ping" | "pong" | "close" | null;
  readonly pauseMs: number;
  readonly tries: number;
  readonly exhausted: Mode | "done";
}

/** Source: protocol-v1, "The original's drill". */
export const MODES: Readonly<Record<Mode, ModeInfo>> = {
  discovering: { says: "announce", pauseMs: 100, tries: 5, exhausted: "sleeping" },
  pinging: { says: "ping", pauseMs: 100, tries: 10, exhausted: "sleeping" },
  ponging: { says: "pong", pauseMs: 100, tries: 10, exhausted: "sleeping" },
  closing: { says: "close", pauseMs: 20, tries: 5, exhausted: "done" },
  sleeping: { says: null, pauseMs: 30_000, tries: 1, exhausted: "discovering" },
};
