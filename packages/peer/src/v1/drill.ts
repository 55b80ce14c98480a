import { createV1Envelope, secretBytes, type V1Envelope } from "@netpunch/crypto";
import type { Core, Datagram, Deadline, Input, Instant, Output } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, v1 } from "@netpunch/wire";
import { ControlName, Failover } from "../control-name.js";
import type { DropReason, PeerEvent } from "../events.js";
import { directPath, MAIN_SOCKET, type Path } from "../path.js";
import { besideControl } from "../vantage.js";
import { DRILL, PACING, type Phase, type Signal } from "./drill.table.js";
import { admit } from "./guards.js";
import { Targets } from "./targets.js";

/** Who we are; both ends and control share the secret. */
export interface PeerCoreOptions {
  /** Our slot; the partner holds the other one of a-b, c-d, ... y-z. */
  readonly slot: v1.Slot;
  /** Any length but none; a string stands for its UTF-8 bytes. */
  readonly secret: string | Uint8Array;
}

/** The drill as a protocol core. */
export interface PeerCore extends Core<PeerEvent> {
  readonly phase: Phase;
  /** Where the hole leads; null until both directions are known to work. */
  readonly hole: Endpoint | null;
  /** The same with the socket that it starts from. */
  readonly path: Path | null;
}

const MAX_DATAGRAM_BYTES = v1.ENVELOPE_BYTES + v1.MAX_PAYLOAD_BYTES;
/** RFC 8445 section 14.2 paces checks at 50 ms; a target pinged more recently is not pinged again for a new phase. */
const PING_GAP_MS = 50;

/**
 * Makes the core of one peer: announces itself to control, drills towards the partner that control names, and is
 * connected when it knows that both directions work. Takes `resolved` inputs for control's address, asks for them with
 * `resolve` outputs.
 *
 * @throws RangeError on an empty secret, TypeError on one that is neither a string nor bytes.
 */
export function createPeerCore(options: PeerCoreOptions): PeerCore {
  return createDrill(options, new ControlName());
}

/** The same, beside other protocols that look the same name up. */
export function createDrill(options: PeerCoreOptions, name: ControlName): PeerCore {
  return new Drill(options.slot, createV1Envelope(secretBytes(options.secret)), name);
}

type Word = "announce" | "ping" | "pong" | "close";

class Drill implements PeerCore {
  readonly #envelope: V1Envelope;
  readonly #words: Readonly<Record<Word, Uint8Array>>;
  readonly #targets = new Targets();
  readonly #standing: { control: Endpoint | null; partnerSlot: v1.Slot; hole: Endpoint | null; targets: Targets };
  readonly #name: ControlName;
  readonly #controls = new Failover();
  #phase: Phase = "discovering";
  #sent = 0;
  #deadline: Deadline | null = null;
  #out: Output<PeerEvent>[] = [];

