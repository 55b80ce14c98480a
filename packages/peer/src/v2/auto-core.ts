import type { Endpoint, v1 } from "@netpunch/wire";
import type { Phase } from "../drill.table.js";
import type { Protocol } from "../events.js";
import type { SessionPhase } from "./session.table.js";
import type { SessionCore, SessionCoreOptions } from "./session-core.js";

/** The slot in both protocols. */
export interface AutoCoreOptions extends SessionCoreOptions {
  readonly slot: v1.Slot;
  /** The secret as v1 has it: its bytes untouched, a line feed at the end included. */
  readonly secret: string | Uint8Array;
}

/** A peer that speaks v2 to those who do and v1 to the others. */
export interface AutoCore extends Omit<SessionCore, "phase"> {
  readonly phase: SessionPhase | Phase;
  /** What the hole was made with; null until there is one. */
  readonly protocol: Protocol | null;
  readonly hole: Endpoint | null;
}

export function createAutoCore(_options: AutoCoreOptions): AutoCore {
  throw new Error("not built yet");
}
