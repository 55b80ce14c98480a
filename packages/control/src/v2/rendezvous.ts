import type { FrameMac } from "@netpunch/crypto";
import type { Datagram, Deadline, Instant, Output } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { Budgets } from "../budgets.js";
import type { ControlEvent } from "../events.js";
import { isUsableSource } from "../source.js";
import { Answers } from "./answers.js";
import type { Binding, Side } from "./binding.js";
import { BINDING_TABLE } from "./binding.table.js";
import type { Cookies } from "./cookie.js";
import { type Outputs, Places } from "./places.js";
import { Quotas } from "./quotas.js";
import { emptySessionTally, type FrameDropReason, type SessionStats } from "./tally.js";
import type { V1Neighbour } from "./v1-neighbour.js";

/** What the rendezvous needs to know. */
export interface SessionRendezvousOptions {
  readonly mac: FrameMac;
  readonly cookies: Cookies;
  readonly budgets: Budgets;
  /** Our own sockets, whom we never answer. */
  readonly own: readonly Endpoint[];
  /** What nobody outside knows, for the tables of sources and sessions. */
  readonly seed: number;
  readonly v1: V1Neighbour;
}

/**
 * Protocol v2 at control: lets in what is genuine, fresh, from a proved address and within the quotas. Nothing is
 * remembered of anything else, and what an unproved address gets is smaller than what it sent.
 */
export class SessionRendezvous {
  readonly #tally = emptySessionTally();
  readonly #mac: FrameMac;
  readonly #cookies: Cookies;
  readonly #own: readonly Endpoint[];
  readonly #answers: Answers;
  readonly #quotas: Quotas;
  readonly #places: Places;

  constructor({ mac, cookies, budgets, own, seed, v1 }: SessionRendezvousOptions) {
    this.#mac = mac;
    this.#cookies = cookies;
    this.#own = own;
    this.#answers = new Answers(mac);
    this.#quotas = new Quotas(budgets, seed);
    this.#places = new Places({
      capacity: budgets.bindings,
      seed,
      answers: this.#answers,
      quotas: this.#quotas,
      tally: this.#tally,
      v1,
    });
  }

  get deadline(): Deadline | null {
    return this.#places.deadline;
  }

  hear(now: Instant, datagram: Datagram): Outputs {
    this.#tally.heard += 1;
    const decoded = v2.decode(datagram.bytes);
    if (!decoded.ok) return this.#drop(decoded.reason);
    const { frame } = decoded;
    if (frame.type !== "announce" && frame.type !== "bye") return this.#drop("wrong-way");
    if (!this.#mac.verify(datagram.bytes)) return this.#drop("bad-mac");
    const known = this.#places.sessions.index.find(frame.sid, frame.id);
    const isHome = known?.isAt(datagram.remote) === true;
    if (known !== null && isGone(known, isHome)) return this.#drop("gone");
    if (known !== null && frame.seq <= known.seq) return this.#drop("stale-seq");
    if (frame.type === "bye") return this.#bye(frame, isHome ? known : null, now);
    return isHome && known?.phase === "bound"
      ? this.#refresh(known, frame, datagram, now)
      : this.#announce(known, frame, datagram, now);
  }

  wake(now: Instant): readonly Output<ControlEvent>[] {
    return this.#places.wake(now);
  }

  stats(): SessionStats {
    const { bound, index } = this.#places.sessions;
    return { ...this.#tally, dropped: { ...this.#tally.dropped }, bound, remembered: index.size - bound };
  }

  /** Whether no run is known, with a place or without. */
  get isEmpty(): boolean {
    return this.#places.sessions.index.size === 0;
  }

  /** Whether a run of a session has its place at an address. */
  holds(sid: Uint8Array, remote: Endpoint): boolean {
    return this.#places.sessions.index.bound(sid).some((each) => each.isAt(remote));
  }

  /** See {@link Places.reconsider}. */
  reconsider(sid: Uint8Array, now: Instant): Outputs {
    return this.#places.reconsider(sid, now);
  }

  /** See {@link Places.contest}. */
  contest(sid: Uint8Array, side: Side, now: Instant): Outputs {
    return this.#places.contest(sid, side, now);
  }

  /** A holder from its own address needs no cookie: nobody else can know its next seq under this MAC. */
  #refresh(binding: Binding, frame: v2.Announce, datagram: Datagram, now: Instant): Outputs {
    const over = this.#quotas.takeFrame(binding.cell, now);
    return over === null ? this.#places.refresh(binding, frame, datagram, now) : this.#drop(over);
  }

  #announce(known: Binding | null, frame: v2.Announce, datagram: Datagram, now: Instant): Outputs {
    const { remote } = datagram;
    if (!isUsableSource(remote, this.#own)) return this.#drop("unusable-source");
    const cell = this.#quotas.cellOf(remote.address);
    if (!this.#cookies.isGood(frame.cookie, frame, remote, now)) return this.#challenge(frame, datagram, cell, now);
    const refusal = this.#quotas.takeFrame(cell, now) ?? this.#lackOfRoom(known, cell);
    return refusal === null ? this.#places.seat(known, { frame, datagram, cell }, now) : this.#drop(refusal);
  }

  /** A replayed announce earns its forged source fewer bytes than it had, and changes nothing. */
  #challenge(frame: v2.Announce, { socket, remote }: Datagram, cell: number, now: Instant): Outputs {
    const over = this.#quotas.takeChallenge(cell, now);
    if (over !== null) return this.#drop(over);
    this.#tally.challenged += 1;
    const bytes = this.#answers.challenge(frame, this.#cookies.bake(frame, remote, now), remote);
    return [{ type: "send", datagram: { socket, remote: { address: remote.address, port: remote.port }, bytes } }];
  }

  #bye(frame: v2.Bye, binding: Binding | null, now: Instant): Outputs {
    if (binding === null) return this.#drop("unbound");
    this.#tally.byes += 1;
    return this.#places.part(binding, frame, now);
  }

  #lackOfRoom(known: Binding | null, cell: number): FrameDropReason | null {
    if (known === null && this.#places.sessions.index.isFull) return "no-room";
    return known?.cell === cell || this.#quotas.hasRoom(cell) ? null : "source-bindings";
  }

  #drop(reason: FrameDropReason): Outputs {
    this.#tally.dropped[reason] += 1;
    return [];
  }
}

/** Whether a run cannot speak any more from there, so that its frames were held back on the way. */
function isGone({ phase }: Binding, isHome: boolean): boolean {
  // Nearly all have their place, and a look into the table would be most of what this costs.
  if (phase === "bound") return false;
  return BINDING_TABLE[phase].admitted.phase === "left" || (phase === "replaced" && isHome);
}
