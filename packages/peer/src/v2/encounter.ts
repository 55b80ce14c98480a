// biome-ignore-all lint/style/noExcessiveLinesPerFile: the relay has made it too long; it is to be split.
import { type Deadline, type Instant, sooner } from "@netpunch/transport";
import { v2 } from "@netpunch/wire";
import type { PeerEvent } from "../events.js";
import { formatPath, type Path, samePath } from "../path.js";
import type { OwnCandidates } from "./candidates.js";
import { Checks } from "./checks.js";
import type { Frames } from "./frames.js";
import { type Heard, NOTHING, refused } from "./heard.js";
import type { KeepAlive } from "./keep-alive.js";
import { Nomination } from "./nomination.js";
import type { Outbox } from "./outbox.js";
import { RecentIds } from "./recent-ids.js";
import type { Relaying } from "./relaying.js";
import { CHECKING } from "./schedules.js";
import { type Circumstances, isNear, type Selection, select } from "./select.js";
import type { SessionSignal } from "./session.table.js";
import type { Target } from "./target.js";

export interface EncounterParts {
  readonly frames: Frames;
  readonly own: OwnCandidates;
  readonly random: (length: number) => Uint8Array;
  readonly outbox: Outbox;
  readonly keepAlive: KeepAlive | null;
  readonly relaying: Relaying;
}

interface Partner {
  readonly id: Uint8Array;
  /** Its addresses as control handed them over; null while only its pings have told of it. */
  readonly blob: Uint8Array | null;
  readonly candidates: readonly v2.Candidate[];
}

/** What passes between the partner and us: its addresses, which of them answer, and the path that is nominated. */
export class Encounter {
  readonly #parts: EncounterParts;
  readonly #checks: Checks;
  readonly #nomination = new Nomination();
  readonly #answered = new RecentIds(CHECKING.answered);
  #partner: Partner | null = null;
  /** The moment at which the choice of a path may change by itself. */
  #changesAt: Deadline | null = null;

