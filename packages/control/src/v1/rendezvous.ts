import type { V1Envelope } from "@netpunch/crypto";
import type { Datagram, Deadline, Instant, Output } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, v1 } from "@netpunch/wire";
import { Allowances } from "../allowance.js";
import type { Budgets } from "../budgets.js";
import type { ControlEvent } from "../events.js";
import { isUsableSource, sourceCell } from "../source.js";
import { type DropReason, emptyTally, type SlotStats } from "../stats.js";
import type { Strangers } from "../strangers.js";
import { Announces } from "./announces.js";
import { type Change, type Entry, REPEAT_AFTER_MS, Registry } from "./registry.js";

type Outputs = readonly Output<ControlEvent>[];

const NOTHING: Outputs = Object.freeze([]);
const SECONDS_PER_MINUTE = 60;
/** chosen: two powers more than the 26 places need, so that honest sources hardly ever share one; 32 KiB. */
const SOURCE_CELLS = 4096;

/** What v1 asks and tells v2 where that is served on the same port. Slots are numbered: 0 is a. */
export interface V2Neighbour {
  /** Whether an announce of a slot is to be heeded: a peer that has met its partner in v2 needs nothing of v1. */
  heeds(slot: number, remote: Endpoint): boolean;
  /** A slot was announced, and that was heeded. */
  announced(slot: number, remote: Endpoint): void;
  /** A slot was forgotten after its silence. */
  forgotten(slot: number): void;
}

/** What the rendezvous needs to know. */
export interface SlotRendezvousOptions {
  readonly envelope: V1Envelope;
  readonly budgets: Budgets;
  /** Our own sockets, whom we never answer. */
  readonly own: readonly Endpoint[];
  readonly strangers: Strangers;
  /** Absent for a node that speaks v1 only. */
  readonly v2?: V2Neighbour;
}

/** Protocol v1 at control: answers announces, pushes to those who wait, forgets those who left. */
export class SlotRendezvous {
  readonly tally = emptyTally();
  readonly #registry = new Registry();
  readonly #envelope: V1Envelope;
  readonly #announces: Announces;
  readonly #budgets: Budgets;
  readonly #own: readonly Endpoint[];
  readonly #strangers: Strangers;
  readonly #v2: V2Neighbour | undefined;
  readonly #perSlot: Allowances;
  readonly #perSource: Allowances;
  readonly #total: Allowances;
  readonly #pushes: Allowances;
  #deadline: Deadline | null = null;

  constructor({ envelope, budgets, own, strangers, v2 }: SlotRendezvousOptions) {
    const { announcesPerSlotPerSecond, announcesPerSourcePerSecond, announcesPerSecond } = budgets;
    const slots = v1.SLOTS.length;
    this.#envelope = envelope;
    this.#announces = new Announces(envelope);
    this.#budgets = budgets;
    this.#own = own;
    this.#strangers = strangers;
    this.#v2 = v2;
    this.#perSlot = new Allowances(slots, announcesPerSlotPerSecond, announcesPerSlotPerSecond);
    this.#perSource = new Allowances(SOURCE_CELLS, announcesPerSourcePerSecond, announcesPerSourcePerSecond);
    this.#total = new Allowances(1, announcesPerSecond, announcesPerSecond);
    this.#pushes = new Allowances(slots, budgets.pushesPerMinute / SECONDS_PER_MINUTE, budgets.pushesInARow);
  }

  /** Announces move it earlier at once, and later only when it has passed: an early wake costs less than a new timer. */
  get deadline(): Deadline | null {
    return this.#deadline;
  }

  get slots(): readonly Entry[] {
    return this.#registry.entries;
  }

  hear(now: Instant, { socket, remote, bytes }: Datagram): Outputs {
    this.tally.heard += 1;
    const recognised = this.#announces.recognise(bytes);
    if (typeof recognised === "string") {
      this.#drop(recognised);
      return recognised === "bad-signature" ? this.#strangers.hear("v1", remote, now) : NOTHING;
    }
    const entry = this.#registry.at(recognised);
    const refusal = this.#refuse(entry, remote, now);
    if (refusal !== null) return this.#drop(refusal);
    const previous = entry.endpoint;
    const change = this.#registry.announce(entry, remote, socket, now);
    this.#v2?.announced(entry.index, remote);
    return this.#serve(entry, change, previous, now);
  }

