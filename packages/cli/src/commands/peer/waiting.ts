import type { PeerEvent } from "@netpunch/peer";
import type { Datagram, Observer } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, sameEndpoint, type v2 } from "@netpunch/wire";
import { type Meeting, partnerOf, refusalText } from "../../command-line/meeting.js";
import { isRefusal } from "../../process/failure.js";

/** chosen: control answers in a round trip, in v1 when the partner is there, so it is time to say what may be wrong. */
export const HINT_AFTER_MS = 5000;

/** chosen: announces go out every second, so an error that is older is over. */
const SEND_ERROR_LASTS_MS = 3000;
/** A refused port is asked again after 30 s only (@netpunch/peer). */
const REFUSAL_LASTS_MS = 35_000;
/** v2's keepalives go out every 18 s at most and are answered; chosen: two lost ones in a row are no accident any more. */
const CONTROL_GONE_AFTER_MS = 40_000;

export interface WaitingOptions {
  readonly meeting: Meeting;
  /** Control's address as it was given. */
  readonly remote: string;
  /** What is done before anything goes out; "" where that takes no time. */
  readonly preparing?: string;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** Follows a drill and says, in the words of the person who waits, what it waits for. */
export class Waiting implements Observer<PeerEvent> {
  readonly #meeting: Meeting;
  readonly #partner: string;
  readonly #remote: string;
  readonly #preparing: string;
  readonly #now: () => number;
  #since: number | null = null;
  #control: Endpoint | null = null;
  #controlHeardAt = 0;
  #controlGone = false;
  #session: v2.InfoState | null = null;
  #candidates: readonly Endpoint[] = [];
  #target: Endpoint | null = null;
  #drillingSince: number | null = null;
  #heard = false;
  #connected = false;
  #owed = false;
  #otherSecrets = 0;
  #lookupError: Error | null = null;
  #sendError: { readonly message: string; readonly until: number } | null = null;

  constructor({ meeting, remote, preparing = "", now = () => performance.now() }: WaitingOptions) {
    this.#meeting = meeting;
    this.#partner = partnerOf(meeting);
    this.#remote = remote;
    this.#preparing = preparing;
    this.#now = now;
  }

  event(event: PeerEvent): void {
    this.#since ??= this.#now();
    switch (event.type) {
      case "control":
        this.#control = event.endpoint;
        this.#lookupError = null;
        break;
      case "session":
        this.#session = event.state;
        break;
      case "candidates":
        this.#candidates = event.candidates.map(({ endpoint }) => endpoint);
        break;
      case "introduced":
        this.#candidates = [event.endpoint];
        break;
      case "phase":
        this.#phase(event.phase, event.target);
        break;
      case "heard":
        this.#heard = true;
        break;
      case "connected":
        this.#connected = true;
        this.#target = event.endpoint;
        this.#owed = event.path !== undefined;
        break;
      case "confirmed":
        this.#owed = false;
        break;
      case "dropped":
        if (event.reason === "bad-signature") this.#otherSecrets += 1;
        break;
    }
  }

  datagram(direction: "in" | "out", { remote }: Datagram): void {
    if (direction === "in" && this.#control !== null && sameEndpoint(remote, this.#control)) {
      this.#controlHeardAt = this.#now();
    }
  }

  sendFailed(_remote: Endpoint, error: Error): void {
    const lastsMs = isRefusal(error) ? REFUSAL_LASTS_MS : SEND_ERROR_LASTS_MS;
    this.#sendError = { message: error.message, until: this.#now() + lastsMs };
  }

  resolveFailed(error: Error): void {
    this.#lookupError = error;
  }

