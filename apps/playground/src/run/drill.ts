import type { KnownAddress } from "@netpunch/peer/core";
import type { Core, Deadline, Instant } from "@netpunch/simnet";
import type { Endpoint } from "@netpunch/wire";
import type { SideName } from "./choices.js";

/** What a phase is about, whatever its protocol calls it. */
export type Mood = "waiting" | "trying" | "settling" | "connected";

/** A drill's table of states, to be shown: phases are rows, signals columns. */
export interface StateTable {
  /** What it is the table of. */
  readonly name: string;
  readonly phases: readonly { readonly name: string; readonly mood: Mood; readonly about: string }[];
  readonly signals: readonly { readonly name: string; readonly about: string }[];
  /** Where a phase goes on a signal; "stay" where it does not move. */
  next(phase: string, signal: string): string;
}

/** One move through the table. */
export interface Step {
  readonly at: Instant;
  readonly table: StateTable;
  readonly from: string;
  readonly signal: string;
  /** "stay" where nothing moved. */
  readonly to: string;
}

/** A peer at one instant. */
export interface PeerView {
  readonly state: "not started" | "running" | "ended";
  /** What it goes by. */
  readonly table: StateTable;
  /** Null before it starts. */
  readonly phase: string | null;
  /** Its next deadline and the reason for it. */
  readonly deadline: Deadline | null;
  /** Where the partner may be. */
  readonly candidates: readonly KnownAddress[];
  readonly hole: Endpoint | null;
  /** How the hole's address became known; v1 does not tell. */
  readonly path: string | null;
  /** Where control sees it; v1 does not tell a peer about itself. */
  readonly observed: Endpoint | null;
  /** The last move through the table. */
  readonly step: Step | null;
}

/** How it fares, in one word. */
export function moodOf({ hole, phase, table }: PeerView): Mood | "off" {
  return hole !== null ? "connected" : (table.phases.find(({ name }) => name === phase)?.mood ?? "off");
}

export const NOT_STARTED: Omit<PeerView, "table"> = {
  state: "not started",
  phase: null,
  deadline: null,
  candidates: [],
  hole: null,
  path: null,
  observed: null,
  step: null,
};

/** What a peer was told and answered, once. */
export interface Turn {
  readonly at: Instant;
  /** The name of the message that came, "wake", or what else it was told. */
  readonly cause: string;
  readonly events: readonly DrillEvent[];
  readonly deadline: Deadline | null;
  readonly isDone: boolean;
}

/** An event of any of the drills; the fields that are read of it are checked where they are. */
export interface DrillEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A peer's drill, as it is shown. */
export interface Conduct {
  readonly table: StateTable;
  /** The signal that a message is where it moves nothing, which no event tells; of several, the first that the table ignores. */
  readonly ignored: Readonly<Record<string, readonly string[]>>;
}

/** A peer's program. */
export interface Program {
  readonly conduct: Conduct;
  /** What it goes by while it says that it speaks v1 as well; null: it never does. */
  readonly fallback: Conduct | null;
  /** "end": it prints its result and ends, and whatever it was started for takes the port. */
  readonly whenConnected: "stay" | "end";
  create(random: RandomBytes): Core<DrillEvent>;
}

/** A protocol with its timing: its cores, and how they are shown. */
export interface Drill {
  readonly about: string;
  readonly peers: Readonly<Record<SideName, Program>>;
  createControl(random: RandomBytes): Core<unknown>;
}

type RandomBytes = (length: number) => Uint8Array;
