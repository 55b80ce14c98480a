import type { FrameMac } from "@netpunch/crypto";
import type { Datagram, Deadline, Instant, Output } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { Budgets } from "../budgets.js";
import type { ControlEvent } from "../events.js";
import { isUsableSource } from "../source.js";
import type { Strangers } from "../strangers.js";
import { Answers } from "./answers.js";
import type { Binding, Side } from "./binding.js";
import type { Cookies } from "./cookie.js";
import type { Outputs } from "./outputs.js";
import { Places } from "./places.js";
import { Quotas } from "./quotas.js";
import type { KeptEnd } from "./relay/kept.js";
import type { RelayLimits } from "./relay/options.js";
import { Relay } from "./relay/relay.js";
import { emptySessionTally, type FrameDropReason, type SessionStats } from "./tally.js";
import type { V1Neighbour } from "./v1-neighbour.js";

/** What a proved source is told that is over a limit. */
const LIMITS = { "source-bindings": "source-limit", "no-room": "total-limit" } as const;

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
  readonly strangers: Strangers;
  /** What is relayed; null for nothing. */
  readonly relay: RelayLimits | null;
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
  readonly #relay: Relay;
  readonly #strangers: Strangers;

  constructor({ mac, cookies, budgets, own, seed, v1, relay, strangers }: SessionRendezvousOptions) {
    this.#mac = mac;
    this.#cookies = cookies;
    this.#strangers = strangers;
    this.#own = own;
    this.#answers = new Answers(mac);
    this.#quotas = new Quotas(budgets, seed);
    this.#relay = new Relay({ limits: relay, answers: this.#answers, own, seed });
    this.#places = new Places({
      capacity: budgets.bindings,
      seed,
      answers: this.#answers,
      quotas: this.#quotas,
      tally: this.#tally,
      v1,
      watcher: this.#relay,
    });
  }

  get deadline(): Deadline | null {
    const places = this.#places.deadline;
    const relay = this.#relay.deadline;
    if (places === null || relay === null) return places ?? relay;
    return relay.at < places.at ? relay : places;
  }

  /** What a datagram comes to that an end of the relay sent for its partner; null for all others. */
  relay(now: Instant, datagram: Datagram): Outputs | null {
    return this.#relay.hear(now, datagram);
  }

  /** Takes released ends of the relay over from before a restart. */
  resume(kept: readonly KeptEnd[], now: Instant): Outputs {
    const outputs: Outputs = [];
    this.#relay.resume(kept, now, outputs);
    return outputs;
  }

  /** The ends of the relay that a restart would break for good, were they not kept. */
  kept(): readonly KeptEnd[] {
    return this.#relay.kept();
  }

  /** Takes no more ends of the relay: the node is about to end. */
  drain(): void {
    this.#relay.refuseMore();
  }

  hear(now: Instant, datagram: Datagram): Outputs {
    this.#tally.heard += 1;
    const decoded = v2.decode(datagram.bytes);
    if (!decoded.ok) return this.#drop(decoded.reason);
    const { frame } = decoded;
    if (frame.type !== "announce" && frame.type !== "bye" && frame.type !== "relay") return this.#drop("wrong-way");
    if (!this.#mac.verify(datagram.bytes)) {
      this.#drop("bad-mac");
      return [...this.#strangers.hear("v2", datagram.remote, now)];
    }
    const known = this.#places.sessions.index.find(frame.sid, frame.id);
    const isHome = known?.isAt(datagram.remote) === true;
    if (frame.type === "relay") return this.#askRelay(frame, isHome ? known : null, datagram, now);
    if (known !== null) {
      const isStale = frame.seq <= known.seq;
      if (isGone(known, isHome, isStale)) return this.#drop("gone");
      if (isStale) return this.#drop("stale-seq");
    }
    if (frame.type === "bye") return this.#bye(frame, isHome ? known : null, now);
    return isHome && known?.phase === "bound"
      ? this.#refresh(known, frame, datagram, now)
      : this.#announce(known, frame, datagram, now);
  }

  wake(now: Instant): readonly Output<ControlEvent>[] {
    const woken = this.#places.wake(now);
    const { deadline } = this.#relay;
    if (deadline === null || now < deadline.at) return woken;
    const outputs: Outputs = [...woken];
    this.#relay.wake(now, outputs);
    return outputs;
  }

  stats(): SessionStats {
    const { bound, index } = this.#places.sessions;
    return {
      ...this.#tally,
      dropped: { ...this.#tally.dropped },
      bound,
      remembered: index.size - bound,
      relay: this.#relay.stats(),
    };
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
    // Its address is a program's now, which must not hear from us because somebody has kept an announce.
    if (this.#relay.isReleased(frame)) return this.#drop("gone");
    const cell = this.#quotas.cellOf(remote.address);
    if (!this.#cookies.isGood(frame.cookie, frame, remote, now)) return this.#challenge(frame, datagram, cell, now);
    const over = this.#quotas.takeFrame(cell, now);
    if (over !== null) return this.#drop(over);
    const lack = this.#lackOfRoom(known, cell, now);
    if (lack !== null) {
      this.#drop(lack);
      return this.#places.turnAway({ frame, datagram }, LIMITS[lack]);
    }
    const outputs: Outputs = [];
    this.#relay.claimed(frame, remote, now, outputs);
    const seated = this.#places.seat(known, { frame, datagram, cell }, now);
    return outputs.length === 0 ? seated : [...outputs, ...seated];
  }

  #askRelay(frame: v2.Relay, binding: Binding | null, datagram: Datagram, now: Instant): Outputs {
    const { remote } = datagram;
    const isBound = binding?.phase === "bound";
    if (isBound && frame.seq <= binding.seq) return this.#drop("stale-seq");
    const over = this.#quotas.takeFrame(isBound ? binding.cell : this.#quotas.cellOf(remote.address), now);
    if (over !== null) return this.#drop(over);
    if (!isBound) return this.#relay.askAgain(frame, datagram) ?? this.#drop("unbound");
    binding.seq = frame.seq;
    binding.socket = datagram.socket;
    const outputs = this.#relay.ask(binding, frame, now);
    // It hears no more of us, so it must have no place either, whose holder is pushed to.
    if (this.#relay.isReleased(frame)) outputs.push(...this.#places.release(binding, now));
    return outputs;
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

  #lackOfRoom(known: Binding | null, cell: number, now: Instant): keyof typeof LIMITS | null {
    const isCounted = known !== null && known.cell === cell && (known.phase === "bound" || known.phase === "full");
    if (!isCounted && !this.#quotas.hasRoom(cell)) return "source-bindings";
    return known === null && !this.#places.makeRoom(now) ? "no-room" : null;
  }

  #drop(reason: FrameDropReason): Outputs {
    this.#tally.dropped[reason] += 1;
    return [];
  }
}

/** Whether a frame of a run that cannot speak any more from there was held back on its way. */
function isGone({ phase }: Binding, isHome: boolean, isStale: boolean): boolean {
  return (phase === "replaced" && isHome) || (phase === "left" && isStale);
}
