import type { Instant, Output } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import { Allowances } from "./allowance.js";
import type { ControlEvent } from "./events.js";
import { sourceCell } from "./source.js";

/** chosen: so many that honest sources hardly ever share one; 32 KiB. */
const SOURCE_CELLS = 4096;
/** A source is told of once a minute: its peer announces itself many times in that. */
const PER_SOURCE_PER_SECOND = 1 / 60;
/** chosen: a whole team that mistypes is seen; a flood from forged sources makes 8,640 reports a day. */
const PER_SECOND = 1 / 10;
const AT_ONCE = 6;

const NOTHING: readonly Output<ControlEvent>[] = Object.freeze([]);

/**
 * Reports who speaks with another secret: the commonest mistake, to which control is silent. Anybody can make such datagrams, from
 * any address, so reports are few, for each source and in all. Memory is fixed when it is made.
 */
export class Strangers {
  readonly #perSource = new Allowances(SOURCE_CELLS, PER_SOURCE_PER_SECOND, 1);
  readonly #total = new Allowances(1, PER_SECOND, AT_ONCE);
  readonly #seed: number;

  /** @param seed what nobody outside knows makes it hard to find sources that share a given one's cell */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** What a datagram with another secret comes to. */
  hear(protocol: "v1" | "v2", { address, port }: Endpoint, now: Instant): readonly Output<ControlEvent>[] {
    if (!this.#total.has(0, now)) return NOTHING;
    const cell = sourceCell(address, SOURCE_CELLS, this.#seed);
    if (!this.#perSource.has(cell, now)) return NOTHING;
    this.#total.take(0, now);
    this.#perSource.take(cell, now);
    return [{ type: "event", event: { type: "otherSecret", protocol, endpoint: { address, port } } }];
  }
}
