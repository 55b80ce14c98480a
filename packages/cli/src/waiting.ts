import type { PeerEvent } from "@netpunch/peer";
import type { Observer } from "@netpunch/transport";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import { isRefusal } from "./failure.js";

/** chosen: control answers in a round trip when the partner is there, so it is time to say what may be wrong. */
export const HINT_AFTER_MS = 5000;

/** chosen: announces go out every second, so an error that is older is over. */
const SEND_ERROR_LASTS_MS = 3000;
/** A refused port is asked again after 30 s only (@netpunch/peer). */
const REFUSAL_LASTS_MS = 35_000;

/** Follows a drill and says, in the words of the person who waits, what it waits for. */
export class Waiting implements Observer<PeerEvent> {
  readonly #remote: string;
  readonly #partner: string;
  #since: number | null = null;
  #control: Endpoint | null = null;
  #target: Endpoint | null = null;
  #targetSince = 0;
  #heard = false;
  #connected = false;
  #otherSecrets = 0;
  #lookupError: Error | null = null;
  #sendError: { readonly message: string; readonly until: number } | null = null;
  readonly #now: () => number;

  /** @param remote control's address as it was given. */
  constructor(remote: string, partner: string, now: () => number = () => performance.now()) {
    this.#remote = remote;
    this.#partner = partner;
    this.#now = now;
  }

  event(event: PeerEvent): void {
    this.#since ??= this.#now();
    switch (event.type) {
      case "control":
        this.#control = event.endpoint;
        this.#lookupError = null;
        break;
      case "phase":
        if (this.#target === null) this.#targetSince = this.#now();
        this.#target = event.target;
        break;
      case "heard":
        this.#heard = true;
        break;
      case "connected":
        this.#connected = true;
        break;
      case "dropped":
        if (event.reason === "bad-signature") this.#otherSecrets += 1;
        break;
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
    if (this.#since === null) return "";
    if (this.#target !== null) return this.#drilling(this.#target);
    if (this.#control === null) return this.#lookupError?.message ?? `looking up ${this.#remote}`;
    const waitedMs = this.#now() - this.#since;
    if (waitedMs < HINT_AFTER_MS) return `control has not answered yet, ${seconds(waitedMs)}`;
    return `waiting for ${this.#partner}, ${seconds(waitedMs)}: ${this.#suspicion()}`;
  }

  /** For the log, once, when control has been silent for a while; null where it was not. */
  hint(): string | null {
    if (this.#target !== null || this.#control === null) return null;
    return `hint: control ${formatEndpoint(this.#control)} has not answered yet: ${this.#suspicion()}`;
  }

  #drilling(target: Endpoint): string {
    const where = formatEndpoint(target);
    if (this.#connected) return `connected to ${where}`;
    const heard = this.#heard ? "heard it, waiting to be heard" : "nothing heard from there yet";
    return `drilling ${where}, ${seconds(this.#now() - this.#targetSince)}: ${heard}`;
  }

  /** As far as protocol v1 can tell: its control is as silent to another secret as it is to a peer that is alone. */
  #suspicion(): string {
    if (this.#sendError !== null && this.#now() < this.#sendError.until) {
      return `cannot reach control (${this.#sendError.message})`;
    }
    const likely = this.#otherSecrets > 0 ? `${this.#otherSecrets} datagrams came with another secret; ` : "";
    return `${likely}${this.#partner} is not started, control is down or unreachable, or a secret differs`;
  }
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}
