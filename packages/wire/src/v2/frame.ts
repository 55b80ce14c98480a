import type { Endpoint } from "../endpoint.js";
import { ENDPOINT_BYTES, readEndpoint, writeEndpoint } from "./address.js";
import { isBlobSize, MAX_BLOB_BYTES, MIN_BLOB_BYTES } from "./candidates.js";
import { COOKIE_BYTES, HEADER_BYTES, ID_BYTES, isFrame, MAC_BYTES, MAGIC, SID_BYTES, TXID_BYTES } from "./layout.js";

/*
 * The fields of each type, between the header of 8 bytes and the MAC of 16 (see layout.ts). The blob's size follows from
 * the frame's.
 *
 *   type             fields                                                                   bytes in all
 *   01 ANNOUNCE      sid 16, id 8, seq 4, ackPush 4, cookie 16, blob 41 + 19 n (n 0..12)       72 + blob
 *   02 CHALLENGE     sid 16, id 8, echoSeq 4, cookie 16, observed 18                           86
 *   03 INFO          sid 16, id 8, echoSeq 4, pushSeq 4, state 1                               57
 *                    the same, partner's id 8, partner's blob                                  65 + blob
 *   04 BYE           sid 16, id 8, seq 4, reason 1                                             53
 *   11 PING          from 8, to 8, txid 12                                                     52
 *   12 PONG          likewise                                                                  52
 *   13 NOMINATE      likewise                                                                  52
 *   14 CONFIRM       likewise                                                                  52
 *   15 DONE          likewise                                                                  52
 *
 *   observed         endpoint (18 bytes, see address.ts), XORed with the cookie before it, byte by byte, its last two with
 *                    the cookie's first two: gateways rewrite addresses that they recognise (RFC 8489 section 14.2)
 *   state            0 waiting, 1 present, 2 full, 3 v1; with 80 added: a push. Only "present" may name the partner.
 *   reason           1 left, 2 met
 */

/** A peer to control: "I am this run of this session, reachable there". */
export interface Announce {
  readonly type: "announce";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** Grows with each frame of this run to control. */
  readonly seq: number;
  /** The newest push that was taken; 0: none. */
  readonly ackPush: number;
  /** Control's proof that we receive at our address; zeros where there is none yet. */
  readonly cookie: Uint8Array;
  /** The sealed candidates, for the partner. */
  readonly blob: Uint8Array;
}

/** Control to a peer whose address is not proved: "say that again with this cookie". */
export interface Challenge {
  readonly type: "challenge";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** The seq of the announce that this answers. */
  readonly echoSeq: number;
  readonly cookie: Uint8Array;
  /** Where control saw the announce come from: the reflexive address. */
  readonly observed: Endpoint;
}

/** What control knows of the partner. */
export type InfoState = "waiting" | "present" | "full" | "v1";

/** Control to a bound peer: how its session stands. */
export interface Info {
  readonly type: "info";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** The highest seq taken from this peer. */
  readonly echoSeq: number;
  /** The number of the newest push; 0: none yet. */
  readonly pushSeq: number;
  readonly state: InfoState;
  /** "push": sent because something changed. "answer": to an announce. */
  readonly cause: "push" | "answer";
  readonly partner: { readonly id: Uint8Array; readonly blob: Uint8Array } | null;
}

/** A peer to control: "I am gone". */
export interface Bye {
  readonly type: "bye";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  readonly seq: number;
  /** It gave up, or it met its partner. */
  readonly reason: "left" | "met";
}

/** A peer to its partner. */
export interface PeerFrame {
  readonly type: PeerFrameType;
  readonly features: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly txid: Uint8Array;
}

export type PeerFrameType = "ping" | "pong" | "nominate" | "confirm" | "done";
export type ToControl = Announce | Bye;
export type FromControl = Challenge | Info;
export type Frame = ToControl | FromControl | PeerFrame;
export type FrameType = Frame["type"];

/** Why bytes are no frame; that its MAC is wrong is for who has the key to find. */
export type DecodeReason =
  /** Shorter than any frame. */
  | "short"
  /** It does not begin as a frame of v2 does. */
  | "bad-magic"
  | "unknown-type"
  /** Another size than its type has. */
  | "bad-length"
  /** INFO in an unknown state, or one that names a partner in another state than "present". */
  | "bad-state"
  /** BYE for an unknown reason. */
  | "bad-reason"
  /** CHALLENGE with port 0. */
  | "bad-endpoint";

