import type { Datagram, Deadline, Instant, Output } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { Answers } from "../answers.js";
import type { Binding } from "../binding.js";
import type { Outputs } from "../outputs.js";
import { RelayEnd, RelayPair, type Run } from "./end.js";
import { RelayEnds } from "./ends.js";
import { beganEvent, endedEvent, type RelayEndedReason, releasedEvent } from "./events.js";
import { Forwarding } from "./forwarding.js";
import { type KeptEnd, keep, restore } from "./kept.js";
import type { RelayLimits } from "./options.js";
import { RELAY_IDLE_MS } from "./pace.js";
import { END_TABLE, type EndSignal } from "./relay.table.js";
import { emptyRelayTally, type RelayStats } from "./tally.js";

/** chosen: a look at all ends takes a fraction of a millisecond, and who is idle may go a little later. */
const SWEEP_EVERY_MS = 100;

/** What a relay is made with. */
export interface RelayOptions {
  /** Null: nothing is relayed. */
  readonly limits: RelayLimits | null;
  readonly answers: Answers;
  /** Our own sockets, to whom nothing is relayed. */
  readonly own: readonly Endpoint[];
  readonly seed: number;
}

/** Notes that a run is elsewhere, or has no place any more, for whoever has more to do with its address. */
export interface PlaceWatcher {
  moved(binding: Binding, now: Instant, outputs: Outputs): void;
  unbound(binding: Binding, now: Instant, outputs: Outputs): void;
}

/** Who may be an end of the relay, and which two are a pair. What passes between them is for {@link Forwarding}. */
export class Relay implements PlaceWatcher {
  readonly #limits: RelayLimits | null;
  readonly #answers: Answers;
  readonly #own: readonly Endpoint[];
  readonly #ends: RelayEnds;
  readonly #tally = emptyRelayTally();
  readonly #forwarding: Forwarding | null;
  #takesMore = true;
  #deadline: Deadline | null = null;

  constructor({ limits, answers, own, seed }: RelayOptions) {
    this.#limits = limits;
    this.#answers = answers;
    this.#own = own;
    this.#ends = new RelayEnds(seed);
    this.#forwarding = limits === null ? null : new Forwarding(limits, this.#ends, this.#tally);
  }

  get deadline(): Deadline | null {
    return this.#deadline;
  }

