import { createCandidateSeal, createFrameMac, type SessionKeys } from "@netpunch/crypto";
import type { Input, LocalAddress, Output } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, parseEndpoint, v2 } from "@netpunch/wire";
import { createSessionCore, type PeerEvent, type SessionCore, type SessionCoreOptions } from "../../src/core.js";
import { keysOf, seeded, withId } from "./lab.js";

export const keys = keysOf();

export const at = (text: string): Endpoint => {
  const endpoint = parseEndpoint(text);
  if (endpoint === null) throw new Error(`no endpoint: ${text}`);
  return endpoint;
};

export const CONTROL = "198.51.100.1:7777";
export const OURS = "203.0.113.1:5000";
export const PARTNER = "203.0.113.2:5000";
export const STRANGER = "192.0.2.66:666";
export const COOKIE = new Uint8Array(v2.COOKIE_BYTES).fill(7);

/** Our id is 5 in every byte: this partner's is lower, so we control. */
export const LOWER: Uint8Array = new Uint8Array(v2.ID_BYTES).fill(1);
/** And this one controls us. */
export const HIGHER: Uint8Array = new Uint8Array(v2.ID_BYTES).fill(9);
const OUR_ID = new Uint8Array(v2.ID_BYTES).fill(5);

const reflexive = (text: string): v2.Candidate => ({ kind: "reflexive", endpoint: at(text) });
export const host = (text: string): v2.Candidate => ({ kind: "host", endpoint: at(text) });

export type BenchOptions = Partial<SessionCoreOptions> & {
  /** "resolved" with control's address, or nothing has happened yet. */
  readonly begin?: "resolved" | "created";
  readonly controls?: readonly string[];
  readonly addresses?: readonly LocalAddress[];
};

/** One peer alone: a test plays control, partner and attackers by hand, and reads what the peer says. */
export class BenchOfOne {
  readonly core: SessionCore;
  readonly sent: { readonly at: number; readonly frame: v2.Frame; readonly to: string; readonly bytes: Uint8Array }[] =
    [];
  readonly events: PeerEvent[] = [];
  readonly passed: Uint8Array[] = [];
  readonly seal = createCandidateSeal(keys.candidates);
  resolves = 0;
  now = 0;
  done = false;
  #controlMac = createFrameMac(keys.control);
  #peerMac = createFrameMac(keys.peer);
  #nonce = seeded("nonces");

  constructor({ begin = "resolved", controls = [CONTROL], addresses, ...options }: BenchOptions = {}) {
    this.core = createSessionCore({ keys, random: withId(5), port: 5000, ...options });
    this.feed({ type: "start" });
    if (addresses !== undefined) this.feed({ type: "addresses", addresses });
    if (begin === "resolved") this.feed({ type: "resolved", endpoints: controls.map(at) });
  }

  feed(input: Input): readonly Output<PeerEvent>[] {
    return this.take(this.core.handle(this.now, input));
  }

  take(outputs: readonly Output<PeerEvent>[]): readonly Output<PeerEvent>[] {
    for (const output of outputs) {
      if (output.type === "event") this.events.push(output.event);
      else if (output.type === "pass") this.passed.push(output.datagram.bytes.slice());
      else if (output.type === "done") this.done = true;
      else if (output.type === "resolve") this.resolves += 1;
      else {
        const { bytes, remote } = output.datagram;
        const decoded = v2.decode(bytes);
        if (!decoded.ok) throw new Error(`sent what is no frame: ${decoded.reason}`);
        this.sent.push({ at: this.now, frame: decoded.frame, to: formatEndpoint(remote), bytes });
      }
    }
    return outputs;
  }

  /** Lets the clock run; every deadline on the way is kept. */
  until(ms: number): void {
    while (this.core.deadline !== null && this.core.deadline.at <= ms) {
      this.now = Math.max(this.now, this.core.deadline.at);
      this.feed({ type: "wake" });
    }
    this.now = ms;
  }

  hear(bytes: Uint8Array, from: string): void {
    this.feed({ type: "datagram", datagram: { socket: 0, remote: at(from), bytes } });
  }

