import { createV1Envelope, secretBytes, type V1Envelope } from "@netpunch/crypto";
import { type Datagram, type Deadline, type Input, type Instant, type Output, sooner } from "@netpunch/transport";
import { type Endpoint, v1, v2 } from "@netpunch/wire";
import { ControlName } from "./control-name.js";
import type { PeerEvent, Protocol } from "./events.js";
import type { Path } from "./path.js";
import { createDrill, type PeerCore } from "./v1/drill.js";
import type { Phase } from "./v1/drill.table.js";
import { createSession } from "./v2/create-session.js";
import { V2_ALONE_MS } from "./v2/schedules.js";
import type { Session } from "./v2/session.js";
import type { SessionPhase } from "./v2/session.table.js";
import type { SessionCore, SessionCoreOptions } from "./v2/session-core.js";

/** The slot in both protocols. */
export interface AutoCoreOptions extends SessionCoreOptions {
  readonly slot: v1.Slot;
  /** The secret as v1 has it: its bytes untouched, a line feed at the end included. */
  readonly secret: string | Uint8Array;
}

/** A peer that speaks v2 to those who do and v1 to the others. */
export interface AutoCore extends Omit<SessionCore, "phase"> {
  /** That of v1's drill where the hole is v1's. */
  readonly phase: SessionPhase | Phase;
  /** What the hole was made with; null until there is one. */
  readonly protocol: Protocol | null;
}

/**
 * Makes the core of a peer in a slot that speaks v2 where control and the partner do, and v1 where they do not.
 *
 * v2 is alone for 300 ms. Then, as long as control says nothing in v2, or says that the partner speaks v1, v1's drill runs
 * beside it. From the first word of a partner in v2 on, v1 is silent. So it is as weak as v1: who can keep v2's frames from
 * arriving gets a hole made with v1. "protocol" events say which it is, and why.
 *
 * @throws as `createSessionCore()` and `createPeerCore()` do.
 */
export function createAutoCore(options: AutoCoreOptions): AutoCore {
  return new Auto(options);
}

type Outputs = readonly Output<PeerEvent>[];

/**
 * "asleep": v1 was not needed yet. "running". "listening": it was, and is not any more; it says nothing, but a partner's close
 * tells that the partner has its hole in v1, where we must follow.
 */
type DrillState = "asleep" | "running" | "listening";

class Auto implements AutoCore {
  readonly #session: Session;
  readonly #drill: PeerCore;
  readonly #envelope: V1Envelope;
  #drillState: DrillState = "asleep";
  #startedAt: Instant = 0;
  #said: string | null = null;
  #left = false;
  #out: Output<PeerEvent>[] = [];

  constructor({ secret, ...options }: AutoCoreOptions) {
    const bytes = secretBytes(secret);
    const name = new ControlName();
    this.#session = createSession(options, name);
    this.#drill = createDrill({ slot: options.slot, secret: bytes }, name);
    this.#envelope = createV1Envelope(bytes);
  }

  get protocol(): Protocol | null {
    if (this.#drill.hole !== null) return "v1";
    return this.#session.hole === null ? null : "v2";
  }

  get phase(): SessionPhase | Phase {
    return this.protocol === "v1" ? this.#drill.phase : this.#session.phase;
  }

  get hole(): Endpoint | null {
    return this.#drill.hole ?? this.#session.hole;
  }

  get path(): Path | null {
    return this.#drill.path ?? this.#session.path;
  }

  get metAt(): Instant | null {
    return this.#session.metAt;
  }

  get deadline(): Deadline | null {
    if (this.#left) return null;
    const session = this.protocol === "v1" ? null : this.#session.deadline;
    const drill = this.#drillState === "running" ? this.#drill.deadline : null;
    const isAlone = this.#drillState === "asleep" && this.#session.heard === "nobody" && session !== null;
    return sooner(session, drill, isAlone ? { at: this.#startedAt + V2_ALONE_MS, why: "v2 alone" } : null);
  }

  handle(now: Instant, input: Input): Outputs {
    this.#out = [];
    this.#take(now, input);
    if (!this.#left) this.#choose(now);
    return this.#out;
  }

  leave(now: Instant): Outputs {
    this.#left = true;
    return this.#session.leave(now, this.hole === null ? "left" : "met");
  }

  handOver(): void {
    this.#session.handOver();
  }

  #take(now: Instant, input: Input): void {
    switch (input.type) {
      case "start":
        this.#startedAt = now;
        this.#tellSession(now, input);
        break;
      case "datagram":
        if (v2.isFrame(input.datagram.bytes)) this.#tellSession(now, input);
        else this.#hearV1(now, input.datagram);
        break;
      case "addresses":
        this.#tellSession(now, input);
        break;
      default:
        this.#tellBoth(now, input);
    }
  }

  #tellBoth(now: Instant, input: Input): void {
    this.#tellSession(now, input);
    if (this.#drillState !== "asleep") this.#tellDrill(now, input);
  }

  #tellSession(now: Instant, input: Input): void {
    const outputs = this.#session.handle(now, input);
    // A partner that has its hole in v1 must not be drawn into v2, nor an original be sent what it does not know.
    this.#out.push(...(this.#drill.hole === null ? outputs : passed(outputs)));
  }

  #tellDrill(now: Instant, input: Input): void {
    const outputs = this.#drill.handle(now, input);
    const isHeeded = !this.#left && (this.#drillState === "running" || this.#drill.hole !== null);
    this.#out.push(...(isHeeded ? outputs : passed(outputs)));
  }

  #hearV1(now: Instant, datagram: Datagram): void {
    if (this.#drillState === "running" || this.#drill.hole !== null) {
      return this.#tellDrill(now, { type: "datagram", datagram });
    }
    const opened = this.#envelope.open(datagram.bytes);
    if (!opened.ok) {
      this.#out.push({ type: "pass", datagram });
      return;
    }
    const decoded = v1.decodeForPeer(opened.payload);
    const isClose = decoded.ok && decoded.message.type === "close";
    if (isClose && !this.#left && this.#drillState === "listening" && this.#session.hole === null) {
      this.#tellDrill(now, { type: "datagram", datagram });
    }
  }

  /** Lets v1's drill run as long as it may be what is left. */
  #choose(now: Instant): void {
    const { heard, partnerSpeaks } = this.#session;
    if (this.#drill.hole !== null) {
      this.#drillState = "running";
      return this.#say("v1", "the hole was made with protocol v1, which anybody who can watch the path may replay");
    }
    if (heard === "partner") {
      if (this.#drillState === "running") this.#drillState = "listening";
      return this.#say("v2", "the partner speaks protocol v2");
    }
    const isUnheard = heard === "nobody" && now - this.#startedAt >= V2_ALONE_MS;
    if (partnerSpeaks === "v1") this.#run(now, "the partner speaks protocol v1 only");
    else if (isUnheard) this.#run(now, "control does not answer in protocol v2: it may know v1 only");
    else if (this.#drillState === "running") this.#drillState = "listening";
  }

  #run(now: Instant, why: string): void {
    const before = this.#drillState;
    if (before === "running") return;
    this.#drillState = "running";
    this.#say("both", why);
    if (before === "listening") return this.#tellDrill(now, { type: "wake" });
    this.#tellDrill(now, { type: "start" });
  }

  #say(protocol: Protocol | "both", why: string): void {
    if (this.#said === why) return;
    this.#said = why;
    this.#out.push({ type: "event", event: { type: "protocol", protocol, why } });
  }
}

function passed(outputs: Outputs): Outputs {
  return outputs.filter(({ type }) => type === "pass");
}
