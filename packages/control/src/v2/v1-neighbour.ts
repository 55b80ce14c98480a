import type { Endpoint } from "@netpunch/wire";
import type { Side } from "./binding.js";

/** What v2 asks and tells v1 where that is served on the same port. Pairs are numbered: 0 is a-b. */
export interface V1Neighbour {
  /** Which of v1's pairs of slots a session stands for; null for none. */
  pairOf(sid: Uint8Array): number | null;
  /** Whether the partner of this side of a pair is there by v1, and by nothing else. */
  isPartnerThere(pair: number, side: Side): boolean;
  /** The run on this side of a pair has its place at that address: it speaks v2. */
  bound(pair: number, side: Side, endpoint: Endpoint): void;
}

/** For a node that speaks v2 only. */
export const NO_V1: V1Neighbour = {
  pairOf: () => null,
  isPartnerThere: () => false,
  bound: () => {},
};
