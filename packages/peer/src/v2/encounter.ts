import type { Deadline, Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, ipScope, sameEndpoint, v2 } from "@netpunch/wire";
import type { DropReason, PeerEvent } from "../events.js";
import type { OwnCandidates } from "./candidates.js";
import { Checks, type Target } from "./checks.js";
import type { Frames } from "./frames.js";
import type { KeepAlive } from "./keep-alive.js";
import { Nomination } from "./nomination.js";
import type { Outbox } from "./outbox.js";
import { RecentIds } from "./recent-ids.js";
import { CHECKING } from "./schedules.js";
import type { SessionSignal } from "./session.table.js";
import { sooner } from "./sooner.js";

/** What a frame of the partner's comes to: a signal, nothing, or why it was not taken. */
export type Heard =
  | { readonly ok: true; readonly signal: SessionSignal | null }
  | { readonly ok: false; readonly reason: DropReason };

export interface EncounterParts {
  readonly frames: Frames;
  readonly own: OwnCandidates;
  readonly random: (length: number) => Uint8Array;
  readonly outbox: Outbox;
  readonly keepAlive: KeepAlive | null;
}

interface Partner {
  readonly id: Uint8Array;
  /** Its addresses as control handed them over; null while only its pings have told of it. */
  readonly blob: Uint8Array | null;
  readonly candidates: readonly v2.Candidate[];
}

const NOTHING: Heard = { ok: true, signal: null };
const refused = (reason: DropReason): Heard => ({ ok: false, reason });
const signals = (signal: SessionSignal | null): Heard => ({ ok: true, signal });

/** What passes between the partner and us: its addresses, which of them answer, and the path that is nominated. */
export class Encounter {
  readonly #parts: EncounterParts;
  readonly #checks: Checks;
  readonly #nomination: Nomination;
  readonly #answered = new RecentIds(CHECKING.answered);
  #partner: Partner | null = null;