  /** Makes the repeats that are due and forgets who has been silent for too long. */
  wake(now: Instant): Outputs {
    if (this.#deadline === null || now < this.#deadline.at) return NOTHING;
    const outputs: Output<ControlEvent>[] = [];
    for (const entry of this.#registry.entries) {
      if (this.#registry.expiresAt(entry) <= now) this.#expire(entry, outputs);
    }
    for (const entry of this.#registry.entries) {
      if (this.#registry.repeatsAt(entry) <= now) this.#push(entry, now, outputs);
    }
    this.#deadline = null;
    for (const entry of this.#registry.entries) this.#expect(entry);
    return outputs;
  }

  /** Why an announce is not heeded; what it uses up is only taken when it is. */
  #refuse(entry: Entry, remote: Endpoint, now: Instant): DropReason | null {
    if (!this.#perSlot.has(entry.index, now)) return "slot-budget";
    if (!this.#total.has(0, now)) return "total-budget";
    const isKnown = entry.endpoint?.port === remote.port && entry.endpoint.address === remote.address;
    if (!isKnown && !isUsableSource(remote, this.#own)) return "unusable-source";
    const cell = isKnown ? entry.sourceCell : sourceCell(remote.address, SOURCE_CELLS);
    if (!this.#perSource.has(cell, now)) return "source-budget";
    if (this.#v2?.heeds(entry.index, remote) === false) return "speaks-v2";
    entry.sourceCell = cell;
    this.#perSlot.take(entry.index, now);
    this.#total.take(0, now);
    this.#perSource.take(cell, now);
    return null;
  }

  #serve(entry: Entry, change: Change, previous: Endpoint | null, now: Instant): Outputs {
    const partner = this.#registry.partnerOf(entry);
    this.tally.heeded += 1;
    const answer = this.#answer(entry, now);
    // A wait as long as for a repeat, not answerSpacingMs: this one has not asked, and may be about to meet.
    const isPushDue = this.#registry.isDue(partner, now, REPEAT_AFTER_MS[0] ?? 0);
    if (change === "none" && !isPushDue) {
      this.#expect(entry);
      return answer;
    }
    const outputs: Output<ControlEvent>[] = [];
    if (change !== "none") report(entry, partner, previous, outputs);
    outputs.push(...answer);
    if (isPushDue) this.#push(partner, now, outputs);
    this.#expect(entry);
    this.#expect(partner);
    return outputs;
  }

  #answer(entry: Entry, now: Instant): Outputs {
    if (entry.phase !== "introduced") {
      this.tally.alone += 1;
      return NOTHING;
    }
    if (!this.#registry.isDue(entry, now, this.#budgets.answerSpacingMs)) {
      this.tally.spaced += 1;
      this.#registry.postponed(entry);
      return NOTHING;
    }
    this.tally.answered += 1;
    this.#registry.told(entry, now);
    return this.#telling(entry);
  }

  #push(entry: Entry, now: Instant, outputs: Output<ControlEvent>[]): void {
    // Both slots are one socket, which hears it as an answer: a push would tell it of itself a second time.
    if (entry.endpoint === null || this.#registry.isPairedWithItself(entry)) return;
    this.#registry.told(entry, now);
    if (!this.#pushes.has(entry.index, now)) {
      this.tally.withheld += 1;
      return;
    }
    this.#pushes.take(entry.index, now);
    this.tally.pushed += 1;
    outputs.push(...this.#telling(entry));
    outputs.push({ type: "event", event: { type: "pushed", slot: entry.slot, endpoint: entry.endpoint } });
  }

  #expire(entry: Entry, outputs: Output<ControlEvent>[]): void {
    const { slot, endpoint } = entry;
    this.#registry.expire(entry);
    this.#v2?.forgotten(entry.index);
    this.tally.expired += 1;
    if (endpoint !== null) outputs.push({ type: "event", event: { type: "expired", slot, endpoint } });
  }

  /** The datagram that tells a slot where its partner is; made once for each pair of addresses. */
  #telling(entry: Entry): Outputs {
    const partner = this.#registry.partnerOf(entry);
    if (entry.answer !== null) return entry.answer;
    if (entry.endpoint === null || partner.endpoint === null) return NOTHING;
    partner.info ??= this.#envelope.seal(
      v1.encode({ type: "peerInfo", slot: partner.slot, endpoint: partner.endpoint }),
    );
    const datagram: Datagram = { socket: entry.socket, remote: entry.endpoint, bytes: partner.info };
    entry.answer = Object.freeze([{ type: "send", datagram } as const]);
    return entry.answer;
  }

  /** Moves the deadline earlier where this slot needs it. */
  #expect(entry: Entry): void {
    const repeatsAt = this.#registry.repeatsAt(entry);
    const expiresAt = this.#registry.expiresAt(entry);
    const at = Math.min(repeatsAt, expiresAt);
    if (at === Number.POSITIVE_INFINITY || (this.#deadline !== null && this.#deadline.at <= at)) return;
    const what = repeatsAt <= expiresAt ? `repeat ${entry.repeats + 1}/${REPEAT_AFTER_MS.length}` : "expiry";
    this.#deadline = { at, why: `slot ${entry.slot}: ${what}` };
  }

  #drop(reason: DropReason): Outputs {
    this.tally.dropped[reason] += 1;
    return NOTHING;
  }

  /** The slots that are known now. */
  known(now: Instant): readonly SlotStats[] {
    return this.#registry.entries.flatMap(({ slot, phase, endpoint, heardAt }) => {
      if (endpoint === null || (phase !== "waiting" && phase !== "introduced")) return [];
      return [{ slot, phase, endpoint: formatEndpoint(endpoint), silentMs: Math.max(0, now - heardAt) }];
    });
  }
}

/** The events of a slot that came or moved. */
function report(entry: Entry, partner: Entry, previous: Endpoint | null, outputs: Output<ControlEvent>[]): void {
  if (entry.endpoint === null) return;
  outputs.push({ type: "event", event: { type: "announced", slot: entry.slot, endpoint: entry.endpoint, previous } });
  if (partner.endpoint === null) return;
  const [first, second] = entry.index < partner.index ? [entry, partner] : [partner, entry];
  const endpoints = [first.endpoint ?? entry.endpoint, second.endpoint ?? entry.endpoint] as const;
  outputs.push({ type: "event", event: { type: "introduced", slots: [first.slot, second.slot], endpoints } });
}
