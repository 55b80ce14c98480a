import type { Instant, Output, SocketId } from "@netpunch/transport";
import { type Endpoint, sameEndpoint, v1 } from "@netpunch/wire";
import type { ControlEvent } from "../events.js";
import { type Owed, SLOT_TABLE, type SlotPhase, type SlotSignal } from "./slot.table.js";

/** The original announces itself again every 30.5 s (protocol-v1): two of those may be lost. */
export const FORGET_AFTER_MS = 90_000;

/**
 * After a slot was told something new, how long until it is told again, each counted from the telling before: 500,
 * 1500 and 3500 ms in all.
 *
 * An original peer takes every word of control as the order to start over, even during the 100 ms of its farewell, when
 * its partner has gone: told then, it never ends. Farewells come within about two round trips, so repeats start late.
 */
export const REPEAT_AFTER_MS: readonly number[] = [500, 1000, 2000];

/**
 * A pair that was heard so short a time ago is not told again unasked.
 *
 * A peer repeats its announce every 100 ms until an answer arrives: who was repeating just now may be about to hear us
 * over a path that is only long. chosen: that pause, the farewell's 100 ms and as much again; simulated with two
 * originals and 30 % loss, it leaves half as many behind as no wait would.
 */
export const SETTLE_MS = 300;

/** What is known of a slot, and what it has been told. */
export interface Entry {
  readonly slot: v1.Slot;
  readonly index: number;
  phase: SlotPhase;
  /** Where its peer is; null while it is absent or expired. */
  endpoint: Endpoint | null;
  /** Through which of our sockets it was heard: answers leave from the address that was asked. */
  socket: SocketId;
  heardAt: Instant;
  owed: Owed;
  toldAt: Instant;
  /** How many repeats were made since the last news; all of them where nothing is to be repeated. */
  repeats: number;
  /** What the partner is told of this slot, sealed once for each address. */
  info: Uint8Array | null;
  /** The whole answer to this slot, made once for each pair of addresses. */
  answer: readonly Output<ControlEvent>[] | null;
  /** Where its source is counted. */
  sourceCell: number;
}

/** How an announce changed what is known of its slot. */
export type Change = "came" | "moved" | "none";

const SIGNAL_TO_PARTNER = {
  came: "partnerCame",
  moved: "partnerMoved",
  none: "partnerAsked",
} as const satisfies Record<Change, SlotSignal>;

/** The 26 slots of protocol v1, linked in pairs; applies the table and knows no datagrams. */
export class Registry {
  readonly entries: readonly Entry[] = v1.SLOTS.map(absentEntry);

  at(index: number): Entry {
    const entry = this.entries[index];
    if (entry === undefined) throw new RangeError(`"index" expected 0 to ${this.entries.length - 1}, got ${index}`);
    return entry;
  }

  partnerOf(entry: Entry): Entry {
    return this.at(entry.index ^ 1);
  }

  /** Takes an announce. What the slot and its partner are owed for it stands in their `owed`. */
  announce(entry: Entry, endpoint: Endpoint, socket: SocketId, now: Instant): Change {
    const partner = this.partnerOf(entry);
    const change = changeOf(entry, endpoint);
    if (change !== "none") {
      entry.endpoint = { address: endpoint.address, port: endpoint.port };
      entry.info = null;
      partner.answer = null;
    }
    if (change !== "none" || entry.socket !== socket) entry.answer = null;
    entry.socket = socket;
    entry.heardAt = now;
    signal(entry, change === "moved" ? "moved" : "announced");
    signal(partner, SIGNAL_TO_PARTNER[change]);
    if (change === "came" && partner.endpoint !== null) signal(entry, "partnerCame");
    return change;
  }

  /** Forgets a slot. */
  expire(entry: Entry): void {
    signal(entry, "timedOut");
    signal(this.partnerOf(entry), "partnerLeft");
    Object.assign(entry, { endpoint: null, info: null, answer: null });
    this.partnerOf(entry).answer = null;
  }

  /** When a slot is to be forgotten if it stays silent; Infinity where it is not known. */
  expiresAt(entry: Entry): Instant {
    return entry.endpoint === null ? Number.POSITIVE_INFINITY : entry.heardAt + FORGET_AFTER_MS;
  }

  /** When a slot is to be told again what it was told; Infinity for never. */
  repeatsAt(entry: Entry): Instant {
    const pauseMs = REPEAT_AFTER_MS[entry.repeats];
    if (pauseMs === undefined || this.isPairedWithItself(entry)) return Number.POSITIVE_INFINITY;
    const quietSince = Math.max(entry.heardAt, this.partnerOf(entry).heardAt);
    return Math.max(entry.toldAt + pauseMs, quietSince + SETTLE_MS);
  }

  /** Whether both slots of the pair were announced from one address and port, thus from one socket. */
  isPairedWithItself(entry: Entry): boolean {
    const partner = this.partnerOf(entry);
    return entry.endpoint !== null && partner.endpoint !== null && sameEndpoint(entry.endpoint, partner.endpoint);
  }

  /** Whether what a slot is owed is to be sent now. */
  isDue(entry: Entry, now: Instant, spacingMs: number): boolean {
    return entry.owed === "news" || (entry.owed === "reminder" && now - entry.toldAt >= spacingMs);
  }

  /** Notes that a slot was told. A reminder takes the place of a repeat, and starts over when there are none left. */
  told(entry: Entry, now: Instant): void {
    const startsOver = entry.owed === "news" || entry.repeats >= REPEAT_AFTER_MS.length;
    entry.repeats = startsOver ? 0 : entry.repeats + 1;
    entry.toldAt = now;
    entry.owed = "nothing";
  }

  /** Notes that a slot asked too soon to be told at once: the next repeat will do it. */
  postponed(entry: Entry): void {
    if (entry.owed === "reminder") entry.repeats = 0;
    entry.owed = "nothing";
  }
}

function absentEntry(slot: v1.Slot, index: number): Entry {
  return {
    slot,
    index,
    phase: "absent",
    endpoint: null,
    socket: 0,
    heardAt: Number.NEGATIVE_INFINITY,
    owed: "nothing",
    toldAt: Number.NEGATIVE_INFINITY,
    repeats: REPEAT_AFTER_MS.length,
    info: null,
    answer: null,
    sourceCell: 0,
  };
}

function changeOf(entry: Entry, endpoint: Endpoint): Change {
  if (entry.endpoint === null) return "came";
  return sameEndpoint(entry.endpoint, endpoint) ? "none" : "moved";
}

function signal(entry: Entry, what: SlotSignal): void {
  const { phase, owed } = SLOT_TABLE[entry.phase][what];
  entry.phase = phase;
  entry.owed = owed;
  if (phase !== "introduced") entry.repeats = REPEAT_AFTER_MS.length;
}
