import type { Datagram, Deadline, Instant, Output, SocketId } from "@netpunch/transport";
import type { Endpoint, v2 } from "@netpunch/wire";
import type { ControlEvent } from "../events.js";
import type { Answers } from "./answers.js";
import type { Binding, Side } from "./binding.js";
import type { BindingSignal } from "./binding.table.js";
import { boundEvent, fullEvent, pairedEvent, type UnboundReason, unboundEvent } from "./events.js";
import type { Outputs } from "./outputs.js";
import { Pushes } from "./pushes.js";
import type { Quotas } from "./quotas.js";
import type { PlaceWatcher } from "./relay/relay.js";
import { type Contest, type Refusal, Sessions, sideOf } from "./sessions.js";
import type { SessionTally } from "./tally.js";
import type { V1Neighbour } from "./v1-neighbour.js";

const NOTHING: readonly Output<ControlEvent>[] = Object.freeze([]);

/** chosen: a millisecond or two of work; what else is due waits until others have been heard. */
const MOST_PER_WAKE = 200;

/** What places are given with. */
export interface PlacesOptions {
  readonly capacity: number;
  readonly seed: number;
  readonly answers: Answers;
  readonly quotas: Quotas;
  readonly tally: SessionTally;
  readonly v1: V1Neighbour;
  readonly watcher: PlaceWatcher;
}

/** An announce whose sender's address is proved. */
export interface Proved {
  readonly frame: v2.Announce;
  readonly datagram: Datagram;
  /** Where its source is counted. */
  readonly cell: number;
}

/**
 * Gives the two places of each session to runs whose address is proved, takes them back, and tells each holder of the
 * other one until it says that it has heard.
 */
export class Places {
  readonly sessions: Sessions;
  readonly #pushes: Pushes;
  readonly #answers: Answers;
  readonly #quotas: Quotas;
  readonly #tally: SessionTally;
  readonly #v1: V1Neighbour;
  readonly #watcher: PlaceWatcher;
  #deadline: Deadline | null = null;

  constructor({ capacity, seed, answers, quotas, tally, v1, watcher }: PlacesOptions) {
    this.sessions = new Sessions(capacity, seed, v1);
    this.#pushes = new Pushes(this.sessions.index);
    this.#answers = answers;
    this.#quotas = quotas;
    this.#tally = tally;
    this.#v1 = v1;
    this.#watcher = watcher;
  }

