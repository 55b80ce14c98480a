import type { Instant } from "@netpunch/transport";
import type { PathKind } from "../events.js";
import type { Path } from "../path.js";

/** The partner's answer to one of our pings. */
export interface Answer {
  readonly txid: Uint8Array;
  readonly at: Instant;
  readonly roundTripMs: number;
}

/** A way on which the partner may be reached, and what passed between it and us. */
export interface Target {
  readonly path: Path;
  /** "peer-reflexive" where only the partner's pings showed it. */
  kind: PathKind;
  /** Whether the observers know that the partner was heard from there. */
  told: boolean;
  /** The first ping of the partner's from there; null: none. */
  heard: { readonly txid: Uint8Array; readonly at: Instant } | null;
  /** Whether its schedule was started anew as the partner nominated it. */
  hurried: boolean;
  /** Its first answer; null: none yet. */
  answer: Answer | null;
  pingedAt: Instant | null;
  /** Pings since its schedule began. */
  pings: number;
  /** null: no more pings are due. */
  dueAt: Instant | null;
  /** So many pings are due yet before it is heard again; only where nobody listed it. */
  credit: number;
  /** The pings that it may still answer. */
  live: readonly { readonly txid: Uint8Array; readonly at: Instant }[];
}

export function newTarget(path: Path, kind: PathKind): Target {
  const unheard = { told: false, heard: null, hurried: false, answer: null };
  return { path, kind, ...unheard, pingedAt: null, pings: 0, dueAt: null, credit: 0, live: [] };
}
