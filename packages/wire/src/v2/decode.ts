import { readEndpoint } from "./address.js";
import { isBlobSize } from "./candidates.js";
import type {
  Announce,
  Bye,
  Challenge,
  Decoded,
  DecodeReason,
  Frame,
  Info,
  MoveFrame,
  MoveFrameType,
  PeerFrame,
  PeerFrameType,
  Relay,
  Relayed,
} from "./frame.js";
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
  isFrame,
  MAC_BYTES,
  MIN_FRAME_BYTES,
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
  TYPE_AT,
  TYPES,
  xorObserved,
} from "./layout.js";

/**
 * Reads a frame, but for its MAC: nothing in it is true until that is verified. Never throws, whatever the bytes.
 *
 * Its byte fields are views of `bytes`. What decodes encodes to the same bytes, but for the MAC.
 *
 * @example
 * const decoded = v2.decode(datagram);
 * if (decoded.ok && decoded.frame.type === "ping" && v2.sameId(decoded.frame.to, id) && mac.verify(datagram)) pong();
 */
export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length < MIN_FRAME_BYTES) return refuse("short");
  if (!isFrame(bytes)) return refuse("bad-magic");
  switch (bytes[TYPE_AT]) {
    case TYPES.announce:
      return decodeAnnounce(bytes);
    case TYPES.challenge:
      return decodeChallenge(bytes);
    case TYPES.info:
      return decodeInfo(bytes);
    case TYPES.bye:
      return decodeBye(bytes);
    case TYPES.relay:
      return decodeRelay(bytes);
    case TYPES.relayed:
      return decodeRelayed(bytes);
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
    case TYPES.renominate:
      return decodeMoveFrame("renominate", bytes);
    case TYPES.reconfirm:
      return decodeMoveFrame("reconfirm", bytes);
    case TYPES.redone:
      return decodeMoveFrame("redone", bytes);
    default:
      return refuse("unknown-type");
  }
}

function decodeAnnounce(bytes: Uint8Array): Decoded<Announce> {
  const blobBytes = bytes.length - FRAME_BYTES.announce;
  if (!isBlobSize(blobBytes)) return refuse("bad-length");
  // Control reads thousands a second: this is subarray(), of which Node's for a Buffer takes twice the time.
  const { buffer, byteOffset: start } = bytes;
  return accept({
    type: "announce",
    features: featuresOf(bytes),
    sid: new Uint8Array(buffer, start + SID_AT, SID_BYTES),
    id: new Uint8Array(buffer, start + ID_AT, ID_BYTES),
    seq: numberAt(bytes, SEQ_AT),
    ackPush: numberAt(bytes, ANNOUNCE.ackPushAt),
    cookie: new Uint8Array(buffer, start + ANNOUNCE.cookieAt, COOKIE_BYTES),
    blob: new Uint8Array(buffer, start + ANNOUNCE.blobAt, blobBytes),
  });
}

function decodeChallenge(bytes: Uint8Array): Decoded<Challenge> {
  if (bytes.length !== FRAME_BYTES.challenge) return refuse("bad-length");
  const cookie = bytes.subarray(CHALLENGE.cookieAt, CHALLENGE.observedAt);
  // A copy: whoever verifies the MAC after us must find the bytes as they came.
  const plain = Uint8Array.from(bytes.subarray(CHALLENGE.observedAt, bytes.length - MAC_BYTES));
  xorObserved(plain, cookie);
  const observed = readEndpoint(plain, 0);
  if (observed === null) return refuse("bad-endpoint");
  return accept({
    type: "challenge",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    echoSeq: numberAt(bytes, SEQ_AT),
    cookie,
    observed,
  });
}

