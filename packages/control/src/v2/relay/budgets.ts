import type { Instant } from "@netpunch/transport";
import type { RelayEnd, RelayPair } from "./end.js";
import type { RelayLimits } from "./options.js";
import { LEAST_COST_BYTES, PACKET_OVERHEAD_BYTES, RESERVED_PER_SECOND } from "./pace.js";
import { Flow, PacketRate, Rate } from "./rate.js";

/** A power of two. chosen: more than twice the ends, so that sources hardly ever share one. */
export const SOURCE_CELLS = 8_192;

/** Sources that sent something in this many milliseconds, or in as many before, share the total. */
const ACTIVE_MS = 1_000;

/** Why a datagram did not fit. */
export type OverBudget = "pair-budget" | "total-budget" | "source-share";

/** Decides which datagrams fit into the pair's budget, the total, and their source's share of it. */
export class RelayBudgets {
  readonly #perPair: Rate;
  readonly #total: Rate;
  readonly #reserve = new PacketRate(RESERVED_PER_SECOND);
  readonly #used = new Flow();
  readonly #usedBySource: (Flow | undefined)[] = new Array<Flow | undefined>(SOURCE_CELLS);
  readonly #activeIn = new Float64Array(SOURCE_CELLS).fill(-1);
  #period = 0;
  #active = 0;
  #activeBefore = 0;

  constructor({ perPair, total }: RelayLimits) {
    this.#perPair = new Rate(perPair);
    this.#total = new Rate(total);
  }

  /** Takes what one of the frames uses up that always fit: as many a second for each pair. */
  takeReserved(pair: RelayPair, now: Instant): boolean {
    return this.#reserve.take(pair.reserved, now);
  }

  /** Takes what a datagram uses up; what is over budget uses up nothing. */
  take({ cell }: RelayEnd, { flow }: RelayPair, payloadBytes: number, now: Instant): OverBudget | null {
    const cost = Math.max(payloadBytes + PACKET_OVERHEAD_BYTES, LEAST_COST_BYTES);
    this.#noteActive(cell, now);
    if (!this.#perPair.fits(flow, cost, now)) return "pair-budget";
    if (!this.#total.fits(this.#used, cost, now)) return "total-budget";
    const sharers = Math.max(this.#active, this.#activeBefore);
    const used = this.#usedOf(cell);
    // What is above its share goes to whoever asks first, but the lower half is kept for those below theirs.
    const isWithinShare = this.#total.fits(used, cost, now, sharers);
    if (!isWithinShare && !this.#total.fits(this.#used, cost, now, 1, 0.5)) return "source-share";
    this.#perPair.take(flow, cost, now);
    this.#total.take(this.#used, cost, now);
    if (isWithinShare) this.#total.take(used, cost, now, sharers);
    return null;
  }

  #usedOf(cell: number): Flow {
    const known = this.#usedBySource[cell];
    if (known !== undefined) return known;
    const used = new Flow();
    this.#usedBySource[cell] = used;
    return used;
  }

  #noteActive(cell: number, now: Instant): void {
    const period = Math.floor(now / ACTIVE_MS);
    if (period !== this.#period) {
      this.#activeBefore = period === this.#period + 1 ? this.#active : 0;
      this.#active = 0;
      this.#period = period;
    }
    if (this.#activeIn[cell] === period) return;
    this.#activeIn[cell] = period;
    this.#active += 1;
  }
}