/** A frame, or the reason why there is none. */
export type Decoded<F = Frame> =
  | { readonly ok: true; readonly frame: F }
  | { readonly ok: false; readonly reason: DecodeReason };

const TYPES: Readonly<Record<FrameType, number>> = {
  announce: 0x01,
  challenge: 0x02,
  info: 0x03,
  bye: 0x04,
  ping: 0x11,
  pong: 0x12,
  nominate: 0x13,
  confirm: 0x14,
  done: 0x15,
};
const STATES: readonly InfoState[] = ["waiting", "present", "full", "v1"];
const PUSH = 0x80;
const REASONS = [null, "left", "met"] as const;

const SID_AT = HEADER_BYTES;
const ID_AT = SID_AT + SID_BYTES;
const SEQ_AT = ID_AT + ID_BYTES;

const ACK_PUSH_AT = SEQ_AT + 4;
const COOKIE_AT = ACK_PUSH_AT + 4;
const BLOB_AT = COOKIE_AT + COOKIE_BYTES;

const CHALLENGE_COOKIE_AT = SEQ_AT + 4;
const OBSERVED_AT = CHALLENGE_COOKIE_AT + COOKIE_BYTES;

const PUSH_SEQ_AT = SEQ_AT + 4;
const STATE_AT = PUSH_SEQ_AT + 4;
const PARTNER_ID_AT = STATE_AT + 1;
const PARTNER_BLOB_AT = PARTNER_ID_AT + ID_BYTES;

const REASON_AT = SEQ_AT + 4;

const FROM_AT = HEADER_BYTES;
const TO_AT = FROM_AT + ID_BYTES;
const TXID_AT = TO_AT + ID_BYTES;

/** Sizes of frames in bytes; an announce, and an info that names the partner, have their blob's bytes on top. */
export const FRAME_BYTES = {
  announce: BLOB_AT + MAC_BYTES,
  challenge: OBSERVED_AT + ENDPOINT_BYTES + MAC_BYTES,
  info: PARTNER_ID_AT + MAC_BYTES,
  infoWithPartner: PARTNER_BLOB_AT + MAC_BYTES,
  bye: REASON_AT + 1 + MAC_BYTES,
  peer: TXID_AT + TXID_BYTES + MAC_BYTES,
} as const;

/** The longest frame: an announce of twelve candidates. */
export const MAX_FRAME_BYTES = FRAME_BYTES.announce + MAX_BLOB_BYTES;
const MIN_FRAME_BYTES = FRAME_BYTES.peer;

/**
 * Writes a frame, its last 16 bytes still zero: the MAC is for who has the key to write there.
 *
 * @throws RangeError when a field has another size or range than its place.
 */
export function encode(frame: Frame): Uint8Array {
  switch (frame.type) {
    case "announce":
      return encodeAnnounce(frame);
    case "challenge":
      return encodeChallenge(frame);
    case "info":
      return encodeInfo(frame);
    case "bye":
      return encodeBye(frame);
    default:
      return encodePeerFrame(frame);
  }
}

function encodeAnnounce(frame: Announce): Uint8Array {
  const bytes = begin(frame, FRAME_BYTES.announce + blobSize(frame.blob));
  putSession(bytes, frame, frame.seq);
  putNumber(bytes, ACK_PUSH_AT, "ackPush", frame.ackPush);
  put(bytes, COOKIE_AT, "cookie", frame.cookie, COOKIE_BYTES);
  bytes.set(frame.blob, BLOB_AT);
  return bytes;
}

function encodeChallenge(frame: Challenge): Uint8Array {
  const bytes = begin(frame, FRAME_BYTES.challenge);
  putSession(bytes, frame, frame.echoSeq);
  put(bytes, CHALLENGE_COOKIE_AT, "cookie", frame.cookie, COOKIE_BYTES);
  writeEndpoint(frame.observed, bytes, OBSERVED_AT);
  maskObserved(bytes, bytes, OBSERVED_AT);
  return bytes;
}