  /** For the live line. */
  text(): string {
    if (this.#since === null) return this.#preparing;
    if (this.#connected || this.#drillingSince !== null) return this.#drilling();
    if (this.#control === null) return this.#lookupError?.message ?? `looking up ${this.#remote}`;
    const waitedMs = this.#now() - this.#since;
    if (this.#session !== null)
      return `waiting for ${this.#partner}, ${seconds(waitedMs)}: ${this.#known(this.#session)}`;
    if (waitedMs < HINT_AFTER_MS) return `control has not answered yet, ${seconds(waitedMs)}`;
    return `waiting for ${this.#partner}, ${seconds(waitedMs)}: ${this.#suspicion()}`;
  }

  /** The same for a narrow terminal: how long, and the point. */
  short(): string {
    const text = this.text();
    const split = /, (\d+ s): /.exec(text);
    if (split === null) return text;
    const point = text.slice(split.index + split[0].length);
    return `${split[1]}: ${point.replace("down or unreachable", "unreachable")}`;
  }

  /** For the log: that control does not answer any more, and that it does again; null where neither is new. */
  news(): string | null {
    if (this.#session === null || this.#control === null || this.#connected) return null;
    const silentMs = this.#now() - this.#controlHeardAt;
    const isGone = silentMs > CONTROL_GONE_AFTER_MS;
    if (isGone === this.#controlGone) return null;
    this.#controlGone = isGone;
    const control = `control ${formatEndpoint(this.#control)}`;
    return isGone ? `${control} has not answered for ${seconds(silentMs)}` : `${control} answers again`;
  }

  /** For the log, once, when control has been silent for a while; null where it was not. */
  hint(): string | null {
    if (this.#drillingSince !== null || this.#session !== null || this.#control === null) return null;
    return `hint: control ${formatEndpoint(this.#control)} has not answered yet: ${this.#suspicion()}`;
  }

  #phase(phase: Extract<PeerEvent, { type: "phase" }>["phase"], target: Endpoint | null): void {
    if (target !== null) this.#target = target;
    if (phase === "announcing" || phase === "waiting") {
      this.#drillingSince = null;
      this.#heard = false;
    } else if (target !== null || phase === "checking") this.#drillingSince ??= this.#now();
  }

  #drilling(): string {
    const [candidate = null, ...others] = this.#candidates;
    const target = this.#target ?? candidate;
    const where = target === null ? this.#partner : formatEndpoint(target);
    if (this.#connected) return `connected to ${where}${this.#owed ? ", waiting until the partner is sure of it" : ""}`;
    const goal = others.length > 0 ? `${this.#candidates.length} addresses` : where;
    const heard = this.#heard ? "heard it, waiting to be heard" : "nothing heard from there yet";
    return `drilling ${goal}, ${seconds(this.#now() - (this.#drillingSince ?? 0))}: ${heard}`;
  }

  /** What control knows, which in v2 it tells. */
  #known(state: v2.InfoState): string {
    const trouble = this.#cannotSend();
    if (trouble !== null) return trouble;
    const silentMs = this.#now() - this.#controlHeardAt;
    if (silentMs > CONTROL_GONE_AFTER_MS) return `control has not answered for ${seconds(silentMs)}`;
    if (state === "v1") return "it speaks protocol v1 only";
    return refusalText(state, this.#meeting) ?? "control knows of nobody there yet";
  }

  /** In protocol v1 control is as silent to another secret as it is to a peer that is alone; in v2 it is to the former. */
  #suspicion(): string {
    const trouble = this.#cannotSend();
    if (trouble !== null) return trouble;
    const likely = this.#otherSecrets > 0 ? `${this.#otherSecrets} datagrams came with another secret; ` : "";
    const alone = isV2Only(this.#meeting) ? "" : `${this.#partner} is not started, `;
    return `${likely}${alone}control is down or unreachable, or a secret differs`;
  }

  #cannotSend(): string | null {
    if (this.#sendError === null || this.#now() >= this.#sendError.until) return null;
    return `cannot reach control (${this.#sendError.message})`;
  }
}

function isV2Only(meeting: Meeting): boolean {
  return meeting.type === "session" || meeting.protocol === "v2";
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}
