import { MAC_TEXT_BYTES } from "../v1/envelope.js";
import { isFrame, TYPE_AT } from "./layout.js";

/*
 * Which datagrams a relay at control may never forward. A partner who has the secret, or the control key, can sign a
 * CHALLENGE, an INFO or an answer of v1. Forwarded by control, it would arrive from control's own address, and nothing
 * would tell it from the truth. So whatever has the shape of a word between a peer and control stays at control, whether
 * its MAC is right or not.
 */

/** The types of frames between peers and control; those between peers come after them. */
const FIRST_OF_CONTROL = 0x01;
const LAST_OF_CONTROL = 0x0f;
const FIRST_OF_PEERS = 0x11;
const LAST_OF_PEERS = 0x1f;

const SPACE = 0x20;
const FIRST_DIGIT = 0x21;
const LAST_DIGIT = 0x75;

/**
 * Tells whether a datagram has the shape of what passes between peers and control: v2's magic and a type 01 to 0f, or
 * v1's 40 characters `!` to `u` and a space. It looks at no MAC.
 */
export function isControlsWord(bytes: Uint8Array): boolean {
  if (isFrame(bytes)) return isBetween(bytes[TYPE_AT], FIRST_OF_CONTROL, LAST_OF_CONTROL);
  // Most data has no space there, so this one look is nearly all that it costs.
  if (bytes[MAC_TEXT_BYTES] !== SPACE) return false;
  for (let at = 0; at < MAC_TEXT_BYTES; at++) {
    if (!isBetween(bytes[at], FIRST_DIGIT, LAST_DIGIT)) return false;
  }
  return true;
}

/** Tells whether a datagram has the shape of a frame between peers: v2's magic and a type 11 to 1f, also unknown ones. */
export function isPeersWord(bytes: Uint8Array): boolean {
  return isFrame(bytes) && isBetween(bytes[TYPE_AT], FIRST_OF_PEERS, LAST_OF_PEERS);
}

function isBetween(byte: number | undefined, first: number, last: number): boolean {
  return byte !== undefined && byte >= first && byte <= last;
}