  constructor(parts: EncounterParts) {
    const { random, own } = parts;
    this.#parts = parts;
    this.#checks = new Checks({
      random,
      ping: (txid, path) => this.#say("ping", txid, path),
      serves: (endpoint) => own.serves(endpoint),
    });
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

  /** Where the hole leads. */
  get hole(): Path | null {
    return this.#nomination.path;
  }

  /** The partner's address to show. */
  get target() {
    return this.hole?.remote ?? this.#checks.foremost;
  }

  /** The round trip through the hole, as its first answer told it; 0 where there is no hole. */
  get roundTripMs(): number {
    return this.#holeTarget?.answer?.roundTripMs ?? 0;
  }

  get deadline(): Deadline | null {
    const changesAt = this.hole === null ? this.#changesAt : null;
    return sooner(this.#checks.deadline, changesAt, this.#parts.keepAlive?.deadline ?? null);
  }

  /** Another partner: nothing that is known of the one before counts. */
  meet(id: Uint8Array, now: Instant): void {
    this.part(now);
    this.#partner = { id: Uint8Array.from(id), blob: null, candidates: [] };
  }

  /** The partner is there no more. */
  part(now: Instant): void {
    this.#partner = null;
    this.#changesAt = null;
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

  /** Whether the partner has listed an address that we can send to; what only its pings show may come yet. */
  get direct(): "possible" | "hopeless" {
    const { own } = this.#parts;
    if (!this.isIntroduced) return "possible";
    return this.#partner?.candidates.some(({ endpoint }) => own.serves(endpoint)) ? "possible" : "hopeless";
  }

  /** Takes whether control passes frames on between the partner and us. */
  relay(path: Path | null, now: Instant): void {
    if (this.#partner !== null && this.hole === null) this.#checks.relay(path, now);
  }

  /** Our own addresses are others than before: what answered them is to be asked again. */
  startOver(now: Instant): void {
    this.#nomination.dropEarly();
    this.#checks.startOver(now);
  }

  wake(now: Instant): void {
    this.#checks.wake(now);
    const { keepAlive } = this.#parts;
    const dueAt = keepAlive?.deadline?.at;
    if (keepAlive === null || dueAt === undefined || now < dueAt) return;
    const target = this.#holeTarget;
    this.#tell(keepAlive.ping(now));
    if (target !== null) this.#checks.ping(target, now);
  }

  /** Takes a frame from our partner to us. */
  hear({ type, txid }: v2.PeerFrame, path: Path, now: Instant): Heard {
    switch (type) {
      case "ping":
        return this.#hearPing(txid, path, now);
      case "pong":
        return this.#hearPong(txid, path, now);
      case "nominate":
        return this.controls ? refused("wrong-role") : this.#hearNominate(txid, path, now);
      case "confirm":
        return this.controls ? this.#hearConfirm(txid, path, now) : refused("wrong-role");
      case "done":
        return this.controls ? refused("wrong-role") : this.#hearProof("done", txid, path);
    }
  }

  /**
   * Looks at the choice of a path again, in the light of all that is known now: for after every piece of news, as any may be the last
   * one that was missing.
   */
  look(now: Instant): SessionSignal | null {
    if (this.controls && this.#mayNominateEarly(now)) this.#nominateEarly(now);
    const { choice, waitsFor, changesAt } = this.#select(now);
    this.#changesAt = changesAt === null ? null : { at: changesAt, why: `waiting for the ${waitsFor} path` };
    if (choice !== null) return this.controls ? "chosen" : "nominated";
    return this.controls && waitsFor === "near" ? "answered" : null;
  }

  /** Takes the path that is chosen now: our own choice where we control, else the partner's. */
  take(now: Instant): void {
    const { choice } = this.#select(now);
    if (choice === null) return;
    if (this.controls) this.#nomination.choose(choice);
    else this.#nomination.take();
  }

  /** There is a hole: no address is checked any more. */
  connect(): void {
    const target = this.#holeTarget;
    if (target === null || target.answer === null) return;
    this.#checks.stop();
    const { path, kind, answer } = target;
    const by = this.controls ? "pong" : "nomination";
    this.#tell({ type: "connected", endpoint: path.remote, by, path: kind, roundTripMs: answer.roundTripMs });
  }

  /** Nothing can change any more which path it is. */
  settle(): void {
    this.#nomination.dropEarly();
  }

  /** Says something about the nomination. */
  say(type: "nominate" | "confirm" | "done"): void {
    if (this.hole !== null) this.#say(type, this.#nomination.txid, this.hole);
  }

  get #holeTarget(): Target | null {
    return this.hole === null ? null : this.#checks.find(this.hole);
  }

  get #circumstances(): Circumstances {
    const candidates = this.#partner?.candidates ?? [];
    const sharesNat = this.#parts.own.sharesNatWith(candidates);
    return {
      since: this.#checks.since,
      listedIps: new Set(candidates.map(({ endpoint }) => endpoint.address)),
      sharesNat,
      // The one that controls waits for it, and the other one takes what is nominated.
      expectsNear: this.controls && sharesNat && candidates.some(({ kind }) => kind === "host"),
      // The one that controls waits for direct ways, and the other one takes what is nominated.
      relayAt: this.controls ? this.#parts.relaying.opensAt : Number.NEGATIVE_INFINITY,
      only: this.#nomination.only(this.controls ? "controlling" : "controlled"),
    };
  }

  #select(now: Instant): Selection {
    const around = this.#circumstances;
    const { targets } = this.#checks;
    if (this.controls) return select(targets, now, around);
    const nominated = around.only === null ? null : this.#checks.find(around.only.path);
    const isOnOffer = nominated !== null && this.#nomination.isOnOffer(nominated, now);
    return select(isOnOffer ? targets : [], now, around);
  }

  #hearPing(txid: Uint8Array, path: Path, now: Instant): Heard {
    // A copy that somebody sends from elsewhere may come first: it must not take the answer from an address of the partner's.
    const from = this.#checks.isAtListed(path.remote) ? formatPath(path) : "elsewhere";
    if (!this.#answered.add(txid, from)) return refused("answered-before");
    this.#say("pong", txid, path);
    const target = this.hole === null ? this.#checks.hear(path, txid, now) : null;
    // What comes by the relay tells nothing of the partner's own addresses.
    if (target === null || target.told || path.via === "relay") return NOTHING;
    target.told = true;
    this.#tell({ type: "heard", endpoint: { ...path.remote } });
    return NOTHING;
  }

  /** Once, and only while there is nothing that could be taken, or is about to be. */
  #mayNominateEarly(now: Instant): boolean {
    if (this.#nomination.early !== null) return false;
    const { choice, waitsFor } = this.#select(now);
    return choice === null && waitsFor !== "near";
  }

  /**
   * Controlling: nominates a listed address that a ping came from before it has answered ours. The partner can take it with our answer,
   * half a round trip sooner, and knows from the transaction, which is its own, that we have no hole yet.
   */
  #nominateEarly(now: Instant): void {
    const around = this.#circumstances;
    const target = this.#checks.targets.find(
      (each) => each.heard !== null && isListed(each) && (!around.expectsNear || isNear(each, around)),
    );
    if (target === undefined || target.heard === null) return;
    const { txid } = target.heard;
    this.#nomination.chooseEarly(target, txid, now);
    this.#say("nominate", txid, target.path);
  }

  #hearPong(txid: Uint8Array, path: Path, now: Instant): Heard {
    const target = this.#checks.hearPong(txid, path, now);
    if (typeof target === "string") return refused(target);
    this.#tell(this.#parts.keepAlive?.heard(now) ?? null);
    return NOTHING;
  }

  #hearNominate(txid: Uint8Array, path: Path, now: Instant): Heard {
    const kind = this.#checks.hasAsked(txid) ? "early" : "certain";
    if (this.hole !== null) {
      const heard = this.#nomination.hearAgain(path, txid, kind);
      if (heard !== "again" && heard !== "certain") return refused(heard);
      return { ...NOTHING, owes: "confirm", clock: heard === "certain" ? "starts over" : "goes on" };
    }
    const target = this.#checks.hear(path, txid, now);
    if (target !== null) this.#checks.hurry(target, now);
    this.#nomination.offer(path, txid, kind, now);
    return this.#select(now).choice === null ? refused("not-yet") : NOTHING;
  }

  #hearConfirm(txid: Uint8Array, path: Path, now: Instant): Heard {
    const { early } = this.#nomination;
    if (early === null || !v2.sameId(early.txid, txid)) return this.#hearProof("confirmed", txid, path);
    const target = this.#checks.find(early.path);
    if (target === null || !samePath(early.path, path)) return refused("not-the-hole");
    const ping = target.live.at(-1);
    if (target.answer === null && ping === undefined) return refused("unknown-transaction");
    // It is as good as an answer. The partner takes no other path any more, whatever was chosen since.
    if (ping !== undefined) target.answer ??= { txid: ping.txid, at: now, roundTripMs: now - early.at };
    this.#nomination.holdEarly();
    return this.hole !== null && samePath(this.hole, path) ? NOTHING : { ...NOTHING, signal: "chosen" };
  }

  #hearProof(signal: "confirmed" | "done", txid: Uint8Array, path: Path): Heard {
    const reason = this.#nomination.refuse(txid, path);
    if (reason !== null) return refused(reason);
    return { ...NOTHING, signal, owes: signal === "confirmed" ? "done" : null };
  }

  #say(type: v2.PeerFrameType, txid: Uint8Array, path: Path): void {
    const { frames, outbox } = this.#parts;
    if (this.#partner !== null) outbox.sendBy(path, frames.toPartner(type, this.#partner.id, txid));
  }

  #tell(event: PeerEvent | null): void {
    if (event !== null) this.#parts.outbox.event(event);
  }
}

function isListed({ kind }: Target): boolean {
  return kind === "host" || kind === "reflexive";
}
