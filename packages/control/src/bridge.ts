import type { Instant, Output } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { ControlEvent } from "./events.js";
import type { SlotRendezvous, V2Neighbour } from "./v1/rendezvous.js";
import type { Side } from "./v2/binding.js";
import type { SessionRendezvous } from "./v2/rendezvous.js";
import type { V1Neighbour } from "./v2/v1-neighbour.js";

/** The two rendezvous of one port. */
export interface Bridged {
  readonly v1: SlotRendezvous;
  readonly v2: SessionRendezvous;
}

/**
 * Between v1 and v2 on one port. A pair of slots is a session, too, and its peers must end in the same protocol: two
 * that speak v2 meet there and v1 ignores them; with an original, its partner is told that v1 is what is left.
 */
export class Bridge implements V1Neighbour, V2Neighbour {
  readonly #slotSessions: readonly Uint8Array[];
  readonly #sides: () => Bridged;
  readonly #touched = new Set<number>();

  /** @param sides asked for when the first datagram comes: they are made with this bridge in their options */
  constructor(slotSessions: readonly Uint8Array[], sides: () => Bridged) {
    this.#slotSessions = slotSessions;
    this.#sides = sides;
  }

  pairOf(sid: Uint8Array): number | null {
    const pair = this.#slotSessions.findIndex((each) => v2.sameId(each, sid));
    return pair < 0 ? null : pair;
  }

  isPartnerThere(pair: number, side: Side): boolean {
    return this.#isOriginal(slotOf(pair, side) ^ 1);
  }

  unbound(pair: number, side: Side, endpoint: Endpoint): void {
    // What it said in v1 would pass for an original's words from now on.
    this.#sides().v1.forget(slotOf(pair, side), endpoint);
  }

  heeds(slot: number, remote: Endpoint): boolean {
    return !this.#sides().v2.holds(this.#sidOf(slot), remote) || this.#isOriginal(slot ^ 1);
  }

  changed(slot: number): void {
    this.#touched.add(slot);
  }

  /** Tells the peers in v2 what v1 has learnt since the last time. */
  tell(now: Instant): readonly Output<ControlEvent>[] {
    if (this.#touched.size === 0) return [];
    const outputs: Output<ControlEvent>[] = [];
    const { v2 } = this.#sides();
    for (const slot of this.#touched) {
      const sid = this.#sidOf(slot);
      // An original in a slot whose place is taken: the one who has it may have gone.
      if (this.#isOriginal(slot)) outputs.push(...v2.contest(sid, slot % 2 === 0 ? "first" : "second", now));
      outputs.push(...v2.reconsider(sid, now));
    }
    this.#touched.clear();
    return outputs;
  }

  /** Whether a slot is held by v1 and by nothing else: its address holds no place in v2. */
  #isOriginal(slot: number): boolean {
    const { v1, v2 } = this.#sides();
    const endpoint = v1.slots[slot]?.endpoint ?? null;
    return endpoint !== null && !v2.holds(this.#sidOf(slot), endpoint);
  }

  #sidOf(slot: number): Uint8Array {
    return this.#slotSessions[slot >> 1] ?? new Uint8Array(v2.SID_BYTES);
  }
}

function slotOf(pair: number, side: Side): number {
  return 2 * pair + (side === "second" ? 1 : 0);
}
