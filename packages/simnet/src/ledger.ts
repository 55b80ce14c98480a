import type { Instant } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import { DEFAULT_TTL, type Packet } from "./packet.js";
import type { DropReason, Fate } from "./trace.js";

/**
 * How much of the trace is kept: all, nothing, or the newest `limit` entries.
 *
 * "off" makes no entry at all, for runs of millions of datagrams; the counters of `stats` go on.
 */
export type TraceOption = "full" | "off" | { readonly limit: number };

/** What became of all datagrams; `sent + duplicated = delivered + dropped + inFlight`, always. */
export interface Stats {
  /** By hosts and by `inject()`. */
  readonly sent: number;
  /** Copies that links made. */
  readonly duplicated: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly droppedBy: Readonly<Partial<Record<DropReason, number>>>;
  readonly inFlight: number;
}

/** The one book of datagrams: gives out ids, counts fates, writes the trace. */
export class Ledger {
  readonly #clock: { readonly now: Instant };
  readonly #limit: number;
  readonly #onFate: ((fate: Fate) => void) | null;
  readonly #recording: boolean;
  #entries: Fate[] = [];
  #lastId = 0;
  #sent = 0;
  #duplicated = 0;
  #delivered = 0;
  readonly #droppedBy = new Map<DropReason, number>();

  constructor(clock: { readonly now: Instant }, trace: TraceOption, onFate: ((fate: Fate) => void) | null) {
    this.#clock = clock;
    this.#limit = entriesKept(trace);
    this.#onFate = onFate;
    this.#recording = this.#limit > 0 || onFate !== null;
  }

  get trace(): readonly Fate[] {
    return this.#entries.length > this.#limit ? this.#entries.slice(-this.#limit) : this.#entries;
  }

  get stats(): Stats {
    const droppedBy = Object.fromEntries(this.#droppedBy) as Partial<Record<DropReason, number>>;
    const dropped = [...this.#droppedBy.values()].reduce((sum, count) => sum + count, 0);
    const inFlight = this.#sent + this.#duplicated - this.#delivered - dropped;
    return { sent: this.#sent, duplicated: this.#duplicated, delivered: this.#delivered, dropped, droppedBy, inFlight };
  }

  born(
    type: "sent" | "injected",
    node: string,
    from: Endpoint,
    to: Endpoint,
    bytes: Uint8Array,
    ttl = DEFAULT_TTL,
  ): Packet {
    this.#sent++;
    // The sender may use its buffer again at once, as with a real socket.
    const packet = { id: ++this.#lastId, from, to, bytes: bytes.slice(), hopsLeft: ttl };
    if (this.#recording) this.#write({ type, ...this.#seen(packet, node), bytes: packet.bytes });
    return packet;
  }

  copied(packet: Packet, node: string): Packet {
    this.#duplicated++;
    const copy = { ...packet, id: ++this.#lastId };
    if (this.#recording) this.#write({ type: "duplicated", ...this.#seen(copy, node), parent: packet.id });
    return copy;
  }

  hopped(packet: Packet, node: string, direction: "outbound" | "inbound", arrivesAt: Instant): void {
    if (this.#recording) this.#write({ type: "hop", ...this.#seen(packet, node), direction, arrivesAt });
  }

  translated(
    packet: Packet,
    node: string,
    field: "source" | "destination",
    was: Endpoint,
    mapping: "new" | "known",
  ): void {
    if (this.#recording) this.#write({ type: "translated", ...this.#seen(packet, node), field, was, mapping });
  }

  delivered(packet: Packet, node: string): void {
    this.#delivered++;
    if (this.#recording) this.#write({ type: "delivered", ...this.#seen(packet, node) });
  }

  dropped(packet: Packet, node: string, reason: DropReason): void {
    this.#droppedBy.set(reason, (this.#droppedBy.get(reason) ?? 0) + 1);
    if (this.#recording) this.#write({ type: "dropped", ...this.#seen(packet, node), reason });
  }

  #seen(packet: Packet, node: string) {
    return { at: this.#clock.now, id: packet.id, node, from: packet.from, to: packet.to };
  }

  #write(fate: Fate): void {
    this.#onFate?.(fate);
    if (this.#limit === 0) return;
    this.#entries.push(fate);
    // Cut back only at twice the limit: a shift for each entry would cost the whole array each time.
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
  }
}

function entriesKept(trace: TraceOption): number {
  if (trace === "off") return 0;
  if (trace === "full") return Number.POSITIVE_INFINITY;
  if (Number.isInteger(trace.limit) && trace.limit >= 1) return trace.limit;
  throw new RangeError(`"trace" expected "full", "off" or { limit: a count, 1 or more }, got ${JSON.stringify(trace)}`);
}
