import { type CandidateSeal, createCandidateSeal } from "@netpunch/crypto";
import type { Datagram, Deadline, Input, Instant, Output } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, ipScope, sameEndpoint, v1, v2 } from "@netpunch/wire";
import type { DropReason, PeerEvent, Protocol, SessionState } from "../events.js";
import { Announcer } from "./announcer.js";
import { isUsable, OwnCandidates } from "./candidates.js";
import { Checks } from "./checks.js";
import { Frames } from "./frames.js";
import { KeepAlive } from "./keep-alive.js";
import { Nomination } from "./nomination.js";
import { Outbox } from "./outbox.js";
import { RecentIds } from "./recent-ids.js";
import { CHECKING, SLEPT_MS } from "./schedules.js";
import { SESSION, SESSION_PACING, type SessionPhase, type SessionSignal } from "./session.table.js";
import type { SessionCore, SessionCoreOptions } from "./session-core.js";
import { sooner } from "./sooner.js";

interface Partner {
  readonly id: Uint8Array;
  /** Its addresses as control handed them over; null while only its pings have told of it. */
  blob: Uint8Array | null;
  candidates: readonly v2.Candidate[];
}

/** The engine of a session: opens what comes, looks the table's cell up, and lets the parts do what it says. */
export class Session implements SessionCore {
  readonly #outbox = new Outbox();
  readonly #frames: Frames;
  readonly #seal: CandidateSeal;
  readonly #own: OwnCandidates;
  readonly #announcer: Announcer;
  readonly #checks: Checks;
  readonly #nomination: Nomination;
  readonly #keepAlive: KeepAlive | null;
  readonly #answered = new RecentIds(CHECKING.answered);
  #phase: SessionPhase = "announcing";
  #sent = 0;
  #phaseDueAt: Instant | null = null;
  #state: SessionState | null = null;
  #partner: Partner | null = null;
  /** A run that came after the hole; it is told of once. */
  #successor: Uint8Array | null = null;
  #overdueAt: Instant = Number.NEGATIVE_INFINITY;
  #left = false;

