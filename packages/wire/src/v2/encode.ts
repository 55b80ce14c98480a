import { writeEndpoint } from "./address.js";
import { isBlobSize, MIN_BLOB_BYTES } from "./candidates.js";
import type { Announce, Bye, Challenge, Frame, Info, MoveFrame, PeerFrame, Relay, Relayed } from "./frame.js";
import {
  ANNOUNCE,
  BYE,
  CHALLENGE,
  COOKIE_BYTES,
  FEATURES_AT,
  FRAME_BYTES,
  ID_AT,
  ID_BYTES,
  INFO,
  MAC_BYTES,
  MAGIC,
  MOVE_FRAME,
  PEER_FRAME,
  PUSH,
  REASONS,
  RELAY,
  RELAY_OPS,
  RELAY_REASONS,
  RELAY_STATES,
  RELAYED,
  SEQ_AT,
  SID_AT,
  SID_BYTES,
  STATES,
  TXID_BYTES,
  TYPE_AT,
  TYPES,
  xorObserved,
} from "./layout.js";

/** Makes so many bytes, all zero, for a frame to be written to. */
export type Room = (sizeBytes: number) => Uint8Array;

/**
 * Writes a frame, its last 16 bytes still zero: the MAC is for who has the key to write there.
 *
 * @param room default: a new `Uint8Array` for each frame; who sends very many cuts them from larger memory
 * @throws TypeError for a type, state, cause or reason that v2 does not have; RangeError when a field has another size or
 * range than its place.
 * @example
 * const ping = mac.sign(v2.encode({ type: "ping", features: 0, from, to, txid }));
 */
export function encode(frame: Frame, room: Room = newRoom): Uint8Array {
  switch (frame.type) {
    case "announce":
      return encodeAnnounce(frame, room);
    case "challenge":
      return encodeChallenge(frame, room);
    case "info":
      return encodeInfo(frame, room);
    case "bye":
      return encodeBye(frame, room);
    case "relay":
      return encodeRelay(frame, room);
    case "relayed":
      return encodeRelayed(frame, room);
    case "renominate":
    case "reconfirm":
    case "redone":
      return encodeMoveFrame(frame, room);
    default:
      return encodePeerFrame(frame, room);
  }
}

function newRoom(sizeBytes: number): Uint8Array {
  return new Uint8Array(sizeBytes);
}

function encodeAnnounce(frame: Announce, room: Room): Uint8Array {
  const bytes = begin(frame, TYPES.announce, room(FRAME_BYTES.announce + blobSize("blob", frame.blob)));
  putSession(bytes, frame);
  putNumber(bytes, SEQ_AT, "seq", frame.seq);
  putNumber(bytes, ANNOUNCE.ackPushAt, "ackPush", frame.ackPush);
  put(bytes, ANNOUNCE.cookieAt, "cookie", frame.cookie, COOKIE_BYTES);
  bytes.set(frame.blob, ANNOUNCE.blobAt);
  return bytes;
}

function encodeChallenge(frame: Challenge, room: Room): Uint8Array {
  const bytes = begin(frame, TYPES.challenge, room(FRAME_BYTES.challenge));
  putSession(bytes, frame);
  putNumber(bytes, SEQ_AT, "echoSeq", frame.echoSeq);
  put(bytes, CHALLENGE.cookieAt, "cookie", frame.cookie, COOKIE_BYTES);
  writeEndpoint(frame.observed, bytes, CHALLENGE.observedAt);
  xorObserved(bytes.subarray(CHALLENGE.observedAt, bytes.length - MAC_BYTES), frame.cookie);
  return bytes;
}

function encodeInfo(frame: Info, room: Room): Uint8Array {
  const { partner, state } = frame;
  if (partner !== null && state !== "present") {
    throw new RangeError(`"partner" expected null where the state is not present, got one with ${state}`);
  }
  const size =
    partner === null ? FRAME_BYTES.info : FRAME_BYTES.infoWithPartner + blobSize("partner.blob", partner.blob);
  const bytes = begin(frame, TYPES.info, room(size));
  putSession(bytes, frame);
  putNumber(bytes, SEQ_AT, "echoSeq", frame.echoSeq);
  putNumber(bytes, INFO.pushSeqAt, "pushSeq", frame.pushSeq);
  bytes[INFO.stateAt] = numberOf("state", state, STATES) | (numberOf("cause", frame.cause, CAUSES) * PUSH);
  if (partner === null) return bytes;
  put(bytes, INFO.partnerIdAt, "partner.id", partner.id, ID_BYTES);
  bytes.set(partner.blob, INFO.partnerBlobAt);
  return bytes;
}

const CAUSES: readonly Info["cause"][] = ["answer", "push"];