  get deadline(): Deadline | null {
    const pushAt = this.#pushes.nextAt;
    const { expiresAt } = this.sessions;
    const at = Math.min(pushAt, expiresAt);
    // It seldom moves, and is asked for after every datagram.
    if (at !== (this.#deadline?.at ?? Number.POSITIVE_INFINITY)) {
      this.#deadline =
        at === Number.POSITIVE_INFINITY ? null : { at, why: `session: ${pushAt < expiresAt ? "push" : "expiry"}` };
    }
    return this.#deadline;
  }

  /** A holder announced itself from its own address: nearly all that control ever does. */
  refresh(binding: Binding, frame: v2.Announce, { socket }: Datagram, now: Instant): Outputs {
    this.sessions.keep(binding, now);
    this.#take(binding, frame, socket, now);
    const outputs: Outputs = [this.#answer(binding, frame, now)];
    this.#takeBlob(binding, frame, now, outputs);
    return outputs;
  }

  /**
   * A run proved its address that is new, has no place, or has it at another address: gives it a place, or tells it
   * that there is none. The quotas must have room for it.
   */
  seat(known: Binding | null, proved: Proved, now: Instant): Outputs {
    const { frame, datagram, cell } = proved;
    const side = known?.side ?? sideOf(frame.features);
    const contest = this.sessions.contest(frame.sid, side, known, datagram.remote);
    const outputs: Outputs = [];
    for (const each of contest.supplanted) this.#unbind(each, "supplanted", "replaced", now, outputs);
    const binding = known ?? this.sessions.index.add(frame.sid, frame.id, side);
    if (isCounted(binding)) this.#quotas.uncount(binding);
    this.#quotas.count(binding, cell);
    if (contest.rivals.length > 0) this.#refuse(binding, proved, contest, now, outputs);
    else if (binding.phase === "bound") this.#move(binding, proved, now, outputs);
    else this.#admit(binding, proved, now, outputs);
    return outputs;
  }

  /** Makes room for one more run, where those that have no place leave any: they are remembered as long as there is. */
  makeRoom(now: Instant): boolean {
    const { index, idlest } = this.sessions;
    if (index.isFull && idlest !== null) this.#unbind(idlest, "timedOut", "silent", now, []);
    return !index.isFull;
  }

  /** A run proved its address, and a limit of ours leaves it no place. */
  turnAway({ frame, datagram: { socket, remote } }: Pick<Proved, "frame" | "datagram">, why: Refusal): Outputs {
    const { address, port } = remote;
    const bytes = this.#answers.standing(frame, why);
    return [{ type: "send", datagram: { socket, remote: { address, port }, bytes } }];
  }

  /** A run said BYE from its own address. */
  part(binding: Binding, { seq, reason }: v2.Bye, now: Instant): Outputs {
    const outputs: Outputs = [];
    binding.seq = seq;
    this.#vacate(binding, "parted", reason, now, outputs);
    return outputs;
  }

  /** A run has handed its socket over: it gives its place back, as one that met its partner does. */
  release(binding: Binding, now: Instant): Outputs {
    const outputs: Outputs = [];
    this.#vacate(binding, "parted", "met", now, outputs);
    return outputs;
  }

  /** Somebody else claims the slot of a pair: finds out whether the holder of its place is still there. */
  contest(sid: Uint8Array, side: Side, now: Instant): Outputs {
    const outputs: Outputs = [];
    for (const each of this.sessions.index.bound(sid)) {
      if (each.side === side) this.#probe(each, now, outputs);
    }
    return outputs;
  }

  /** Tells the holders of a session's places what has changed for them, where something has. */
  reconsider(sid: Uint8Array, now: Instant): Outputs {
    const outputs: Outputs = [];
    this.#tellAll(sid, null, now, outputs);
    return outputs;
  }

  /** Makes pushes that are due and forgets who has been silent for too long. */
  wake(now: Instant): readonly Output<ControlEvent>[] {
    if (this.#pushes.nextAt > now && this.sessions.expiresAt > now) return NOTHING;
    const outputs: Outputs = [];
    for (let i = 0; i < MOST_PER_WAKE; i++) {
      const expired = this.sessions.takeExpired(now);
      if (expired !== null) this.#vacate(expired, "timedOut", "silent", now, outputs);
      const due = this.#pushes.takeDue(now);
      if (due?.what === "free its place") this.#vacate(due.binding, "unanswered", "unanswered", now, outputs);
      else if (due !== null) this.#push(due.binding, due.what, now, outputs);
      if (expired === null && due === null) break;
    }
    return outputs;
  }

  #admit(binding: Binding, { frame, datagram }: Proved, now: Instant, outputs: Outputs): void {
    binding.seq = frame.seq;
    binding.socket = datagram.socket;
    this.sessions.signal(binding, "admitted", now);
    binding.blob = frame.blob;
    binding.pair = binding.side === "any" ? null : this.#v1.pairOf(frame.sid);
    this.#place(binding, datagram.remote);
    binding.state = this.sessions.stateOf(binding);
    // Above all numbers that the run can have seen, also from a control that was restarted since.
    this.#pushes.begin(binding, Math.max(binding.pushSeq, frame.ackPush), now);
    outputs.push(boundEvent(binding, null));
    const partner = this.sessions.partnerOf(binding);
    if (partner !== null) outputs.push(pairedEvent(binding, partner));
    outputs.push(this.#answer(binding, frame, now));
    this.#tellAll(frame.sid, binding, now, outputs);
  }

  #move(binding: Binding, { frame, datagram }: Proved, now: Instant, outputs: Outputs): void {
    const previous = binding.endpoint;
    this.sessions.signal(binding, "admitted", now);
    this.#place(binding, datagram.remote);
    outputs.push(boundEvent(binding, previous));
    this.#take(binding, frame, datagram.socket, now);
    // The address may have been its partner's until now.
    this.#tellAll(frame.sid, null, now, outputs);
    outputs.push(this.#answer(binding, frame, now));
    this.#watcher.moved(binding, now, outputs);
    this.#takeBlob(binding, frame, now, outputs);
  }

  #refuse(
    binding: Binding,
    { frame, datagram }: Proved,
    { rivals, refusal }: Contest,
    now: Instant,
    outputs: Outputs,
  ): void {
    const isNews = binding.phase !== "full";
    binding.seq = frame.seq;
    binding.socket = datagram.socket;
    this.sessions.signal(binding, "refused", now);
    binding.endpoint = datagram.remote;
    if (isNews) outputs.push(fullEvent(binding, refusal));
    this.#tally.answered += 1;
    outputs.push(send(binding, this.#answers.standing(frame, refusal)));
    // Another one may have lost its place, whose partner is to hear of it.
    this.#tellAll(frame.sid, null, now, outputs);
    for (const each of rivals) this.#probe(each, now, outputs);
  }

  #place(binding: Binding, remote: Endpoint): void {
    const { pair, side } = binding;
    binding.endpoint = remote;
    if (pair !== null) this.#v1.bound(pair, side, remote);
  }

  /** Notes what a genuine announce says of its run. */
  #take(binding: Binding, { seq, ackPush }: v2.Announce, socket: SocketId, now: Instant): void {
    binding.seq = seq;
    binding.socket = socket;
    if (this.#pushes.isHeard(binding, ackPush)) this.#pushes.heard(binding, now);
  }

  #takeBlob(binding: Binding, { sid, blob }: v2.Announce, now: Instant, outputs: Outputs): void {
    if (binding.hasBlob(blob)) return;
    binding.blob = blob;
    this.#tellAll(sid, binding, now, outputs);
  }

  /** Takes a run's place, or its record, and tells its partner. */
  #vacate(binding: Binding, signal: BindingSignal, why: UnboundReason, now: Instant, outputs: Outputs): void {
    const { sid } = binding;
    this.#unbind(binding, signal, why, now, outputs);
    this.#tellAll(sid, null, now, outputs);
  }

  #unbind(binding: Binding, signal: BindingSignal, why: UnboundReason, now: Instant, outputs: Outputs): void {
    const { phase } = binding;
    const wasCounted = isCounted(binding);
    if (phase === "bound") this.#watcher.unbound(binding, now, outputs);
    this.#pushes.forget(binding);
    this.sessions.signal(binding, signal, now);
    if (wasCounted && !isCounted(binding)) this.#quotas.uncount(binding);
    if (phase !== "bound") return;
    if (why === "silent") this.#tally.expired += 1;
    outputs.push(unboundEvent(binding, why));
  }