  constructor(slot: v1.Slot, envelope: V1Envelope, name: ControlName) {
    this.#envelope = envelope;
    this.#name = name;
    const seal = (message: v1.Message) => envelope.seal(v1.encode(message));
    this.#words = {
      announce: seal({ type: "announce", slot }),
      ping: seal({ type: "ping" }),
      pong: seal({ type: "pong" }),
      close: seal({ type: "close" }),
    };
    this.#standing = { control: null, partnerSlot: v1.partnerOf(slot), hole: null, targets: this.#targets };
  }

  get phase(): Phase {
    return this.#phase;
  }

  get hole(): Endpoint | null {
    return this.#standing.hole;
  }

  get path(): Path | null {
    return this.hole === null ? null : directPath(this.hole);
  }

  get deadline(): Deadline | null {
    return this.#deadline;
  }

  handle(now: Instant, input: Input): readonly Output<PeerEvent>[] {
    this.#out = [];
    switch (input.type) {
      case "start":
        this.#useControl(this.#controls.take(this.#name.endpoints));
        this.#enter("discovering", null, now);
        break;
      case "wake":
        if (this.#deadline !== null && now >= this.#deadline.at) this.#tick(now);
        break;
      case "datagram":
        this.#hear(input.datagram, now);
        break;
      case "resolved":
        this.#takeControls(input.endpoints, now);
        break;
      case "resolveFailed":
        this.#name.failed(now);
        break;
      case "sendFailed":
        this.#useControl(this.#controls.leave(input.remote));
        break;
    }
    return this.#out;
  }

  #hear(datagram: Datagram, now: Instant): void {
    // No message of v1 is longer: the application's bulk is not hashed.
    if (datagram.bytes.length > MAX_DATAGRAM_BYTES) return this.#pass(datagram);
    const opened = this.#envelope.open(datagram.bytes);
    if (!opened.ok) {
      if (opened.reason === "bad-signature") this.#drop("bad-signature", datagram.remote);
      return this.#pass(datagram);
    }
    const verdict = admit(opened.payload, datagram.remote, this.#standing);
    if (!verdict.ok) return this.#drop(verdict.reason, datagram.remote);
    const { message } = verdict;
    if (message.type === "peerInfo") return this.#hearControl(message.endpoint, now);
    this.#hearPartner(message.type, datagram.remote, now);
  }

  #hearControl(endpoint: Endpoint, now: Instant): void {
    this.#event({ type: "introduced", endpoint });
    if (this.#standing.hole !== null) return;
    const { control } = this.#standing;
    this.#targets.suppose(control && besideControl(control, endpoint, null));
    this.#signal(this.#targets.introduce(endpoint) ? "introduced" : "reminded", now);
  }

  #hearPartner(word: Exclude<v1.ToPeer["type"], "peerInfo">, remote: Endpoint, now: Instant): void {
    if (word === "ping") this.#hearPing(remote, now);
    else if (word === "pong") this.#hearPong(remote, now);
    else this.#connect(this.#targets.find(remote)?.lastSaid === "ping" ? "crossed" : "closed", remote, now);
  }

  #hearPing(remote: Endpoint, now: Instant): void {
    if (!this.#targets.find(remote)?.heard) this.#event({ type: "heard", endpoint: { ...remote } });
    this.#targets.hear(remote).lastSaid = "pong";
    this.#send("pong", remote);
    this.#signal("pinged", now);
  }

  #hearPong(remote: Endpoint, now: Instant): void {
    // A partner that still pongs has heard none of our closes.
    if (this.#phase === "connected") this.#send("close", remote);
    this.#connect("ponged", remote, now);
  }

  /** Takes a word that proves both directions; the first one makes the hole. */
  #connect(proof: "ponged" | "closed" | "crossed", remote: Endpoint, now: Instant): void {
    if (this.#standing.hole === null && DRILL[this.#phase][proof] !== "stay") {
      this.#standing.hole = { ...remote };
      const by = proof === "ponged" ? "pong" : "close";
      this.#event({ type: "connected", endpoint: this.#standing.hole, by });
    }
    this.#signal(proof, now);
  }

  #signal(signal: Signal, now: Instant): void {
    const next = DRILL[this.#phase][signal];
    if (next !== "stay") this.#enter(next, signal, now);
  }

  #enter(phase: Phase, signal: Signal | null, now: Instant): void {
    this.#phase = phase;
    this.#sent = 0;
    this.#event({ type: "phase", phase, signal, target: this.#standing.hole ?? this.#targets.foremost });
    this.#tick(now);
    if (phase === "connected") this.#out.push({ type: "done" });
  }

  /** One beat of the phase: its messages go out and the next pause begins, or the phase is exhausted. */
  #tick(now: Instant): void {
    const { sends, pausesMs, afterwards } = PACING[this.#phase];
    if (this.#sent === pausesMs.length && afterwards === "exhausted") return this.#signal("exhausted", now);
    const pauseMs = pausesMs[Math.min(this.#sent, pausesMs.length - 1)];
    this.#sent += 1;
    for (const word of sends) this.#say(word, now);
    this.#deadline = pauseMs === undefined ? null : { at: now + pauseMs, why: this.#why() };
  }

  #say(word: Exclude<Word, "pong">, now: Instant): void {
    if (word === "announce") return this.#announce(now);
    if (word === "close") {
      if (this.#standing.hole !== null) this.#send("close", this.#standing.hole);
      return;
    }
    for (const target of this.#targets) {
      const isRecent = target.pingedAt !== null && now - target.pingedAt < PING_GAP_MS;
      if (isRecent || target.pingsOwed < 1) continue;
      target.pingsOwed -= 1;
      target.pingedAt = now;
      target.lastSaid = "ping";
      this.#send("ping", target.endpoint);
    }
  }

  #announce(now: Instant): void {
    const { control } = this.#standing;
    if (control !== null) this.#send("announce", control);
    // Again on later tries too: control's name may have moved while we wait.
    if (this.#name.ask(now)) this.#out.push({ type: "resolve" });
  }

  #takeControls(endpoints: readonly Endpoint[], now: Instant): void {
    this.#name.resolved(endpoints, now);
    const isAnother = this.#controls.take(this.#name.endpoints);
    this.#useControl(isAnother);
    if (!isAnother || this.#phase !== "discovering") return;
    this.#sent = 0;
    this.#tick(now);
  }

  #useControl(isAnother: boolean): void {
    const { current } = this.#controls;
    if (!isAnother || current === null) return;
    this.#standing.control = current;
    if (this.#name.tell(current)) this.#event({ type: "control", endpoint: current });
  }

  #why(): string {
    const { pausesMs, afterwards } = PACING[this.#phase];
    const count = afterwards === "exhausted" ? ` ${this.#sent}/${pausesMs.length}` : "";
    const target = this.#standing.hole ?? this.#targets.foremost;
    return `${this.#phase}${count}${target === null ? "" : ` ${formatEndpoint(target)}`}`;
  }

  #send(word: Word, remote: Endpoint): void {
    this.#out.push({ type: "send", datagram: { socket: MAIN_SOCKET, remote, bytes: this.#words[word] } });
  }

  #pass(datagram: Datagram): void {
    this.#out.push({ type: "pass", datagram });
  }

  #drop(reason: DropReason, remote: Endpoint): void {
    this.#event({ type: "dropped", reason, remote: { ...remote } });
  }

  #event(event: PeerEvent): void {
    this.#out.push({ type: "event", event });
  }
}