function encodeBye(frame: Bye, room: Room): Uint8Array {
  const bytes = begin(frame, TYPES.bye, room(FRAME_BYTES.bye));
  putSession(bytes, frame);
  putNumber(bytes, SEQ_AT, "seq", frame.seq);
  bytes[BYE.reasonAt] = 1 + numberOf("reason", frame.reason, REASONS);
  return bytes;
}

function encodeRelay(frame: Relay, room: Room): Uint8Array {
  const bytes = begin(frame, TYPES.relay, room(FRAME_BYTES.relay));
  putSession(bytes, frame);
  putNumber(bytes, SEQ_AT, "seq", frame.seq);
  put(bytes, RELAY.partnerIdAt, "partnerId", frame.partnerId, ID_BYTES);
  bytes[RELAY.opAt] = 1 + numberOf("op", frame.op, RELAY_OPS);
  return bytes;
}

function encodeRelayed(frame: Relayed, room: Room): Uint8Array {
  const { state, reason } = frame;
  const reasonNumber = numberOf("reason", reason, RELAY_REASONS);
  if (reasonNumber !== 0 && state !== "none") {
    throw new RangeError(`"reason" expected none where the state is not none, got ${reason} with ${state}`);
  }
  const bytes = begin(frame, TYPES.relayed, room(FRAME_BYTES.relayed));
  putSession(bytes, frame);
  putNumber(bytes, SEQ_AT, "echoSeq", frame.echoSeq);
  put(bytes, RELAYED.partnerIdAt, "partnerId", frame.partnerId, ID_BYTES);
  bytes[RELAYED.stateAt] = numberOf("state", state, RELAY_STATES);
  bytes[RELAYED.reasonAt] = reasonNumber;
  return bytes;
}

function encodeMoveFrame(frame: MoveFrame, room: Room): Uint8Array {
  const bytes = begin(frame, TYPES[frame.type], room(FRAME_BYTES.move));
  put(bytes, MOVE_FRAME.fromAt, "from", frame.from, ID_BYTES);
  put(bytes, MOVE_FRAME.toAt, "to", frame.to, ID_BYTES);
  putNumber(bytes, MOVE_FRAME.epochAt, "epoch", frame.epoch);
  put(bytes, MOVE_FRAME.txidAt, "txid", frame.txid, TXID_BYTES);
  return bytes;
}

function encodePeerFrame(frame: PeerFrame, room: Room): Uint8Array {
  const type: unknown = TYPES[frame.type];
  if (typeof type !== "number") {
    throw new TypeError(`"type" expected a type of v2, got ${JSON.stringify(frame.type)}`);
  }
  const bytes = begin(frame, type, room(FRAME_BYTES.peer));
  put(bytes, PEER_FRAME.fromAt, "from", frame.from, ID_BYTES);
  put(bytes, PEER_FRAME.toAt, "to", frame.to, ID_BYTES);
  put(bytes, PEER_FRAME.txidAt, "txid", frame.txid, TXID_BYTES);
  return bytes;
}

function begin({ features }: Frame, type: number, bytes: Uint8Array): Uint8Array {
  if (!Number.isInteger(features) || features < 0 || features > 0xffffff) {
    throw new RangeError(`"features" expected 24 bits, got ${features}`);
  }
  copyShort(MAGIC, bytes, 0);
  bytes[TYPE_AT] = type;
  bytes[FEATURES_AT] = features >>> 16;
  bytes[FEATURES_AT + 1] = (features >>> 8) & 0xff;
  bytes[FEATURES_AT + 2] = features & 0xff;
  return bytes;
}

function putSession(bytes: Uint8Array, { sid, id }: Exclude<Frame, PeerFrame | MoveFrame>): void {
  put(bytes, SID_AT, "sid", sid, SID_BYTES);
  put(bytes, ID_AT, "id", id, ID_BYTES);
}

function put(bytes: Uint8Array, at: number, name: string, field: Uint8Array, sizeBytes: number): void {
  if (field.length !== sizeBytes) throw new RangeError(`"${name}" expected ${sizeBytes} bytes, got ${field.length}`);
  copyShort(field, bytes, at);
}

/** The same as set(), and for so few bytes faster. */
function copyShort(from: Uint8Array, into: Uint8Array, at: number): void {
  for (let i = 0; i < from.length; i++) into[at + i] = from[i] ?? 0;
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

function numberOf<Name extends string>(field: string, name: Name, names: readonly Name[]): number {
  const number = names.indexOf(name);
  if (number === -1) throw new TypeError(`"${field}" expected one of ${names.join(", ")}, got ${JSON.stringify(name)}`);
  return number;
}

function blobSize(name: string, { length }: Uint8Array): number {
  if (!isBlobSize(length)) {
    throw new RangeError(
      `"${name}" expected ${MIN_BLOB_BYTES} bytes and 19 for each of 0 to 12 candidates, got ${length}`,
    );
  }
  return length;
}