  /** Tells the holders of a session's places how it stands with their partner; `changed` is one that is new to it. */
  #tellAll(sid: Uint8Array, changed: Binding | null, now: Instant, outputs: Outputs): void {
    for (const binding of this.sessions.index.bound(sid)) {
      const state = this.sessions.stateOf(binding);
      const isPartnerNew = changed !== null && changed.row !== binding.row;
      if (state === binding.state && !isPartnerNew) continue;
      binding.state = state;
      if (this.#pushes.news(binding, now)) this.#push(binding, "push", now, outputs);
    }
  }

  #probe(binding: Binding, now: Instant, outputs: Outputs): void {
    if (this.#pushes.probe(binding, now)) this.#push(binding, "push", now, outputs);
  }

  #push(binding: Binding, what: "push" | "probe", now: Instant, outputs: Outputs): void {
    if (!this.#pushes.take(binding, what, now)) return;
    this.#tally.pushed += 1;
    outputs.push(send(binding, this.#answers.news(binding, "push", this.sessions.partnerOf(binding))));
  }

  #answer(binding: Binding, frame: v2.Announce, now: Instant): Output<ControlEvent> {
    this.#tally.answered += 1;
    const partner = this.#pushes.isHeard(binding, frame.ackPush) ? null : this.sessions.partnerOf(binding);
    // Over its budget it gets what is smaller than its frame; a push will tell it.
    if (partner !== null && !this.#pushes.pay(binding, now)) {
      return send(binding, this.#answers.standing(frame, binding.state));
    }
    return send(binding, this.#answers.news(binding, "answer", partner, frame));
  }
}

/** Whether a run counts against what its source may have: one that has ended, or has moved on, asks nothing more of control. */
function isCounted({ phase }: Binding): boolean {
  return phase === "bound" || phase === "full";
}

function send(binding: Binding, bytes: Uint8Array): Output<ControlEvent> {
  return { type: "send", datagram: { socket: binding.socket, remote: binding.endpoint, bytes } };
}
