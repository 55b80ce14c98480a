// biome-ignore-all lint/style/noExcessiveLinesPerFile: the relay has made it too long; it is to be split.
import { type CandidateSeal, createCandidateSeal } from "@netpunch/crypto";
import {
  type Datagram,
  type Deadline,
  type Input,
  type Instant,
  type Output,
  type SocketId,
  sooner,
} from "@netpunch/transport";
import { type Endpoint, sameEndpoint, v1, v2 } from "@netpunch/wire";
import type { ControlName } from "../control-name.js";
import type { DropReason, PeerEvent, Protocol, SessionState } from "../events.js";
import { directPath, type Path } from "../path.js";
import { Announcer } from "./announcer.js";
import { isUsable, OwnCandidates, seenFromInside } from "./candidates.js";
import { Encounter } from "./encounter.js";
import { Frames } from "./frames.js";
import { KeepAlive } from "./keep-alive.js";
import { Outbox } from "./outbox.js";
import { Phases } from "./phases.js";
import { Relaying } from "./relaying.js";
import { RELAYING } from "./relaying.table.js";
import { SLEPT_MS } from "./schedules.js";
import { SESSION, type SessionPhase } from "./session.table.js";
import type { SessionCore, SessionCoreOptions } from "./session-core.js";

/** The engine of a session: opens what comes, looks the table's cell up, and lets the parts do what it says. */
export class Session implements SessionCore {
  readonly #outbox = new Outbox();
  readonly #frames: Frames;
  readonly #seal: CandidateSeal;
  readonly #own: OwnCandidates;
  readonly #announcer: Announcer;
  readonly #encounter: Encounter;
  readonly #phases: Phases;
  readonly #keepAlive: KeepAlive | null;
  readonly #relaying: Relaying;
  readonly #takesDirect: boolean;
  #state: SessionState | null = null;
  /** A run that came after the hole; it is told of once. */
  #successor: Uint8Array | null = null;
  #overdueAt: Instant = Number.NEGATIVE_INFINITY;
  #left = false;

