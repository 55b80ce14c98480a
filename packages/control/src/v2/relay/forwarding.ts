import type { Datagram, Instant } from "@netpunch/transport";
import { v2 } from "@netpunch/wire";
import type { Outputs } from "../outputs.js";
import { RelayBudgets } from "./budgets.js";
import type { RelayEnd, RelayPair } from "./end.js";
import type { RelayEnds } from "./ends.js";
import { overBudgetEvent } from "./events.js";
import type { RelayLimits } from "./options.js";
import { LONGEST_FRAME_BYTES, RELAY_SILENT_MS, SILENT_PER_SECOND, WARN_EVERY_MS } from "./pace.js";
import { PacketRate } from "./rate.js";
import type { RelayDropReason, RelayTally } from "./tally.js";

/** Passes datagrams on from one end of a pair to the other: the same bytes, once, or not at all. */
export class Forwarding {
  readonly #ends: RelayEnds;
  readonly #tally: RelayTally;
  readonly #budgets: RelayBudgets;
  readonly #toSilent = new PacketRate(SILENT_PER_SECOND);

  constructor(limits: RelayLimits, ends: RelayEnds, tally: RelayTally) {
    this.#ends = ends;
    this.#tally = tally;
    this.#budgets = new RelayBudgets(limits);
  }

  /**
   * What a datagram comes to that is not shaped like a word of control's: it is for the partner of the end that sent it.
   * Null where no end is at its source.
   */
  hear(now: Instant, { socket, remote, bytes }: Datagram): Outputs | null {
    const from = this.#ends.at(remote);
    if (from === null) return null;
    this.#tally.heard += 1;
    from.settle(socket);
    if (from.socket !== socket) return this.#drop("wrong-socket");
    from.heardAt = now;
    const { partner: to, pair } = from;
    if (to === null || pair === null) return this.#drop("not-open");
    const { passes } = from.between;
    const isFrame = bytes.length <= LONGEST_FRAME_BYTES && v2.isPeersWord(bytes);
    if (passes === "nothing") return this.#drop("not-open");
    if (passes === "frames" && !isFrame) return this.#drop("not-chosen");
    const through = to.socket;
    if (through === null) return this.#drop("unheard");
    if (now - to.heardAt >= RELAY_SILENT_MS && !this.#toSilent.take(to.whileSilent, now)) return this.#drop("silent");
    if (!isFrame || !this.#budgets.takeReserved(pair, now)) {
      const over = this.#budgets.take(from, pair, bytes.length, now);
      if (over !== null) return this.#dropOver(over, from, to, pair, now);
    }
    pair.datagrams += 1;
    pair.bytes += bytes.length;
    this.#tally.forwarded += 1;
    this.#tally.forwardedBytes += bytes.length;
    return [{ type: "send", datagram: { socket: through, remote: to.remote, bytes } }];
  }

  #dropOver(reason: RelayDropReason, from: RelayEnd, to: RelayEnd, pair: RelayPair, now: Instant): Outputs {
    this.#drop(reason);
    pair.dropped += 1;
    if (now - pair.warnedAt < WARN_EVERY_MS) return [];
    pair.warnedAt = now;
    return [overBudgetEvent([from, to], pair)];
  }

  #drop(reason: RelayDropReason): Outputs {
    this.#tally.dropped[reason] += 1;
    return [];
  }
}
