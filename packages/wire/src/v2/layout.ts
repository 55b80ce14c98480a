import { ENDPOINT_BYTES } from "./address.js";
import { MAX_BLOB_BYTES } from "./candidates.js";

/*
 * All frames of v2. Numbers are big-endian.
 *
 *   offset  bytes  what
 *   0       4      magic, 06 4e 50 32
 *   4       1      type
 *   5       3      features, a bit each; bits that a reader does not know are ignored
 *   8       n      the type's fields
 *   8 + n   16     MAC: HMAC-SHA256 over all before it, cut to its first 16 bytes (RFC 2104 section 5)
 *
 * The magic's first byte is none of STUN, DTLS, TURN channels, RTP or QUIC (RFC 7983 section 7, RFC 9443 section 2),
 * none of WireGuard's 1 to 4, no opcode of OpenVPN, and below the "!" that v1 begins with.
 *
 *   01 ANNOUNCE, peer to control: 72 bytes and the blob's
 *   8       16     sid
 *   24      8      id, the sender's
 *   32      4      seq
 *   36      4      ackPush
 *   40      16     cookie
 *   56      n      blob, the sender's: 41 + 19 * candidates (see candidates.ts)
 *
 *   02 CHALLENGE, control to peer: 86 bytes
 *   8       16     sid
 *   24      8      id, the receiver's
 *   32      4      echoSeq
 *   36      16     cookie
 *   52      18     observed: an endpoint (see address.ts), XORed with the cookie, its last two bytes with the cookie's
 *                  first two, as gateways rewrite addresses that they recognise (RFC 8489 section 14.2)
 *
 *   03 INFO, control to peer: 57 bytes; 65 and the blob's where it names the partner
 *   8       16     sid
 *   24      8      id, the receiver's
 *   32      4      echoSeq
 *   36      4      pushSeq
 *   40      1      state: 00 waiting, 01 present, 02 full, 03 v1, 04 taken, 05 source-limit, 06 total-limit; with 80 added: a
 *                  push. Only "present" may name the partner
 *   41      8      the partner's id
 *   49      n      the partner's blob
 *
 *   04 BYE, peer to control: 53 bytes
 *   8       16     sid
 *   24      8      id, the sender's
 *   32      4      seq
 *   36      1      reason: 1 left, 2 met
 *
 *   05 RELAY, peer to control: 61 bytes
 *   8       16     sid
 *   24      8      id, the sender's
 *   32      4      seq
 *   36      8      the partner's id
 *   44      1      op: 1 want, 2 chosen, 3 released
 *
 *   06 RELAYED, control to peer: 62 bytes
 *   8       16     sid
 *   24      8      id, the receiver's
 *   32      4      echoSeq
 *   36      8      the partner's id
 *   44      1      state: 0 none, 1 waiting, 2 open, 3 carrying, 4 released
 *   45      1      reason: 0 none, 1 off, 2 full, 3 source, 4 address, 5 idle, 6 parted. Only state "none" has one
 *
 *   11 PING, 12 PONG, 13 NOMINATE, 14 CONFIRM, 15 DONE, peer to peer: 52 bytes
 *   8       8      from, the sender's id
 *   16      8      to, the receiver's id
 *   24      12     txid
 *
 *   16 RENOMINATE, 17 RECONFIRM, 18 REDONE, peer to peer: 56 bytes
 *   8       8      from, the sender's id
 *   16      8      to, the receiver's id
 *   24      4      epoch
 *   28      12     txid
 *
 * The size alone tells whether an info names a partner and how many candidates a blob has. So an announce, or an info, that
 * was cut or extended to another size of its type still decodes: that it is none, only its MAC tells.
 */

export const MAGIC: Uint8Array = Uint8Array.of(0x06, 0x4e, 0x50, 0x32);
export const HEADER_BYTES = 8;
/** Size of the MAC that ends each frame: half of HMAC-SHA256's output, the least that RFC 2104 section 5 advises. */
export const MAC_BYTES = 16;

/** Session id: which session, without its name. */
export const SID_BYTES = 16;
/** Id of a run: random, so two runs of one peer differ. */
export const ID_BYTES = 8;
export const TXID_BYTES = 12;
export const COOKIE_BYTES = 16;

