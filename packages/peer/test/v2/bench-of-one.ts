import { createCandidateSeal, createFrameMac, type SessionKeys } from "@netpunch/crypto";
import type { Datagram, LocalAddress } from "@netpunch/transport";
import { formatEndpoint, v2 } from "@netpunch/wire";
import { createSessionCore, type PeerEvent, type SessionCore, type SessionCoreOptions } from "../../src/core.js";
import { at, Bench, CONTROL, PARTNER } from "../bench.js";
import { keysOf, seeded, withId } from "./lab.js";

export const keys = keysOf();

export const OURS = "203.0.113.1:5000";
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

/** One peer alone, in a session. */
export class BenchOfOne extends Bench<SessionCore> {
  readonly sent: { readonly at: number; readonly frame: v2.Frame; readonly to: string; readonly bytes: Uint8Array }[] =
    [];
  readonly seal = createCandidateSeal(keys.candidates);
  #controlMac = createFrameMac(keys.control);
  #peerMac = createFrameMac(keys.peer);
  #nonce = seeded("nonces");

  constructor({ begin = "resolved", controls = [CONTROL], addresses, ...options }: BenchOptions = {}) {
    super(createSessionCore({ keys, random: withId(5), port: 5000, ...options }));
    this.feed({ type: "start" });
    if (addresses !== undefined) this.feed({ type: "addresses", addresses });
    if (begin === "resolved") this.feed({ type: "resolved", endpoints: controls.map(at) });
  }

  protected note({ bytes, remote }: Datagram): void {
    const decoded = v2.decode(bytes);
    if (!decoded.ok) throw new Error(`sent what is no frame: ${decoded.reason}`);
    this.sent.push({ at: this.now, frame: decoded.frame, to: formatEndpoint(remote), bytes });
  }

  sealed(frame: v2.Frame, keysOfSender: SessionKeys = keys): Uint8Array {
    const own = keysOfSender === keys;
    const [control, peer] = own
      ? [this.#controlMac, this.#peerMac]
      : [createFrameMac(keysOfSender.control), createFrameMac(keysOfSender.peer)];
    return ("from" in frame ? peer : control).sign(v2.encode(frame));
  }

  say(frame: v2.Frame, from: string): void {
    const bytes = this.sealed(frame);
    this.#heardBytes += bytes.length;
    this.hear(bytes, from);
  }

  /** The bytes of what was said to it since the last call. */
  takeHeardBytes(): number {
    const taken = this.#heardBytes;
    this.#heardBytes = 0;
    return taken;
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
  #heardBytes = 0;

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