function encodeInfo(frame: Info): Uint8Array {
  const { partner, state } = frame;
  if (partner !== null && state !== "present") {
    throw new RangeError(`"partner" expected null where the state is not present, got one with ${state}`);
  }
  const size = partner === null ? FRAME_BYTES.info : FRAME_BYTES.infoWithPartner + blobSize(partner.blob);
  const bytes = begin(frame, size);
  putSession(bytes, frame, frame.echoSeq);
  putNumber(bytes, PUSH_SEQ_AT, "pushSeq", frame.pushSeq);
  bytes[STATE_AT] = STATES.indexOf(state) | (frame.cause === "push" ? PUSH : 0);
  if (partner === null) return bytes;
  put(bytes, PARTNER_ID_AT, "partner.id", partner.id, ID_BYTES);
  bytes.set(partner.blob, PARTNER_BLOB_AT);
  return bytes;
}

function encodeBye(frame: Bye): Uint8Array {
  const bytes = begin(frame, FRAME_BYTES.bye);
  putSession(bytes, frame, frame.seq);
  bytes[REASON_AT] = REASONS.indexOf(frame.reason);
  return bytes;
}

function encodePeerFrame(frame: PeerFrame): Uint8Array {
  const bytes = begin(frame, FRAME_BYTES.peer);
  put(bytes, FROM_AT, "from", frame.from, ID_BYTES);
  put(bytes, TO_AT, "to", frame.to, ID_BYTES);
  put(bytes, TXID_AT, "txid", frame.txid, TXID_BYTES);
  return bytes;
}

function begin({ type, features }: Frame, sizeBytes: number): Uint8Array {
  const number = TYPES[type];
  if (number === undefined) throw new TypeError(`"type" expected a type of v2, got ${JSON.stringify(type)}`);
  if (!Number.isInteger(features) || features < 0 || features > 0xffffff) {
    throw new RangeError(`"features" expected 24 bits, got ${features}`);
  }
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(MAGIC);
  bytes[4] = number;
  bytes[5] = features >>> 16;
  bytes[6] = (features >>> 8) & 0xff;
  bytes[7] = features & 0xff;
  return bytes;
}

function putSession(
  bytes: Uint8Array,
  { sid, id }: { readonly sid: Uint8Array; readonly id: Uint8Array },
  seq: number,
): void {
  put(bytes, SID_AT, "sid", sid, SID_BYTES);
  put(bytes, ID_AT, "id", id, ID_BYTES);
  putNumber(bytes, SEQ_AT, "seq", seq);
}

function put(bytes: Uint8Array, at: number, name: string, field: Uint8Array, sizeBytes: number): void {
  if (field.length !== sizeBytes) throw new RangeError(`"${name}" expected ${sizeBytes} bytes, got ${field.length}`);
  bytes.set(field, at);
}

function putNumber(bytes: Uint8Array, at: number, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`"${name}" expected an integer 0 to 4294967295, got ${value}`);
  }
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 0xff;
  bytes[at + 2] = (value >>> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
}

function blobSize({ length }: Uint8Array): number {
  if (!isBlobSize(length)) {
    throw new RangeError(
      `"blob" expected ${MIN_BLOB_BYTES} bytes and 19 for each of 0 to 12 candidates, got ${length}`,
    );
  }
  return length;
}

/** XORs the observed endpoint at `at` with the cookie, which stands right before it in `from`. */
function maskObserved(from: Uint8Array, into: Uint8Array, at: number): void {
  for (let i = 0; i < ENDPOINT_BYTES; i++) {
    into[at + i] = (from[OBSERVED_AT + i] ?? 0) ^ (from[CHALLENGE_COOKIE_AT + (i % COOKIE_BYTES)] ?? 0);
  }
}

/**
 * Reads a frame, but for its MAC: nothing in it is true until that is verified. Never throws, whatever the bytes.
 *
 * Its byte fields are views of `bytes`. What decodes encodes to the same bytes, but for the MAC.
 */
