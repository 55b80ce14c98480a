import type { Instant, Output } from "@netpunch/transport";
import { type Endpoint, sameEndpoint, v1, v2 } from "@netpunch/wire";
import type { ControlEvent } from "./events.js";
import type { SlotRendezvous, V2Neighbour } from "./v1/rendezvous.js";
import type { Side } from "./v2/binding.js";
import type { SessionRendezvous } from "./v2/rendezvous.js";
import type { V1Neighbour } from "./v2/v1-neighbour.js";

const NOTHING: readonly Output<ControlEvent>[] = Object.freeze([]);

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
  /** For each slot the address at which its peer is known to speak v2: no original announces itself from there. */
  readonly #speaksV2: (Endpoint | null)[] = v1.SLOTS.map(() => null);
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

  bound(pair: number, side: Side, { address, port }: Endpoint): void {
    this.#speaksV2[slotOf(pair, side)] = { address, port };
  }

  heeds(slot: number, remote: Endpoint): boolean {
    return !this.#holds(slot, remote) || this.#isOriginal(slot ^ 1);
  }

  announced(slot: number, remote: Endpoint): void {
    // A peer that has its place in v2 announces itself in v1 for its partner's sake, and stays known as what it is.
    if (!this.#holds(slot, remote)) this.#speaksV2[slot] = null;
    this.#touch(slot);
  }

  forgotten(slot: number): void {
    this.#touch(slot);
  }

  /** Tells the peers in v2 what v1 has learnt since the last time. */
  tell(now: Instant): readonly Output<ControlEvent>[] {
    if (this.#touched.size === 0) return NOTHING;
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

  /** Whether a slot is held by v1, and by a peer that is not known to speak v2. */
  #isOriginal(slot: number): boolean {
    const endpoint = this.#sides().v1.slots[slot]?.endpoint ?? null;
    const speaksV2 = this.#speaksV2[slot] ?? null;
    return endpoint !== null && (speaksV2 === null || !sameEndpoint(endpoint, speaksV2));
  }

  /** Notes that peers in v2 may have to hear of a slot, where there are any: most nodes serve one protocol. */
  #touch(slot: number): void {
    if (!this.#sides().v2.isEmpty) this.#touched.add(slot);
  }

  #holds(slot: number, remote: Endpoint): boolean {
    return this.#sides().v2.holds(this.#sidOf(slot), remote);
  }

  #sidOf(slot: number): Uint8Array {
    return this.#slotSessions[slot >> 1] ?? new Uint8Array(v2.SID_BYTES);
  }
}

function slotOf(pair: number, side: Side): number {
  return 2 * pair + (side === "second" ? 1 : 0);
}