  constructor({ keys, random, port, slot, keepAliveMs }: SessionCoreOptions) {
    this.#frames = new Frames(keys, random(v2.ID_BYTES), featuresOf(slot));
    this.#seal = createCandidateSeal(keys.candidates);
    this.#own = new OwnCandidates(port);
    const [frames, own, seal, outbox] = [this.#frames, this.#own, this.#seal, this.#outbox];
    this.#announcer = new Announcer({ frames, own, seal, random, outbox });
    this.#checks = new Checks({
      random,
      ping: (txid, remote) => this.#say("ping", txid, remote),
      serves: (endpoint) => own.serves(endpoint),
      isInside: ({ address }) => ipScope(address) === "private" && own.sharesNatWith(this.#partner?.candidates ?? []),
    });
    this.#nomination = new Nomination(this.#checks);
    this.#keepAlive = keepAliveMs === undefined ? null : new KeepAlive(keepAliveMs);
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  get hole(): Endpoint | null {
    return this.#nomination.hole;
  }

  /** Who answers in v2: nobody, or not any more; control; or the partner, whom control named or who pinged us. */
  get heard(): "nobody" | "control" | "partner" {
    if (this.#partner !== null) return "partner";
    return this.#announcer.isAnswered ? "control" : "nobody";
  }

  /** What control says that the partner speaks; null while it says nothing of it. */
  get partnerSpeaks(): Protocol | null {
    if (this.#state === "v1") return "v1";
    return this.#state === "present" ? "v2" : null;
  }

  get deadline(): Deadline | null {
    if (this.#left) return null;
    const own = this.#phaseDueAt === null ? null : { at: this.#phaseDueAt, why: this.#why() };
    const trust = this.#phase === "checking" && this.#controls ? this.#checks.trustDeadline : null;
    return sooner(own, this.#announcer.deadline, this.#checks.deadline, trust, this.#keepAlive?.deadline ?? null);
  }

  handle(now: Instant, input: Input): readonly Output<PeerEvent>[] {
    if (input.type === "datagram") this.#hear(input.datagram, now);
    else if (!this.#left) this.#take(input, now);
    return this.#outbox.take();
  }

  leave(_now: Instant, reason: v2.Bye["reason"] = this.hole === null ? "left" : "met"): readonly Output<PeerEvent>[] {
    if (!this.#left) this.#announcer.leave(reason);
    this.#left = true;
    return this.#outbox.take();
  }

  #take(input: Exclude<Input, { type: "datagram" }>, now: Instant): void {
    this.#noticeSleep(now);
    switch (input.type) {
      case "start":
        this.#enter("announcing", now);
        this.#announcer.start();
        break;
      case "wake":
        this.#wake(now);
        break;
      case "resolved":
        this.#announcer.takeControls(input.endpoints, now);
        break;
      case "resolveFailed":
        this.#announcer.resolveFailed(now);
        break;
      case "sendFailed":
        this.#announcer.leaveUnreachable(input.remote);
        break;
      case "addresses": {
        const news = this.#own.setLocal(input.addresses);
        if (news === "first") this.#announcer.refresh(now);
        if (news === "changed") this.#moved(now);
        break;
      }
    }
  }

  #wake(now: Instant): void {
    const { deadline } = this;
    if (deadline === null || now < deadline.at) return;
    this.#announcer.wake(now);
    this.#checks.wake(now);
    if (this.#phase === "checking") this.#choose(now);
    if (this.#phaseDueAt !== null && now >= this.#phaseDueAt) this.#tick(now);
    const keepAliveAt = this.#keepAlive?.deadline?.at;
    if (keepAliveAt !== undefined && now >= keepAliveAt) this.#pingHole(now);
  }

  /** Whatever comes first after a sleep: it may be a datagram that has waited, and an answer puts the deadline off. */
  #noticeSleep(now: Instant): void {
    const { deadline } = this;
    if (deadline === null || now - deadline.at < SLEPT_MS || now - this.#overdueAt < SLEPT_MS) return;
    this.#overdueAt = now;
    this.#moved(now);
  }

  /** Addresses or mappings of ours may be others than a moment ago. */
  #moved(now: Instant): void {
    this.#announcer.startOver(now);
    if (this.#phase === "checking") this.#checks.startOver(now);
  }

  #hear(datagram: Datagram, now: Instant): void {
    const { bytes, remote } = datagram;
    if (!v2.isFrame(bytes)) return this.#outbox.pass(datagram);
    const opened = this.#frames.open(bytes);
    if (!opened.ok) {
      this.#outbox.drop(opened.reason, remote);
      return this.#outbox.pass(datagram);
    }
    this.#noticeSleep(now);
    const refused = this.#left ? "not-for-us" : this.#hearFrame(opened.frame, remote, now);
    if (refused !== null) this.#outbox.drop(refused, remote);
  }

  /** Says why an authentic frame was not taken. */
  #hearFrame(frame: v2.Frame, remote: Endpoint, now: Instant): DropReason | null {
    switch (frame.type) {
      case "announce":
      case "bye":
        return "reflected";
      case "challenge":
      case "info": {
        const isOurs = v2.sameId(frame.sid, this.#frames.sid) && v2.sameId(frame.id, this.#frames.id);
        if (!isOurs) return "not-for-us";
        return frame.type === "info" ? this.#hearInfo(frame, remote, now) : this.#hearChallenge(frame, remote, now);
      }
      default:
        return this.#hearPartner(frame, remote, now);
    }
  }

  #hearChallenge(challenge: v2.Challenge, remote: Endpoint, now: Instant): DropReason | null {
    const verdict = this.#announcer.hearChallenge(challenge, remote, now);
    if (!verdict.ok) return verdict.reason;
    if (verdict.observed !== "same") this.#outbox.event({ type: "observed", endpoint: challenge.observed });
    if (verdict.observed === "changed" && this.#phase === "checking") this.#checks.startOver(now);
    return null;
  }

  #hearInfo(info: v2.Info, remote: Endpoint, now: Instant): DropReason | null {
    const refused = this.#announcer.refuse(info, remote);
    if (refused !== null) return refused;
    const { partner, state } = info;
    const candidates = partner === null ? [] : this.#open(partner);
    if (candidates === null) return "bad-candidates";
    this.#announcer.takeInfo(info, now);
    if (state !== this.#state) this.#outbox.event({ type: "session", state });
    this.#state = state;
    if (partner !== null) this.#introduce(partner, candidates, now);
    else if (state !== "present" && this.#partner !== null && this.#partner.blob !== null) this.#signal("parted", now);
    this.#signal("bound", now);
    return null;
  }

  /** Nobody but a peer of this session can seal candidates, so nobody else can make us send anywhere. */
  #open({ id, blob }: NonNullable<v2.Info["partner"]>): readonly v2.Candidate[] | null {
    // Control could hand us our own.
    if (v2.sameId(id, this.#frames.id)) return null;
    return this.#seal.open(blob, { sid: this.#frames.sid, id });
  }

  #introduce({ id, blob }: NonNullable<v2.Info["partner"]>, listed: readonly v2.Candidate[], now: Instant): void {
    const { controls } = this.#announcer;
    const isNew = this.#partner === null || !v2.sameId(this.#partner.id, id);
    if (isNew && !this.#meet(id, now)) return;
    const partner = this.#partner;
    if (partner === null || (partner.blob !== null && v2.sameId(partner.blob, blob))) return;
    partner.blob = Uint8Array.from(blob);
    partner.candidates = listed.filter(({ endpoint }) => isUsable(endpoint, controls));
    this.#outbox.event({ type: "candidates", candidates: partner.candidates });
    if (this.hole === null) this.#checks.list(partner.candidates, now);
  }

  /** Takes a run as our partner; false where the hole to another one stands. */
  #meet(id: Uint8Array, now: Instant): boolean {
    const restarted = this.#partner !== null;
    if (SESSION[this.#phase].introduced === "stay") {
      if (this.#successor === null || !v2.sameId(this.#successor, id)) this.#outbox.event({ type: "partnerRestarted" });
      this.#successor = Uint8Array.from(id);
      return false;
    }
    this.#partner = { id: Uint8Array.from(id), blob: null, candidates: [] };
    this.#nomination.clear();
    this.#checks.begin(now);
    if (restarted) this.#outbox.event({ type: "partnerRestarted" });
    this.#signal("introduced", now);
    return true;
  }

  #hearPartner({ type, from, to, txid }: v2.PeerFrame, remote: Endpoint, now: Instant): DropReason | null {
    if (this.#announcer.controls.some((control) => sameEndpoint(control, remote))) return "from-control";
    if (v2.sameId(from, this.#frames.id)) return "reflected";
    if (!v2.sameId(to, this.#frames.id)) return "not-for-us";
    // Control may be slower than the partner, or gone: whoever knows our id was told it in this session.
    if (this.#partner === null && type === "ping") this.#meet(from, now);
    if (this.#partner === null || !v2.sameId(this.#partner.id, from)) return "not-partner";
    switch (type) {
      case "ping":
        return this.#hearPing(txid, remote, now);
      case "pong":
        return this.#hearPong(txid, remote, now);
      case "nominate":
        return this.#hearNominate(txid, remote, now);
      case "confirm":
        return this.#controls ? this.#hearProof("confirmed", txid, remote, now) : "wrong-role";
      case "done":
        return this.#controls ? "wrong-role" : this.#hearProof("done", txid, remote, now);
    }
  }

  #hearPing(txid: Uint8Array, remote: Endpoint, now: Instant): DropReason | null {
    // A copy that somebody sends from elsewhere may come first: it must not take the answer from an address of the partner's.
    const from = this.#checks.isAtListed(remote) ? formatEndpoint(remote) : "elsewhere";
    if (!this.#answered.add(txid, from)) return "answered-before";
    this.#say("pong", txid, remote);
    if (this.hole !== null) return null;
    const target = this.#checks.hear(remote, now);
    if (target === null) return null;
    if (!target.heard) this.#outbox.event({ type: "heard", endpoint: { ...remote } });
    target.heard = true;
    return null;
  }

  #hearPong(txid: Uint8Array, remote: Endpoint, now: Instant): DropReason | null {
    const target = this.#checks.hearPong(txid, remote, now);
    if (typeof target === "string") return target;
    const news = this.#keepAlive?.heard(now) ?? null;
    if (news !== null) this.#outbox.event(news);
    if (this.#phase === "checking" || this.#phase === "choosing") this.#choose(now);
    if (this.hole === null && this.#nomination.reconsider(now)) this.#signal("nominated", now);
    return null;
  }

  /** Controlling: takes the path that is best now, or waits a moment for a shorter one where both are behind one NAT. */
  #choose(now: Instant): void {
    if (!this.#controls) return;
    const candidates = this.#partner?.candidates ?? [];
    const near = candidates.some(({ kind }) => kind === "host") && this.#own.sharesNatWith(candidates);
    const best = this.#checks.best(now, near ? "near" : "first");
    if (best !== null) this.#signal(near && !this.#checks.isNear(best) ? "answered" : "chosen", now);
  }

  #hearNominate(txid: Uint8Array, remote: Endpoint, now: Instant): DropReason | null {
    if (this.#controls) return "wrong-role";
    const heard = this.#nomination.hear(txid, remote, now);
    if (heard === "taken") this.#signal("nominated", now);
    else if (heard === "again") this.#say("confirm", txid, remote);
    else return heard;
    return null;
  }

  #hearProof(signal: "confirmed" | "done", txid: Uint8Array, remote: Endpoint, now: Instant): DropReason | null {
    const refused = this.#nomination.refuse(txid, remote);
    if (refused === null) this.#signal(signal, now);
    return refused;
  }

  /** Of two runs the one with the higher id nominates. */
  get #controls(): boolean {
    return this.#partner !== null && v2.compareIds(this.#frames.id, this.#partner.id) > 0;
  }

  #signal(signal: SessionSignal, now: Instant): void {
    const next = SESSION[this.#phase][signal];
    if (next === "stay") return;
    if (signal === "confirmed" || signal === "done") this.#outbox.event({ type: "confirmed" });
    this.#enter(next, now);
  }

  #enter(phase: SessionPhase, now: Instant): void {
    this.#phase = phase;
    this.#sent = 0;
    this.#phaseDueAt = null;
    if (phase === "waiting") this.#part(now);
    if (phase === "nominating") this.#nominate(now);
    const target = this.hole ?? this.#checks.foremost;
    this.#outbox.event({ type: "phase", phase, target });
    if (phase === "nominating") this.#connect("pong");
    if (phase === "confirming") this.#connect("nomination");
    if (phase === "unconfirmed") this.#outbox.event({ type: "unconfirmed" });
    if (phase === "connected") this.#keepAlive?.start(now);
    if (phase === "connected" || phase === "unconfirmed") this.#outbox.add({ type: "done" });
    this.#tick(now);
  }

  #part(now: Instant): void {
    this.#partner = null;
    this.#nomination.clear();
    this.#checks.begin(now);
  }

  #nominate(now: Instant): void {
    const best = this.#checks.best(now, "near");
    if (best !== null) this.#nomination.choose(best);
  }

  #connect(by: "pong" | "nomination"): void {
    const target = this.hole && this.#checks.find(this.hole);
    if (target === null || target.answer === null) return;
    this.#checks.stop();
    const { endpoint, kind, answer } = target;
    this.#outbox.event({ type: "connected", endpoint, by, path: kind, roundTripMs: answer.roundTripMs });
  }

  /** One beat of the phase: its word goes out and the next pause begins, or its time is over. */
  #tick(now: Instant): void {
    const { says, pausesMs } = SESSION_PACING[this.#phase];
    const pauseMs = pausesMs[this.#sent];
    if (pausesMs.length === 0) return;
    if (pauseMs === undefined) return this.#expire(now);
    this.#sent += 1;
    if (says !== null && this.hole !== null) this.#say(says, this.#nomination.txid, this.hole);
    if (pauseMs === 0) return this.#expire(now);
    this.#phaseDueAt = now + pauseMs;
  }

  #expire(now: Instant): void {
    const settled = this.#phase === "confirming" && !this.#nomination.wasNeverConfirmed;
    this.#signal(settled ? "settled" : "exhausted", now);
  }

  #pingHole(now: Instant): void {
    const target = this.hole && this.#checks.find(this.hole);
    if (target === null || this.#keepAlive === null) return;
    const news = this.#keepAlive.ping(now);
    if (news !== null) this.#outbox.event(news);
    this.#checks.ping(target, now);
  }

  #say(type: v2.PeerFrameType, txid: Uint8Array, remote: Endpoint): void {
    if (this.#partner !== null) this.#outbox.send(this.#frames.toPartner(type, this.#partner.id, txid), { ...remote });
  }

  #why(): string {
    const { length } = SESSION_PACING[this.#phase].pausesMs;
    const target = this.hole ?? this.#checks.foremost;
    return `${this.#phase} ${this.#sent}/${length}${target === null ? "" : ` ${formatEndpoint(target)}`}`;
  }
}

function featuresOf(slot: v1.Slot | undefined): number {
  if (slot === undefined) return 0;
  return v2.FEATURES.slot | (v1.partnerOf(slot) < slot ? v2.FEATURES.second : 0);
}