export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length < MIN_FRAME_BYTES) return refuse(isFrame(bytes) ? "short" : "bad-magic");
  if (!isFrame(bytes)) return refuse("bad-magic");
  switch (bytes[4]) {
    case TYPES.announce:
      return decodeAnnounce(bytes);
    case TYPES.challenge:
      return decodeChallenge(bytes);
    case TYPES.info:
      return decodeInfo(bytes);
    case TYPES.bye:
      return decodeBye(bytes);
    case TYPES.ping:
      return decodePeerFrame("ping", bytes);
    case TYPES.pong:
      return decodePeerFrame("pong", bytes);
    case TYPES.nominate:
      return decodePeerFrame("nominate", bytes);
    case TYPES.confirm:
      return decodePeerFrame("confirm", bytes);
    case TYPES.done:
      return decodePeerFrame("done", bytes);
    default:
      return refuse("unknown-type");
  }
}

function decodeAnnounce(bytes: Uint8Array): Decoded<Announce> {
  if (!isBlobSize(bytes.length - FRAME_BYTES.announce)) return refuse("bad-length");
  return accept({
    type: "announce",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    seq: numberAt(bytes, SEQ_AT),
    ackPush: numberAt(bytes, ACK_PUSH_AT),
    cookie: bytes.subarray(COOKIE_AT, BLOB_AT),
    blob: bytes.subarray(BLOB_AT, bytes.length - MAC_BYTES),
  });
}

function decodeChallenge(bytes: Uint8Array): Decoded<Challenge> {
  if (bytes.length !== FRAME_BYTES.challenge) return refuse("bad-length");
  const plain = new Uint8Array(ENDPOINT_BYTES);
  maskObserved(bytes, plain, 0);
  const observed = readEndpoint(plain, 0);
  if (observed === null) return refuse("bad-endpoint");
  return accept({
    type: "challenge",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    echoSeq: numberAt(bytes, SEQ_AT),
    cookie: bytes.subarray(CHALLENGE_COOKIE_AT, OBSERVED_AT),
    observed,
  });
}

function decodeInfo(bytes: Uint8Array): Decoded<Info> {
  const namesPartner = bytes.length !== FRAME_BYTES.info;
  if (namesPartner && !isBlobSize(bytes.length - FRAME_BYTES.infoWithPartner)) return refuse("bad-length");
  const stateByte = bytes[STATE_AT] ?? 0;
  const state = STATES[stateByte & ~PUSH];
  if (state === undefined || (namesPartner && state !== "present")) return refuse("bad-state");
  const partner = namesPartner
    ? {
        id: bytes.subarray(PARTNER_ID_AT, PARTNER_BLOB_AT),
        blob: bytes.subarray(PARTNER_BLOB_AT, bytes.length - MAC_BYTES),
      }
    : null;
  return accept({
    type: "info",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    echoSeq: numberAt(bytes, SEQ_AT),
    pushSeq: numberAt(bytes, PUSH_SEQ_AT),
    state,
    cause: (stateByte & PUSH) === 0 ? "answer" : "push",
    partner,
  });
}

function decodeBye(bytes: Uint8Array): Decoded<Bye> {
  if (bytes.length !== FRAME_BYTES.bye) return refuse("bad-length");
  const reason = REASONS[bytes[REASON_AT] ?? 0] ?? null;
  if (reason === null) return refuse("bad-reason");
  return accept({
    type: "bye",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    seq: numberAt(bytes, SEQ_AT),
    reason,
  });
}

function decodePeerFrame(type: PeerFrameType, bytes: Uint8Array): Decoded<PeerFrame> {
  if (bytes.length !== FRAME_BYTES.peer) return refuse("bad-length");
  return accept({
    type,
    features: featuresOf(bytes),
    from: bytes.subarray(FROM_AT, TO_AT),
    to: bytes.subarray(TO_AT, TXID_AT),
    txid: bytes.subarray(TXID_AT, TXID_AT + TXID_BYTES),
  });
}

function featuresOf(bytes: Uint8Array): number {
  return ((bytes[5] ?? 0) << 16) | ((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0);
}

function numberAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const low = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  return high * 0x10000 + low;
}

function accept<F extends Frame>(frame: F): Decoded<F> {
  return { ok: true, frame };
}

function refuse(reason: DecodeReason): Decoded<never> {
  return { ok: false, reason };
}
