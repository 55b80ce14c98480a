import { secretBytes } from "@netpunch/crypto";
import type { Datagram, Output } from "@netpunch/transport";
import { formatEndpoint, v1, v2 } from "@netpunch/wire";
import {
  type ControlCore,
  type ControlEvent,
  type ControlKeys,
  createControlCore,
  type KeysCoreOptions,
} from "../src/core.js";
import { createNodeFrameMac } from "../src/node/frame-mac.js";
import { A, B, PlayedControl, SECRET } from "./desk.js";

/** xorshift32: the same "random" bytes in every run. */
export function createRandom(seed: number): (length: number) => Uint8Array {
  let x = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      return x;
    });
}

const bytesOf = (text: string, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(text).subarray(0, length));
  return bytes;
};
const nameOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0+$/, "");

/** Session ids that a reader of a failing test recognises. */
export const sidOf = (session: string): Uint8Array => bytesOf(session, v2.SID_BYTES);
export const idOf = (run: string): Uint8Array => bytesOf(run, v2.ID_BYTES);
export const blobOf = (text: string, candidates = 1): Uint8Array => bytesOf(text, v2.MIN_BLOB_BYTES + 19 * candidates);

const CONTROL_KEY = createRandom(7)(32);
/** Node's, as there are tests with very many frames. */
export const mac = createNodeFrameMac(CONTROL_KEY);
export const sign = (frame: v2.Frame): Uint8Array => mac.sign(v2.encode(frame));

export const KEYS: ControlKeys = {
  v1: secretBytes(SECRET),
  control: CONTROL_KEY,
  slotSessions: v1.SLOTS.filter((_slot, index) => index % 2 === 0).map((slot) =>
    sidOf(`slots ${slot}${v1.partnerOf(slot)}`),
  ),
};

/** A frame of control's, and where it went. */
export interface Sent {
  readonly at: number;
  readonly to: string;
  readonly bytes: Uint8Array;
  readonly frame: v2.FromControl;
}

type DeskOptions = Partial<Omit<KeysCoreOptions, "random" | "createFrameMac">>;

/** With keys: it speaks both protocols. */
export class SessionDesk extends PlayedControl {
  readonly sent: Sent[] = [];
  /** Datagrams of v1, unread. */
  readonly sentV1: { readonly at: number; readonly to: string; readonly bytes: Uint8Array }[] = [];
  readonly #options: DeskOptions;
  #boots = 1;

  constructor(options: DeskOptions = {}) {
    super(createCore(options, 1));
    this.#options = options;
    this.feed({ type: "start" });
  }

  /** Control starts anew and knows nothing of before, but for what `changes` says. */
  restart(changes: DeskOptions = {}): void {
    this.#boots += 1;
    this.core = createCore({ ...this.#options, ...changes }, this.#boots);
    this.feed({ type: "start" });
  }

  hearFrame(frame: v2.Frame, from: string): readonly Output<ControlEvent>[] {
    return this.hear(sign(frame), from);
  }

  /** What was sent since the last call: `500 push 2 present bob -> 203.0.113.1:5000`. */
  takeLines(): string[] {
    return this.sent.splice(0).map(({ at: sentAt, to, frame }) => `${sentAt} ${inWords(frame)} -> ${to}`);
  }

  get stats() {
    const { v2: stats } = this.core.stats(this.now);
    if (stats === undefined) throw new Error("it does not speak v2");
    return stats;
  }

  protected note({ remote, bytes }: Datagram): void {
    const to = formatEndpoint(remote);
    if (!v2.isFrame(bytes)) {
      this.sentV1.push({ at: this.now, to, bytes });
      return;
    }
    const decoded = v2.decode(bytes);
    if (!decoded.ok || !mac.verify(bytes)) throw new Error("control sent what does not authenticate");
    const { frame } = decoded;
    if (frame.type !== "info" && frame.type !== "challenge" && frame.type !== "relayed")
      throw new Error(`control sent ${frame.type}`);
    this.sent.push({ at: this.now, to, bytes, frame });
  }
}

function createCore(options: DeskOptions, seed: number): ControlCore {
  return createControlCore({
    keys: KEYS,
    random: createRandom(seed),
    createFrameMac: createNodeFrameMac,
    ...options,
  });
}

function inWords(frame: v2.FromControl): string {
  if (frame.type === "challenge") return `challenge ${frame.echoSeq}`;
  if (frame.type === "relayed")
    return `relayed ${frame.echoSeq} ${frame.state}${frame.reason === "none" ? "" : ` ${frame.reason}`}`;
  const partner = frame.partner === null ? "" : ` ${nameOf(frame.partner.id)}`;
  return `${frame.cause} ${frame.pushSeq} ${frame.state}${partner}`;
}

/** What a toy run is to be. */
export interface ToyOptions {
  readonly session?: string;
  readonly name: string;
  readonly from: string;
  readonly features?: number;
}

/** A run of a peer that does just what a test says. */
export class ToyRun {
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  from: string;
  seq = 0;
  ackPush = 0;
  cookie: Uint8Array = new Uint8Array(v2.COOKIE_BYTES);
  blob: Uint8Array;
  readonly #desk: SessionDesk;
  readonly #features: number;

  constructor(desk: SessionDesk, { session = "home", name, from, features = 0 }: ToyOptions) {
    this.#desk = desk;
    this.sid = sidOf(session);
    this.id = idOf(name);
    this.from = from;
    this.blob = blobOf(name);
    this.#features = features;
  }

  /** Its next announce, which is not sent. */
  frame(changes: Partial<v2.Announce> = {}): Uint8Array {
    this.seq += 1;
    const { sid, id, seq, ackPush, cookie, blob } = this;
    return sign({ type: "announce", features: this.#features, sid, id, seq, ackPush, cookie, blob, ...changes });
  }

  /** Announces itself, and takes control's answer to heart. */
  announce(changes: Partial<v2.Announce> = {}): this {
    this.#desk.hear(this.frame(changes), this.from);
    return this.listen();
  }

  /** Takes the newest cookie and push that were sent to it. */
  listen(): this {
    for (const { to, frame } of this.#desk.sent) {
      if (to !== this.from || !v2.sameId(frame.id, this.id)) continue;
      if (frame.type === "challenge") this.cookie = frame.cookie;
      else if (frame.type === "info") this.ackPush = frame.pushSeq;
    }
    return this;
  }

  /** Announces itself, then with the cookie, then acknowledges what it was told. */
  join(): this {
    return this.announce().announce().announce();
  }

  bye(changes: Partial<v2.Bye> = {}): this {
    this.seq += 1;
    const { sid, id, seq } = this;
    this.#desk.hear(sign({ type: "bye", features: 0, sid, id, seq, reason: "left", ...changes }), this.from);
    return this;
  }
}

/** Both of a session, introduced at 0 ms and quiet since; it is 1,000 ms. */
export function pair(desk: SessionDesk = new SessionDesk()) {
  const ann = new ToyRun(desk, { name: "ann", from: A }).join();
  const bob = new ToyRun(desk, { name: "bob", from: B }).join();
  ann.listen().announce();
  desk.until(1_000);
  desk.takeLines();
  desk.takeEvents();
  return { desk, ann, bob };
}