  constructor(parts: EncounterParts) {
    const { random, own } = parts;
    this.#parts = parts;
    this.#checks = new Checks({
      random,
      ping: (txid, remote) => this.#say("ping", txid, remote),
      serves: (endpoint) => own.serves(endpoint),
      isInside: ({ address }) => ipScope(address) === "private" && own.sharesNatWith(this.#candidates),
    });
    this.#nomination = new Nomination(this.#checks);
  }

  /** Which run our partner is; null: none. */
  get partner(): Uint8Array | null {
    return this.#partner?.id ?? null;
  }

  /** Whether control has told of the partner, and not only its own pings. */
  get isIntroduced(): boolean {
    return this.#partner !== null && this.#partner.blob !== null;
  }

  /** Whether it is our part to nominate: of two runs the one with the higher id does. */
  get controls(): boolean {
    return this.#partner !== null && v2.compareIds(this.#parts.frames.id, this.#partner.id) > 0;
  }

  get hole(): Endpoint | null {
    return this.#nomination.hole;
  }

  /** The partner's address to show. */
  get target(): Endpoint | null {
    return this.hole ?? this.#checks.foremost;
  }

  /** Controlled: whether the partner nominated to the end of its time, so that no confirmation can have arrived. */
  get wasNeverConfirmed(): boolean {
    return this.#nomination.wasNeverConfirmed;
  }

  get deadline(): Deadline | null {
    const trust = this.hole === null && this.controls ? this.#checks.trustDeadline : null;
    return sooner(this.#checks.deadline, trust, this.#nomination.deadline, this.#parts.keepAlive?.deadline ?? null);
  }

  /** Another partner: nothing that is known of the one before counts. */
  meet(id: Uint8Array, now: Instant): void {
    this.part(now);
    this.#partner = { id: Uint8Array.from(id), blob: null, candidates: [] };
  }

  /** The partner is there no more. */
  part(now: Instant): void {
    this.#partner = null;
    this.#nomination.clear();
    this.#checks.begin(now);
  }

  /** Takes the partner's addresses, where they are other ones than before. */
  list(blob: Uint8Array, candidates: readonly v2.Candidate[], now: Instant): void {
    const partner = this.#partner;
    if (partner === null || (partner.blob !== null && v2.sameId(partner.blob, blob))) return;
    this.#partner = { id: partner.id, blob: Uint8Array.from(blob), candidates };
    this.#parts.outbox.event({ type: "candidates", candidates });
    if (this.hole === null) this.#checks.list(candidates, now);
  }

  /** Our own addresses are others than before: what answered them is to be asked again. */
  startOver(now: Instant): void {
    this.#nomination.dropEarly();
    this.#checks.startOver(now);
  }

  wake(now: Instant): void {
    this.#nomination.wake(now);
    this.#checks.wake(now);
    const { keepAlive } = this.#parts;
    const dueAt = keepAlive?.deadline?.at;
    if (keepAlive === null || dueAt === undefined || now < dueAt) return;
    const target = this.hole && this.#checks.find(this.hole);
    this.#tell(keepAlive.ping(now));
    if (target !== null) this.#checks.ping(target, now);
  }

  /** Takes a frame from our partner to us. */
  hear({ type, txid }: v2.PeerFrame, remote: Endpoint, now: Instant): Heard {
    switch (type) {
      case "ping":
        return this.#hearPing(txid, remote, now);
      case "pong":
        return this.#hearPong(txid, remote, now);
      case "nominate":
        return this.controls ? refused("wrong-role") : this.#hearNominate(txid, remote, now);
      case "confirm":
        return this.controls ? this.#hearConfirm(txid, remote, now) : refused("wrong-role");
      case "done":
        return this.controls ? refused("wrong-role") : this.#hearProof("done", txid, remote);
    }
  }

  /** Controlling: whether there is a path to take now, or to wait a moment with, as both are behind one NAT. */
  choose(now: Instant): SessionSignal | null {
    if (!this.controls || this.hole !== null) return null;
    const best = this.#best(now);
    if (best === null) return null;
    return this.#prefersNear && !this.#checks.isNear(best) ? "answered" : "chosen";
  }

  /** Controlling: takes the best path that there is. */
  nominate(now: Instant): void {
    const best = this.#best(now);
    if (best !== null) this.#nomination.choose(best);
  }

  /** There is a hole: no address is checked any more. */
  connect(by: "pong" | "nomination"): void {
    const target = this.hole && this.#checks.find(this.hole);
    if (target === null || target.answer === null) return;
    this.#checks.stop();
    const { endpoint, kind, answer } = target;
    this.#tell({ type: "connected", endpoint, by, path: kind, roundTripMs: answer.roundTripMs });
  }

  /** Nothing can change any more which path it is. */
  settle(): void {
    this.#nomination.dropEarly();
  }

  /** Says something about the nomination. */
  say(type: "nominate" | "confirm" | "done"): void {
    if (this.hole !== null) this.#say(type, this.#nomination.txid, this.hole);
  }

  get #candidates(): readonly v2.Candidate[] {
    return this.#partner?.candidates ?? [];
  }

  /** Whether both are behind one NAT, and the partner can be reached inside. */
  get #prefersNear(): boolean {
    const hasHost = this.#candidates.some(({ kind }) => kind === "host");
    return hasHost && this.#parts.own.sharesNatWith(this.#candidates);
  }

  /** Controlling: the path to take. The partner may have taken the early one, and takes no other then. */
  #best(now: Instant): Target | null {
    const held = this.#nomination.held(now);
    if (held === null) return this.#checks.best(now, this.#prefersNear ? "near" : "first");
    const target = this.#checks.find(held);
    return target === null || target.answer === null ? null : target;
  }

  #hearPing(txid: Uint8Array, remote: Endpoint, now: Instant): Heard {
    // A copy that somebody sends from elsewhere may come first: it must not take the answer from an address of the partner's.
    const from = this.#checks.isAtListed(remote) ? formatEndpoint(remote) : "elsewhere";
    if (!this.#answered.add(txid, from)) return refused("answered-before");
    this.#say("pong", txid, remote);
    const target = this.hole === null ? this.#checks.hear(remote, now) : null;
    if (target === null) return NOTHING;
    if (!target.heard) this.#tell({ type: "heard", endpoint: { ...remote } });
    target.heard = true;
    this.#nominateEarly(target, txid, now);
    return NOTHING;
  }

  /**
   * Controlling: nominates the address that a ping came from before it has answered ours. The partner can take it with our answer, half
   * a round trip sooner, and knows from the transaction, which is its own, that we have no hole yet.
   */
  #nominateEarly(target: Target, txid: Uint8Array, now: Instant): void {
    if (!this.controls || this.#nomination.early !== null || this.#best(now) !== null) return;
    if (target.kind === "peer-reflexive" || (this.#prefersNear && !this.#checks.isNear(target))) return;
    this.#nomination.chooseEarly(target, txid, now);
    this.#say("nominate", txid, target.endpoint);
  }

  #hearPong(txid: Uint8Array, remote: Endpoint, now: Instant): Heard {
    const target = this.#checks.hearPong(txid, remote, now);
    if (typeof target === "string") return refused(target);
    this.#tell(this.#parts.keepAlive?.heard(now) ?? null);
    if (this.hole === null && this.#nomination.reconsider(now)) return signals("nominated");
    return signals(this.choose(now));
  }

  #hearNominate(txid: Uint8Array, remote: Endpoint, now: Instant): Heard {
    const heard = this.#nomination.hear(txid, remote, now);
    if (heard === "taken") return signals("nominated");
    if (heard !== "again") return refused(heard);
    this.#say("confirm", txid, remote);
    return NOTHING;
  }

  #hearConfirm(txid: Uint8Array, remote: Endpoint, now: Instant): Heard {
    const { early } = this.#nomination;
    if (early === null || !v2.sameId(early.txid, txid)) return this.#hearProof("confirmed", txid, remote);
    const target = this.#checks.find(early.remote);
    if (target === null || !sameEndpoint(early.remote, remote)) return refused("not-the-hole");
    const ping = target.live.at(-1);
    if (target.answer === null && ping === undefined) return refused("unknown-transaction");
    // It is as good as an answer. The partner takes no other path any more, whatever was chosen since.
    if (ping !== undefined) target.answer ??= { txid: ping.txid, at: now, roundTripMs: now - early.at };
    this.#nomination.holdEarly();
    return this.hole !== null && sameEndpoint(this.hole, remote) ? NOTHING : signals("chosen");
  }

  #hearProof(signal: "confirmed" | "done", txid: Uint8Array, remote: Endpoint): Heard {
    const reason = this.#nomination.refuse(txid, remote);
    return reason === null ? signals(signal) : refused(reason);
  }

  #say(type: v2.PeerFrameType, txid: Uint8Array, remote: Endpoint): void {
    const { frames, outbox } = this.#parts;
    if (this.#partner !== null) outbox.send(frames.toPartner(type, this.#partner.id, txid), { ...remote });
  }

  #tell(event: PeerEvent | null): void {
    if (event !== null) this.#parts.outbox.event(event);
  }
}
