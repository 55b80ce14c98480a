import { createV1Envelope, secretBytes, type V1Envelope } from "@netpunch/crypto";
import type { Core, Deadline, Input, Instant, Output } from "@netpunch/transport";
import { type Endpoint, parseEndpoint, v1 } from "@netpunch/wire";
import { MODES, type Mode } from "./drill.table.js";

export interface OriginalPeerOptions {
  readonly slot: v1.Slot;
  readonly secret: string | Uint8Array;
}

/** What moved it: a message, or that the mode has sent its last. */
type OriginalSignal = "introduced" | "pinged" | "ponged" | "closed" | "exhausted";

export type OriginalPeerEvent =
  /** `signal` is what led there; null: its start. */
  | { readonly type: "mode"; readonly mode: Mode; readonly signal: OriginalSignal | null }
  /** It prints its result line and ends. */
  | { readonly type: "connected"; readonly endpoint: Endpoint; readonly signal: "closed" | "exhausted" }
  /** It prints an error and ends: what a failed send, an unreadable address or a zero MAC word do to it. */
  | { readonly type: "died"; readonly why: string };

/**
 * The original's peer as a core, faults included: it sends once on entering its loop and again after every datagram that
 * it hears (junk too), takes peer info from anybody, and dies of a failed send.
 */
export function createOriginalPeer(options: OriginalPeerOptions): Core<OriginalPeerEvent> {
  return new OriginalPeer(options.slot, createV1Envelope(secretBytes(options.secret)));
}

class OriginalPeer implements Core<OriginalPeerEvent> {
  readonly #envelope: V1Envelope;
  readonly #announce: v1.Message;
  #control: Endpoint | null = null;
  #partner: Endpoint | null = null;
  #mode: Mode = "discovering";
  #tries = 0;
  #ended = false;
  #deadline: Deadline | null = null;
  #out: Output<OriginalPeerEvent>[] = [];

  constructor(slot: v1.Slot, envelope: V1Envelope) {
    this.#envelope = envelope;
    this.#announce = { type: "announce", slot };
  }

  get deadline(): Deadline | null {
    return this.#deadline;
  }

  handle(now: Instant, input: Input): readonly Output<OriginalPeerEvent>[] {
    this.#out = [];
    if (this.#ended) return this.#out;
    if (input.type === "start") this.#out.push({ type: "resolve" });
    else if (input.type === "resolved") this.#begin(input.endpoints[0] ?? null, now);
    else if (input.type === "resolveFailed") this.#die(input.error.message);
    else if (input.type === "sendFailed") this.#die(input.error.message);
    else if (input.type === "datagram" && this.#control !== null) {
      this.#hear(input.datagram.bytes, input.datagram.remote, now);
    } else if (input.type === "wake" && this.#deadline !== null && now >= this.#deadline.at) this.#pauseOver(now);
    return this.#out;
  }

  #begin(control: Endpoint | null, now: Instant): void {
    this.#control = control;
    this.#enter("discovering", null);
    this.#loop(now);
  }

  /** The head of its loop: count, say the mode's word, wait. */
  #loop(now: Instant): void {
    this.#tries += 1;
    const { says, pauseMs, tries } = MODES[this.#mode];
    if (says !== null) this.#say(says);
    if (!this.#ended) this.#deadline = { at: now + pauseMs, why: `${this.#mode} ${this.#tries}/${tries}` };
  }

  #pauseOver(now: Instant): void {
    const { tries, exhausted } = MODES[this.#mode];
    if (this.#tries >= tries) {
      if (exhausted === "done") return this.#connect("exhausted");
      this.#enter(exhausted, "exhausted");
    }
    this.#loop(now);
  }

  #hear(bytes: Uint8Array, remote: Endpoint, now: Instant): void {
    const opened = this.#envelope.open(bytes);
    // Its reader turns what it cannot open into a message of its own that no mode knows, and its shortest is one byte.
    const label = opened.ok && opened.payload.length > 0 ? String.fromCharCode(opened.payload[0] ?? 0) : "?";
    if (opened.ok && label === "i") {
      const fields = new TextDecoder().decode(opened.payload).split("|");
      if (fields.length !== 3) return this.#loop(now);
      const endpoint = parseEndpoint(fields[2] ?? "");
      if (endpoint === null) return this.#die(`address ${fields[2]}`);
      this.#partner = endpoint;
      this.#enter("pinging", "introduced");
    } else if (label === "x" || label === "y") {
      this.#partner = { ...remote };
      if (label === "x") this.#enter("ponging", "pinged");
      else this.#enter("closing", "ponged");
    } else if (label === "z") return this.#connect("closed");
    this.#tries = 0;
    this.#loop(now);
  }

  #enter(mode: Mode, signal: OriginalSignal | null): void {
    this.#mode = mode;
    this.#tries = 0;
    this.#out.push({ type: "event", event: { type: "mode", mode, signal } });
  }

  #say(word: NonNullable<(typeof MODES)[Mode]["says"]>): void {
    const remote = word === "announce" ? this.#control : this.#partner;
    if (remote === null) return this.#die("no address to send to");
    const bytes = this.#envelope.seal(v1.encode(word === "announce" ? this.#announce : { type: word }));
    this.#out.push({ type: "send", datagram: { socket: 0, remote, bytes } });
  }

  #connect(signal: "closed" | "exhausted"): void {
    if (this.#partner === null) return this.#die("closed before it knew its partner");
    this.#end({ type: "connected", endpoint: this.#partner, signal });
  }

  #die(why: string): void {
    this.#end({ type: "died", why });
  }

  #end(event: OriginalPeerEvent): void {
    this.#ended = true;
    this.#deadline = null;
    this.#out.push({ type: "event", event }, { type: "done" });
  }
}