  constructor(options: SessionCoreOptions, name: ControlName) {
    const {
      keys,
      random,
      port,
      slot,
      keepAliveMs,
      relay = "auto",
      relayAfterMs = RELAYING.afterMs,
      metAt = null,
    } = options;
    this.#frames = new Frames(keys, random(v2.ID_BYTES), featuresOf(slot));
    this.#seal = createCandidateSeal(keys.candidates);
    this.#takesDirect = relay !== "only";
    this.#own = new OwnCandidates(port, this.#takesDirect ? "all" : "nothing");
    const [frames, own, seal, outbox] = [this.#frames, this.#own, this.#seal, this.#outbox];
    this.#announcer = new Announcer({ name, frames, own, seal, random, outbox });
    const keepAlive = keepAliveMs === undefined ? null : new KeepAlive(keepAliveMs);
    this.#keepAlive = keepAlive;
    const say = (partnerId: Uint8Array, op: v2.RelayOp) => this.#announcer.relay(partnerId, op);
    const relaying = new Relaying({ mode: relay, afterMs: relayAfterMs, metAt, random, outbox, say });
    this.#relaying = relaying;
    this.#encounter = new Encounter({ frames, own, random, outbox, keepAlive, relaying });
    this.#phases = new Phases({ encounter: this.#encounter, outbox, keepAlive });
  }

  get phase(): SessionPhase {
    return this.#phases.phase;
  }

  get hole(): Endpoint | null {
    return this.path?.remote ?? null;
  }

  get path(): Path | null {
    return this.#encounter.hole;
  }

  get metAt(): Instant | null {
    return this.#relaying.metAt;
  }

  /** Who answers in v2: nobody, or not any more; control; or the partner, whom control named or who pinged us. */
  get heard(): "nobody" | "control" | "partner" {
    if (this.#encounter.partner !== null) return "partner";
    return this.#announcer.isAnswered ? "control" : "nobody";
  }

  /** What control says that the partner speaks; null while it says nothing of it. */
  get partnerSpeaks(): Protocol | null {
    if (this.#state === "v1") return "v1";
    return this.#state === "present" ? "v2" : null;
  }

  get deadline(): Deadline | null {
    if (this.#left) return null;
    return sooner(this.#phases.deadline, this.#announcer.deadline, this.#encounter.deadline, this.#relaying.deadline);
  }

  handle(now: Instant, input: Input): readonly Output<PeerEvent>[] {
    if (input.type === "datagram") this.#hear(input.datagram, now);
    else if (!this.#left) this.#take(input, now);
    if (!this.#left) this.#lookAround(now);
    return this.#outbox.take();
  }

  handOver(): void {
    this.#relaying.handOver();
  }

  leave(_now: Instant, reason: v2.Bye["reason"] = this.hole === null ? "left" : "met"): readonly Output<PeerEvent>[] {
    if (!this.#left) this.#announcer.leave(reason);
    this.#left = true;
    return this.#outbox.take();
  }

  #lookAround(now: Instant): void {
    this.#relay(now);
    if (!this.#phases.isChoosing) return;
    this.#phases.signal(this.#encounter.look(now), now);
    this.#relay(now);
  }

  /** Lets the relay follow what has become of the partner, the hole and our place at control. */
  #relay(now: Instant): void {
    const { partner, direct } = this.#encounter;
    this.#relaying.follow({ partner, hole: this.path, control: this.#announcer.bound, direct }, now);
    this.#encounter.relay(this.#relaying.path, now);
    // Whoever has our socket now knows no frames, and control has said its last word to us.
    if (this.#relaying.isReleased) this.#left = true;
  }

  #take(input: Exclude<Input, { type: "datagram" }>, now: Instant): void {
    this.#noticeSleep(now);
    switch (input.type) {
      case "start":
        this.#phases.start(now);
        this.#announcer.start(now);
        break;
      case "wake":
        this.#wake(now);
        break;
      case "resolved":
        this.#announcer.takeControls(input.endpoints, now);
        break;
      case "resolveFailed":
        this.#announcer.lookUpFailed(now);
        break;
      case "sendFailed":
        this.#announcer.leaveUnreachable(input.remote);
        break;
      case "addresses": {
        const news = this.#own.setLocal(input.addresses);
        if (news === "first" || news === "reordered") this.#announcer.refresh(now);
        if (news === "changed") this.#moved(now);
        break;
      }
      case "resumed":
        this.#moved(now);
        break;
    }
  }

  #wake(now: Instant): void {
    const { deadline } = this;
    if (deadline === null || now < deadline.at) return;
    this.#announcer.wake(now);
    this.#encounter.wake(now);
    this.#phases.wake(now);
  }

  /** A sleep that the driver did not see. Whatever comes first after it: it may be a datagram that has waited, and an answer puts the deadline off. */
  #noticeSleep(now: Instant): void {
    const { deadline } = this;
    if (deadline === null || now - deadline.at < SLEPT_MS || now - this.#overdueAt < SLEPT_MS) return;
    this.#overdueAt = now;
    this.#moved(now);
  }

  /** Addresses or mappings of ours may be others than a moment ago. */
  #moved(now: Instant): void {
    this.#announcer.startOver(now);
    if (this.#phases.isChoosing) this.#encounter.startOver(now);
    this.#keepAlive?.hurry(now);
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
    const refused = this.#left ? "not-for-us" : this.#hearFrame(opened.frame, datagram, now);
    if (refused !== null) this.#outbox.drop(refused, remote);
  }

  /** Says why an authentic frame was not taken. */
  #hearFrame(frame: v2.Frame, { remote, socket }: Datagram, now: Instant): DropReason | null {
    switch (frame.type) {
      case "announce":
      case "bye":
      case "relay":
        return "reflected";
      case "challenge":
      case "info": {
        if (!this.#isOurs(frame)) return "not-for-us";
        return frame.type === "info" ? this.#hearInfo(frame, remote, now) : this.#hearChallenge(frame, remote, now);
      }
      case "relayed":
        return this.#isOurs(frame) ? this.#relaying.hear(frame, remote, now) : "not-for-us";
      case "renominate":
      case "reconfirm":
      case "redone":
        // We move to no other path, so nobody has anything to say to us about that.
        return "not-for-us";
      default:
        return this.#hearPartner(frame, this.#pathFrom(remote, socket), now);
    }
  }

  #hearChallenge(challenge: v2.Challenge, remote: Endpoint, now: Instant): DropReason | null {
    const verdict = this.#announcer.hearChallenge(challenge, remote, now);
    if (!verdict.ok) return verdict.reason;
    if (verdict.observed !== "same") this.#outbox.event({ type: "observed", endpoint: challenge.observed });
    this.#relaying.forget(now);
    if (verdict.observed === "changed" && this.#phases.isChoosing) this.#encounter.startOver(now);
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
    else if (state !== "present" && this.#encounter.isIntroduced) this.#phases.signal("parted", now);
    this.#phases.signal("bound", now);
    return null;
  }

  /** Nobody but a peer of this session can seal candidates, so nobody else can make us send anywhere. */
  #open({ id, blob }: NonNullable<v2.Info["partner"]>): readonly v2.Candidate[] | null {
    // Control could hand us our own.
    if (v2.sameId(id, this.#frames.id)) return null;
    return this.#seal.open(blob, { sid: this.#frames.sid, id });
  }

  #introduce({ id, blob }: NonNullable<v2.Info["partner"]>, listed: readonly v2.Candidate[], now: Instant): void {
    if (!this.#isPartner(id) && !this.#meet(id, now)) return;
    const { controls } = this.#announcer;
    const supposed = seenFromInside(listed, controls, this.#own);
    const usable = [...listed, ...supposed].filter(
      ({ endpoint }) => isUsable(endpoint, controls) && !this.#own.isOwn(endpoint),
    );
    this.#encounter.list(blob, this.#takesDirect ? usable : [], now);
  }

  /** Takes a run as our partner; false where the hole to another one stands. */
  #meet(id: Uint8Array, now: Instant): boolean {
    const isAnother = this.#encounter.partner !== null;
    if (SESSION[this.phase].introduced === "stay") {
      if (this.#successor === null || !v2.sameId(this.#successor, id)) this.#outbox.event({ type: "partnerRestarted" });
      this.#successor = Uint8Array.from(id);
      return false;
    }
    this.#encounter.meet(id, now);
    if (isAnother) this.#outbox.event({ type: "partnerRestarted" });
    this.#phases.signal("introduced", now);
    return true;
  }

  /** The way that a partner's word came, if it could. */
  #pathFrom(remote: Endpoint, socket: SocketId): Path | "from-control" {
    const relay = this.path?.via === "relay" ? this.path : this.#relaying.path;
    if (relay !== null && sameEndpoint(relay.remote, remote)) return relay;
    const isControl = this.#announcer.controls.some((control) => sameEndpoint(control, remote));
    return isControl ? "from-control" : directPath(remote, socket);
  }

  #isOurs({ sid, id }: v2.FromControl): boolean {
    return v2.sameId(sid, this.#frames.sid) && v2.sameId(id, this.#frames.id);
  }

  #hearPartner(frame: v2.PeerFrame, path: Path | "from-control", now: Instant): DropReason | null {
    const { type, from, to } = frame;
    if (path === "from-control") return path;
    if (path.via === "direct" && !this.#takesDirect) return "not-relayed";
    if (v2.sameId(from, this.#frames.id)) return "reflected";
    if (!v2.sameId(to, this.#frames.id)) return "not-for-us";
    // Control may be slower than the partner, or gone: whoever knows our id was told it in this session.
    if (this.#encounter.partner === null && type === "ping") this.#meet(from, now);
    if (!this.#isPartner(from)) return "not-partner";
    const heard = this.#encounter.hear(frame, path, now);
    if (!heard.ok) return heard.reason;
    if (heard.clock === "starts over") this.#phases.startOver(now);
    const leads = this.#phases.signal(heard.signal, now);
    if (!leads && heard.owes !== null && this.#phases.isAnswering) this.#encounter.say(heard.owes);
    return null;
  }

  #isPartner(id: Uint8Array): boolean {
    const { partner } = this.#encounter;
    return partner !== null && v2.sameId(partner, id);
  }
}

function featuresOf(slot: v1.Slot | undefined): number {
  if (slot === undefined) return 0;
  return v2.FEATURES.slot | (v1.partnerOf(slot) < slot ? v2.FEATURES.second : 0);
}