/** Feature bits; one is used where both sides set it. */
export const FEATURES = {
  /** The session is that of a pair of v1's slots, and this end holds one of the two. */
  slot: 0x000001,
  /** With `slot`: it is the second of the two (b, d, ... z). */
  second: 0x000002,
} as const;

export const TYPES = {
  announce: 0x01,
  challenge: 0x02,
  info: 0x03,
  bye: 0x04,
  relay: 0x05,
  relayed: 0x06,
  ping: 0x11,
  pong: 0x12,
  nominate: 0x13,
  confirm: 0x14,
  done: 0x15,
  renominate: 0x16,
  reconfirm: 0x17,
  redone: 0x18,
} as const;

/** By their number in the frame. */
export const STATES = ["waiting", "present", "full", "v1", "taken", "source-limit", "total-limit"] as const;
export const PUSH = 0x80;
/** By their number in the frame, less one. */
export const REASONS = ["left", "met"] as const;
/** By their number in the frame, less one. */
export const RELAY_OPS = ["want", "chosen", "released"] as const;
/** By their number in the frame. */
export const RELAY_STATES = ["none", "waiting", "open", "carrying", "released"] as const;
/** By their number in the frame; the first one says that there is nothing to explain. */
export const RELAY_REASONS = ["none", "off", "full", "source", "address", "idle", "parted"] as const;

export const TYPE_AT = 4;
export const FEATURES_AT = 5;

/** What passes between peers and control begins alike. */
export const SID_AT = 8;
export const ID_AT = 24;
export const SEQ_AT = 32;

export const ANNOUNCE = { ackPushAt: 36, cookieAt: 40, blobAt: 56 } as const;
export const CHALLENGE = { cookieAt: 36, observedAt: 52 } as const;
export const INFO = { pushSeqAt: 36, stateAt: 40, partnerIdAt: 41, partnerBlobAt: 49 } as const;
export const BYE = { reasonAt: 36 } as const;
export const RELAY = { partnerIdAt: 36, opAt: 44 } as const;
export const RELAYED = { partnerIdAt: 36, stateAt: 44, reasonAt: 45 } as const;
export const PEER_FRAME = { fromAt: 8, toAt: 16, txidAt: 24 } as const;
export const MOVE_FRAME = { fromAt: 8, toAt: 16, epochAt: 24, txidAt: 28 } as const;

/** Sizes of frames in bytes; an announce, and an info that names the partner, have their blob's bytes on top. */
export const FRAME_BYTES = {
  announce: ANNOUNCE.blobAt + MAC_BYTES,
  challenge: CHALLENGE.observedAt + ENDPOINT_BYTES + MAC_BYTES,
  info: INFO.partnerIdAt + MAC_BYTES,
  infoWithPartner: INFO.partnerBlobAt + MAC_BYTES,
  bye: BYE.reasonAt + 1 + MAC_BYTES,
  relay: RELAY.opAt + 1 + MAC_BYTES,
  relayed: RELAYED.reasonAt + 1 + MAC_BYTES,
  peer: PEER_FRAME.txidAt + TXID_BYTES + MAC_BYTES,
  move: MOVE_FRAME.txidAt + TXID_BYTES + MAC_BYTES,
} as const;

/** The shortest frames: those between peers. */
export const MIN_FRAME_BYTES = FRAME_BYTES.peer;
/** The longest frame: an announce of twelve candidates. */
export const MAX_FRAME_BYTES = FRAME_BYTES.announce + MAX_BLOB_BYTES;

/** Tells by its first bytes whether a datagram means to be a frame of v2. Whether it is one, only its MAC tells. */
export function isFrame(bytes: Uint8Array): boolean {
  return bytes[0] === 0x06 && bytes[1] === 0x4e && bytes[2] === 0x50 && bytes[3] === 0x32;
}

/** XORs the observed endpoint of a challenge with its cookie: masks it, and unmasks it. */
export function xorObserved(observed: Uint8Array, cookie: Uint8Array): void {
  for (let at = 0; at < ENDPOINT_BYTES; at++) {
    observed[at] = (observed[at] ?? 0) ^ (cookie[at % COOKIE_BYTES] ?? 0);
  }
}