function decodeInfo(bytes: Uint8Array): Decoded<Info> {
  const namesPartner = bytes.length !== FRAME_BYTES.info;
  if (namesPartner && !isBlobSize(bytes.length - FRAME_BYTES.infoWithPartner)) return refuse("bad-length");
  const stateByte = bytes[INFO.stateAt] ?? 0;
  const state = STATES[stateByte & ~PUSH];
  if (state === undefined || (namesPartner && state !== "present")) return refuse("bad-state");
  return accept({
    type: "info",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    echoSeq: numberAt(bytes, SEQ_AT),
    pushSeq: numberAt(bytes, INFO.pushSeqAt),
    state,
    cause: (stateByte & PUSH) === 0 ? "answer" : "push",
    partner: namesPartner ? partnerIn(bytes) : null,
  });
}

function partnerIn(bytes: Uint8Array): NonNullable<Info["partner"]> {
  return {
    id: bytes.subarray(INFO.partnerIdAt, INFO.partnerBlobAt),
    blob: bytes.subarray(INFO.partnerBlobAt, bytes.length - MAC_BYTES),
  };
}

function decodeBye(bytes: Uint8Array): Decoded<Bye> {
  if (bytes.length !== FRAME_BYTES.bye) return refuse("bad-length");
  const reason = REASONS[(bytes[BYE.reasonAt] ?? 0) - 1];
  if (reason === undefined) return refuse("bad-reason");
  return accept({
    type: "bye",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    seq: numberAt(bytes, SEQ_AT),
    reason,
  });
}

function decodeRelay(bytes: Uint8Array): Decoded<Relay> {
  if (bytes.length !== FRAME_BYTES.relay) return refuse("bad-length");
  const op = RELAY_OPS[(bytes[RELAY.opAt] ?? 0) - 1];
  if (op === undefined) return refuse("bad-op");
  return accept({
    type: "relay",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    seq: numberAt(bytes, SEQ_AT),
    partnerId: bytes.subarray(RELAY.partnerIdAt, RELAY.opAt),
    op,
  });
}

function decodeRelayed(bytes: Uint8Array): Decoded<Relayed> {
  if (bytes.length !== FRAME_BYTES.relayed) return refuse("bad-length");
  const state = RELAY_STATES[bytes[RELAYED.stateAt] ?? 0];
  if (state === undefined) return refuse("bad-state");
  const reason = RELAY_REASONS[bytes[RELAYED.reasonAt] ?? 0];
  if (reason === undefined || (reason !== "none" && state !== "none")) return refuse("bad-reason");
  return accept({
    type: "relayed",
    features: featuresOf(bytes),
    sid: bytes.subarray(SID_AT, ID_AT),
    id: bytes.subarray(ID_AT, SEQ_AT),
    echoSeq: numberAt(bytes, SEQ_AT),
    partnerId: bytes.subarray(RELAYED.partnerIdAt, RELAYED.stateAt),
    state,
    reason,
  });
}

function decodeMoveFrame(type: MoveFrameType, bytes: Uint8Array): Decoded<MoveFrame> {
  if (bytes.length !== FRAME_BYTES.move) return refuse("bad-length");
  return accept({
    type,
    features: featuresOf(bytes),
    from: bytes.subarray(MOVE_FRAME.fromAt, MOVE_FRAME.toAt),
    to: bytes.subarray(MOVE_FRAME.toAt, MOVE_FRAME.epochAt),
    epoch: numberAt(bytes, MOVE_FRAME.epochAt),
    txid: bytes.subarray(MOVE_FRAME.txidAt, bytes.length - MAC_BYTES),
  });
}

function decodePeerFrame(type: PeerFrameType, bytes: Uint8Array): Decoded<PeerFrame> {
  if (bytes.length !== FRAME_BYTES.peer) return refuse("bad-length");
  return accept({
    type,
    features: featuresOf(bytes),
    from: bytes.subarray(PEER_FRAME.fromAt, PEER_FRAME.toAt),
    to: bytes.subarray(PEER_FRAME.toAt, PEER_FRAME.txidAt),
    txid: bytes.subarray(PEER_FRAME.txidAt, bytes.length - MAC_BYTES),
  });
}

function featuresOf(bytes: Uint8Array): number {
  return ((bytes[FEATURES_AT] ?? 0) << 16) | ((bytes[FEATURES_AT + 1] ?? 0) << 8) | (bytes[FEATURES_AT + 2] ?? 0);
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
