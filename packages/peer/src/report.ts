import type { Endpoint } from "@netpunch/wire";
import type { PathKind, Protocol } from "./events.js";
import type { Phase } from "./v1/drill.table.js";
import type { SessionPhase } from "./v2/session.table.js";

/** One stay in a phase. */
export interface PhaseReport {
  readonly phase: Phase | SessionPhase;
  /** Milliseconds from the start of the punch to the beginning of this stay. */
  readonly atMs: number;
  /** How long it lasted, in milliseconds. */
  readonly ms: number;
  /** Datagrams sent and heard (junk included) meanwhile. */
  readonly sent: number;
  readonly heard: number;
}

/** How a punch went, up to the moment that the hole was there. */
export interface PunchReport {
  /** Milliseconds from `punch()` having its keys and its socket to the hole. */
  readonly totalMs: number;
  /** Milliseconds that the keys took before that; a passphrase takes some 300 in v2. */
  readonly keyDerivationMs: number;
  readonly protocol: Protocol;
  /** How the partner's address became known; null in v1, which does not tell. */
  readonly path: PathKind | null;
  /** Of the ping that made the hole, in milliseconds; null in v1. */
  readonly roundTripMs: number | null;
  /** Control's address as it was used last; null where the partner came before control's name was looked up. */
  readonly control: Endpoint | null;
  /**
   * What proved both directions: the partner's answer to our ping, or, in v1, its close after our pong, in v2 its nomination
   * of a path that had answered us.
   */
  readonly by: "pong" | "close" | "nomination";
  /** Where the path is "relayed": why no direct one was found, and what would help; null elsewhere. */
  readonly relayed: { readonly why: string; readonly advice: string } | null;
  readonly phases: readonly PhaseReport[];
}

/** chosen: so many tell how a drill went; a long wait goes through the same few again and again. */
const MOST_STAYS = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The stays in phases, the last 64 of them; instants count from the start of the punch. */
export class Stays {
  #stays: Mutable<PhaseReport>[] = [];

  begin(phase: PhaseReport["phase"], atMs: number): void {
    this.end(atMs);
    if (this.#stays.length === MOST_STAYS) this.#stays.shift();
    this.#stays.push({ phase, atMs, ms: 0, sent: 0, heard: 0 });
  }

  count(direction: "in" | "out"): void {
    const last = this.#stays.at(-1);
    if (last !== undefined) last[direction === "in" ? "heard" : "sent"] += 1;
  }

  end(atMs: number): void {
    const last = this.#stays.at(-1);
    if (last !== undefined) last.ms = atMs - last.atMs;
  }

  list(): readonly PhaseReport[] {
    return this.#stays.map((stay) => ({ ...stay }));
  }
}