  sealed(frame: v2.Frame, keysOfSender: SessionKeys = keys): Uint8Array {
    const own = keysOfSender === keys;
    const [control, peer] = own
      ? [this.#controlMac, this.#peerMac]
      : [createFrameMac(keysOfSender.control), createFrameMac(keysOfSender.peer)];
    return ("from" in frame ? peer : control).sign(v2.encode(frame));
  }

  say(frame: v2.Frame, from: string): void {
    this.hear(this.sealed(frame), from);
  }

  /** The seq of the newest announce. */
  get seq(): number {
    return Math.max(0, ...this.sent.map(({ frame }) => (frame.type === "announce" ? frame.seq : 0)));
  }

  challengeFrame(fields: Partial<v2.Challenge> = {}): v2.Challenge {
    const head = { type: "challenge", features: 0, sid: keys.sid, id: OUR_ID } as const;
    return { ...head, echoSeq: this.seq, cookie: COOKIE, observed: at(OURS), ...fields };
  }

  infoFrame(fields: Partial<v2.Info> = {}): v2.Info {
    const head = { type: "info", features: 0, sid: keys.sid, id: OUR_ID } as const;
    return { ...head, echoSeq: this.seq, pushSeq: 1, state: "waiting", cause: "answer", partner: null, ...fields };
  }

  peerFrame(type: v2.PeerFrameType, fields: Partial<v2.PeerFrame> = {}): v2.PeerFrame {
    return { type, features: 0, from: LOWER, to: OUR_ID, txid: this.#nonce(v2.TXID_BYTES), ...fields };
  }

  challenge(from = CONTROL, fields: Partial<v2.Challenge> = {}): void {
    this.say(this.challengeFrame(fields), from);
  }

  blobOf(id: Uint8Array, candidates: readonly v2.Candidate[], sealKeys: SessionKeys = keys): Uint8Array {
    return createCandidateSeal(sealKeys.candidates).seal(candidates, { sid: sealKeys.sid, id }, this.#nonce(24));
  }

  /** Control binds us and says that nobody is there. */
  bind(): void {
    this.challenge();
    this.say(this.infoFrame(), CONTROL);
    // The answer to the acknowledgement of that.
    this.say(this.infoFrame(), CONTROL);
  }

  /** Control names the partner. */
  introduce(id: Uint8Array = LOWER, candidates: readonly v2.Candidate[] = [reflexive(PARTNER)], pushSeq = 2): void {
    const partner = { id, blob: this.blobOf(id, candidates) };
    this.say(this.infoFrame({ pushSeq, state: "present", cause: "push", partner }), CONTROL);
  }

  /** The txid of our newest ping (or nomination) to an address. */
  txidTo(remote: string, type: v2.PeerFrameType = "ping"): Uint8Array {
    const sent = this.sent.findLast(({ frame, to }) => frame.type === type && to === remote)?.frame;
    if (sent === undefined || !("txid" in sent)) throw new Error(`no ${type} to ${remote}`);
    return sent.txid;
  }

  /** The partner answers our newest ping. */
  pong(from = PARTNER, id: Uint8Array = LOWER): void {
    this.say(this.peerFrame("pong", { from: id, txid: this.txidTo(from) }), from);
  }

  /** What was sent since the last call, as "0 announce -> 198.51.100.1:7777". */
  takeSent(): string[] {
    const taken = this.sent.slice(this.#taken);
    this.#taken = this.sent.length;
    return taken.map(({ at: ms, frame, to }) => `${ms} ${frame.type} -> ${to}`);
  }

  #taken = 0;

  get reasons(): string[] {
    return this.events.flatMap((event) => (event.type === "dropped" ? [event.reason] : []));
  }

  told(type: PeerEvent["type"]): PeerEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}

/** How each phase is reached from the start, by datagrams and time alone. */
export const reach: Record<SessionCore["phase"], (peer: BenchOfOne) => void> = {
  announcing: () => {},
  waiting: (peer) => peer.bind(),
  checking: (peer) => {
    peer.bind();
    peer.introduce();
  },
  choosing: (peer) => {
    peer.bind();
    peer.introduce(LOWER, [reflexive("203.0.113.1:61000"), host("192.168.1.7:5000")]);
    peer.pong("203.0.113.1:61000");
  },
  nominating: (peer) => {
    peer.bind();
    peer.introduce();
    peer.pong();
  },
  finishing: (peer) => {
    reach.nominating(peer);
    peer.say(peer.peerFrame("confirm", { txid: peer.txidTo(PARTNER, "nominate") }), PARTNER);
  },
  confirming: (peer) => {
    peer.bind();
    peer.introduce(HIGHER);
    peer.pong(PARTNER, HIGHER);
    peer.say(peer.peerFrame("nominate", { from: HIGHER }), PARTNER);
  },
  connected: (peer) => {
    reach.confirming(peer);
    peer.say(peer.peerFrame("done", { from: HIGHER, txid: peer.txidTo(PARTNER, "confirm") }), PARTNER);
  },
  unconfirmed: (peer) => {
    reach.nominating(peer);
    peer.until(peer.now + 5400);
  },
};