  /** What a datagram comes to that comes from an end and is no word of control's; null for all others. */
  hear(now: Instant, datagram: Datagram): Outputs | null {
    // Nearly always there is no end, and a node that relays still hears keepalives most of the time.
    if (this.#ends.size === 0 || v2.isControlsWord(datagram.bytes)) return null;
    return this.#forwarding?.hear(now, datagram) ?? null;
  }

  /** A bound run said RELAY from its own address. Whether its end is released by that is for {@link isReleased} to say. */
  ask(binding: Binding, frame: v2.Relay, now: Instant): Outputs {
    this.#tally.asked += 1;
    const outputs: Outputs = [];
    const end = this.#endFor(binding, frame, now, outputs);
    if (typeof end === "string") {
      this.#tally.refused += 1;
      outputs.push(this.#toRun(binding, frame, { echoSeq: frame.seq, state: "none", reason: end }));
      return outputs;
    }
    end.seq = frame.seq;
    end.heardAt = now;
    this.#signal(end, signalOf(frame.op, end));
    this.#pairUp(end);
    if (end.phase === "released") {
      end.unbind();
      outputs.push(releasedEvent(end));
    }
    const { state } = end.between;
    end.told = state;
    outputs.push(this.#toRun(binding, frame, { echoSeq: frame.seq, state, reason: "none" }));
    this.#newsOf(end, now, outputs);
    return outputs;
  }

  /**
   * A run without a binding said RELAY: one that is released says so again where the answer was lost, and is answered
   * once for each seq. Null for all others.
   */
  askAgain(frame: v2.Relay, { socket, remote }: Datagram): Outputs | null {
    const end = this.#ends.of(frame);
    const isRepeated = end?.phase === "released" && frame.op === "released" && frame.seq > end.seq;
    if (!isRepeated || !v2.sameId(end.partnerId, frame.partnerId) || this.#ends.at(remote) !== end) return null;
    this.#tally.asked += 1;
    end.seq = frame.seq;
    const bytes = this.#answers.relayed(end, { echoSeq: frame.seq, state: "released", reason: "none" });
    return [{ type: "send", datagram: { socket, remote: end.remote, bytes } }];
  }

  isReleased(run: Run): boolean {
    return this.#ends.size > 0 && this.#ends.of(run)?.phase === "released";
  }

  /** A run is bound at another address now. */
  moved(binding: Binding, now: Instant, outputs: Outputs): void {
    const end = this.#endOf(binding);
    if (end === null) return;
    const remote = binding.endpoint;
    const refusal = this.#refusalAt(remote, end);
    if (refusal !== null) {
      // It is told why below; only its partner hears that they have parted.
      end.unbind();
      this.#drop(end, "moved", now, outputs);
      outputs.push(this.#toRun(binding, end, { echoSeq: end.seq, state: "none", reason: refusal }));
      return;
    }
    this.#ends.move(end, remote);
    end.heardAt = now;
    this.#signal(end, "moved");
    this.#tell(end, outputs);
    this.#newsOf(end, now, outputs);
  }

  /** A run has no place any more; its binding is about to be another run's. */
  unbound(binding: Binding, now: Instant, outputs: Outputs): void {
    const end = this.#endOf(binding);
    if (end === null || END_TABLE[end.phase].unbound !== "absent") return;
    // It is told nothing: whoever is at its address now is another run, or nobody.
    end.unbind();
    this.#drop(end, "parted", now, outputs);
  }

  /** A run has proved that it is at an address. */
  claimed(run: Run, remote: Endpoint, now: Instant, outputs: Outputs): void {
    const end = this.#ends.size === 0 ? null : this.#ends.at(remote);
    if (end === null || END_TABLE[end.phase].claimed !== "absent" || this.#ends.of(run) === end) return;
    this.#drop(end, "claimed", now, outputs);
  }

  /** Ends those pairs of which an end was silent for too long. */
  wake(now: Instant, outputs: Outputs): void {
    if (this.#deadline === null || now < this.#deadline.at) return;
    let next = Number.POSITIVE_INFINITY;
    for (const end of this.#ends.all()) {
      const idleAt = end.heardAt + RELAY_IDLE_MS;
      if (idleAt <= now) this.#drop(end, "idle", now, outputs);
      else next = Math.min(next, idleAt);
    }
    this.#deadline = this.#ends.size === 0 ? null : idleDeadline(Math.max(next, now + SWEEP_EVERY_MS));
  }

  /** Takes no more ends: the node is about to end. Those there are go on. */
  refuseMore(): void {
    this.#takesMore = false;
  }

  /** Takes released ends over from before a restart. They get nothing until they have sent something. */
  resume(kept: readonly KeptEnd[], now: Instant, outputs: Outputs): void {
    for (const each of kept) {
      const restored = restore(each, this.#own);
      if (restored === null || this.#ends.of(restored) !== null || this.#refusalAt(restored.remote, null) !== null)
        continue;
      const { partnerId, remote, seq } = restored;
      const end = new RelayEnd(restored, partnerId, remote, this.#ends.cellOf(remote), now);
      end.phase = "released";
      end.seq = seq;
      this.#add(end, now);
      this.#pairUp(end);
      this.#newsOf(end, now, outputs);
    }
  }

  /** The released ends, as they are to be kept for a restart. */
  kept(): readonly KeptEnd[] {
    return [...this.#ends.all()].filter(({ phase }) => phase === "released").map(keep);
  }

  stats(): RelayStats {
    const ends = [...this.#ends.all()];
    const carrying = ends.filter((end) => end.between.passes === "everything").length / 2;
    const released = ends.filter(({ phase }) => phase === "released").length;
    return { ...this.#tally, dropped: { ...this.#tally.dropped }, ends: ends.length, carrying, released };
  }

  /** The end of a run that asks, which may be a new one; or why it gets none. */
  #endFor(binding: Binding, frame: v2.Relay, now: Instant, outputs: Outputs): RelayEnd | v2.RelayReason {
    const known = this.#ends.of(frame);
    if (known !== null && v2.sameId(known.partnerId, frame.partnerId)) return known;
    // It is told what becomes of its new wish, and nothing of the old one.
    if (known !== null) {
      known.unbind();
      this.#drop(known, "parted", now, outputs);
    }
    const remote = binding.endpoint;
    const refusal = this.#refusalAt(remote, null);
    if (refusal !== null) return refusal;
    const end = new RelayEnd(frame, frame.partnerId, binding, this.#ends.cellOf(remote), now);
    this.#add(end, now);
    return end;
  }

  /** Why there can be no end at an address, or why one that is there already can not move there. */
  #refusalAt(remote: Endpoint, mover: RelayEnd | null): v2.RelayReason | null {
    if (this.#limits === null || (mover === null && !this.#takesMore)) return "off";
    const there = this.#ends.at(remote);
    if (there !== null && there !== mover) return "address";
    if (mover === null && this.#ends.size >= this.#limits.ends) return "full";
    const cell = this.#ends.cellOf(remote);
    return mover?.cell !== cell && this.#ends.countIn(cell) >= this.#limits.endsPerSource ? "source" : null;
  }

  #endOf(binding: Binding): RelayEnd | null {
    return this.#ends.size === 0 ? null : this.#ends.of(binding);
  }

  #add(end: RelayEnd, now: Instant): void {
    this.#ends.add(end);
    this.#deadline ??= idleDeadline(now + RELAY_IDLE_MS);
  }

  #signal(end: RelayEnd, signal: EndSignal): void {
    end.phase = END_TABLE[end.phase][signal];
  }

  #pairUp(end: RelayEnd): void {
    if (end.partner !== null) return;
    const other = this.#ends.counterpartOf(end);
    if (other === null) return;
    end.partner = other;
    other.partner = end;
    end.pair = new RelayPair();
    other.pair = end.pair;
  }

  /** Reports what an end's change comes to, and tells the run at the other end. */
  #newsOf(end: RelayEnd, now: Instant, outputs: Outputs): void {
    const { partner, pair } = end;
    if (partner === null || pair === null) return;
    if (end.between.passes === "everything" && pair.carriesSince === null) {
      pair.carriesSince = now;
      this.#tally.began += 1;
      outputs.push(beganEvent([end, partner]));
    }
    this.#tell(partner, outputs);
  }

  /** Ends a pair, or an end that waits for its partner. */
  #drop(end: RelayEnd, why: RelayEndedReason, now: Instant, outputs: Outputs): void {
    const { partner, pair } = end;
    this.#remove(end, why, outputs);
    if (partner === null || pair === null) return;
    this.#remove(partner, why, outputs);
    if (pair.carriesSince === null) return;
    this.#tally.ended += 1;
    outputs.push(endedEvent([end, partner], pair, why, now));
  }

  #remove(end: RelayEnd, why: RelayEndedReason, outputs: Outputs): void {
    this.#ends.remove(end);
    end.phase = "absent";
    end.partner = null;
    end.pair = null;
    if (end.binding === null) return;
    const reason = why === "idle" ? "idle" : "parted";
    outputs.push(this.#toRun(end.binding, end, { echoSeq: end.seq, state: "none", reason }));
  }

  /** Tells a run its state where that is news; a released end hears nothing. */
  #tell(end: RelayEnd, outputs: Outputs): void {
    const { state } = end.between;
    if (end.binding === null || end.told === state) return;
    end.told = state;
    outputs.push(this.#toRun(end.binding, end, { echoSeq: end.seq, state, reason: "none" }));
  }

  #toRun(
    { socket, endpoint }: Binding,
    about: Run & { readonly partnerId: Uint8Array },
    standing: Pick<v2.Relayed, "echoSeq" | "state" | "reason">,
  ): Output<never> {
    return { type: "send", datagram: { socket, remote: endpoint, bytes: this.#answers.relayed(about, standing) } };
  }
}

/** A run that says "released" while data does not pass has only chosen: nobody may hand over what does not carry. */
function signalOf(op: v2.RelayOp, end: RelayEnd): EndSignal {
  if (op === "want") return "want";
  return op === "released" && end.between.state === "carrying" ? "release" : "choose";
}

function idleDeadline(at: Instant): Deadline {
  return { at, why: "relay: idle" };
}
