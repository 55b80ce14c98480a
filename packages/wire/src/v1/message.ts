import { type Endpoint, formatEndpoint, parseEndpoint } from "../endpoint.js";
import { isSlot, type Slot } from "./slot.js";

/*
 * The payloads of v1, ASCII. The letters i, x, y and z are announces on the way to control and labels on the way to a
 * peer, so there is a decoder for each end.
 *
 *   to control
 *     announce   1 byte    slot, "a".."z"
 *
 *   to a peer
 *     ping       1 byte    "x"
 *     pong       1 byte    "y"
 *     close      1 byte    "z"
 *     peer info  offset  bytes  what
 *                0       1      "i"
 *                1       1      "|"
 *                2       1      slot, "a".."z": who was seen
 *                3       1      "|"
 *                4       6..47  where: "203.0.113.7:5000" or "[2001:db8::7]:5000", canonical, to the end
 */

const PEER_INFO = 0x69;
const PING = 0x78;
const PONG = 0x79;
const CLOSE = 0x7a;
const BAR = 0x7c;
const ENDPOINT_AT = 4;

/**
 * Size of the longest payload of v1: four bytes and `[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535`.
 *
 * No datagram over `ENVELOPE_BYTES + MAX_PAYLOAD_BYTES` can be a message; who drops those unopened does not hash 64 KiB
 * for whoever sends them.
 */
export const MAX_PAYLOAD_BYTES = 51;

/** What a peer says to control: "I am this slot". */
export type ToControl = { readonly type: "announce"; readonly slot: Slot };

/** What a peer hears: from control where a slot was seen, from its partner ping, pong and close. */
export type ToPeer =
  | { readonly type: "peerInfo"; readonly slot: Slot; readonly endpoint: Endpoint }
  | { readonly type: "ping" }
  | { readonly type: "pong" }
  | { readonly type: "close" };

/** Every message of v1. */
export type Message = ToControl | ToPeer;

/** Why a payload is no message. */
export type DecodeReason =
  /** There is no byte at all. */
  | "empty"
  /** The first byte names no message that this end listens to. */
  | "unknown-label"
  /** An announce, ping, pong or close is one byte; this has more. */
  | "trailing-bytes"
  /** A peer info has its bars elsewhere than at offsets 1 and 3, or ends before the second. */
  | "bad-fields"
  /** The slot of a peer info is no letter a-z. */
  | "bad-slot"
  /** The endpoint of a peer info is not canonical: a name, another spelling, a zone id, a port outside 1..65535. */
  | "bad-endpoint";

/** A message, or the reason why there is none. */
export type Decoded<M> =
  | { readonly ok: true; readonly message: M }
  | { readonly ok: false; readonly reason: DecodeReason };

/**
 * Writes a message as a payload, yet unsigned.
 *
 * @throws RangeError when the slot is no letter a-z or the endpoint is not canonical with a port 1..65535.
 * @throws TypeError when the message is of no known type.
 * @example
 * encode({ type: "announce", slot: "a" }); // Uint8Array [0x61]
 */
export function encode(message: Message): Uint8Array {
  switch (message.type) {
    case "announce":
      return Uint8Array.of(checkedSlot(message.slot).charCodeAt(0));
    case "peerInfo":
      return encodePeerInfo(message.slot, message.endpoint);
    case "ping":
      return Uint8Array.of(PING);
    case "pong":
      return Uint8Array.of(PONG);
    case "close":
      return Uint8Array.of(CLOSE);
    default:
      throw new TypeError(`"message.type" expected a type of v1, got ${JSON.stringify((message as Message).type)}`);
  }
}

function encodePeerInfo(slot: Slot, endpoint: Endpoint): Uint8Array {
  const where = formatEndpoint(endpoint);
  if (parseEndpoint(where) === null) {
    throw new RangeError(
      `"endpoint" expected a canonical IP literal and a port 1..65535, got ${JSON.stringify(where)}`,
    );
  }
  return Uint8Array.from(`i|${checkedSlot(slot)}|${where}`, (character) => character.charCodeAt(0));
}

function checkedSlot(slot: Slot): Slot {
  if (!isSlot(slot)) throw new RangeError(`"slot" expected one letter a-z, got ${JSON.stringify(slot)}`);
  return slot;
}

/**
 * Reads what a control node was sent: announces, all else is a reason. Never throws, whatever the bytes.
 *
 * What decodes encodes to the same bytes.
 */
export function decodeForControl(payload: Uint8Array): Decoded<ToControl> {
  if (payload.length === 0) return refuse("empty");
  const slot = slotAt(payload, 0);
  if (slot === null) return refuse("unknown-label");
  return payload.length === 1 ? accept({ type: "announce", slot }) : refuse("trailing-bytes");
}

/**
 * Reads what a peer was sent: peer info, ping, pong or close, all else is a reason. Never throws, whatever the bytes.
 *
 * What decodes encodes to the same bytes. Whether the sender may say so is for the receiver to judge.
 */
export function decodeForPeer(payload: Uint8Array): Decoded<ToPeer> {
  switch (payload[0]) {
    case undefined:
      return refuse("empty");
    case PEER_INFO:
      return decodePeerInfo(payload);
    case PING:
      return payload.length === 1 ? accept({ type: "ping" }) : refuse("trailing-bytes");
    case PONG:
      return payload.length === 1 ? accept({ type: "pong" }) : refuse("trailing-bytes");
    case CLOSE:
      return payload.length === 1 ? accept({ type: "close" }) : refuse("trailing-bytes");
    default:
      return refuse("unknown-label");
  }
}

function decodePeerInfo(payload: Uint8Array): Decoded<ToPeer> {
  if (payload[1] !== BAR || payload[3] !== BAR) return refuse("bad-fields");
  const slot = slotAt(payload, 2);
  if (slot === null) return refuse("bad-slot");
  if (payload.length > MAX_PAYLOAD_BYTES) return refuse("bad-endpoint");
  const endpoint = parseEndpoint(String.fromCharCode(...payload.subarray(ENDPOINT_AT)));
  return endpoint === null ? refuse("bad-endpoint") : accept({ type: "peerInfo", slot, endpoint });
}

function slotAt(payload: Uint8Array, at: number): Slot | null {
  const letter = String.fromCharCode(payload[at] ?? 0);
  return isSlot(letter) ? letter : null;
}

function accept<M>(message: M): Decoded<M> {
  return { ok: true, message };
}

function refuse(reason: DecodeReason): Decoded<never> {
  return { ok: false, reason };
}
