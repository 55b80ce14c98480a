/*
 * What all frames of v2 have in common. Numbers are big-endian.
 *
 *   offset  bytes  what
 *   0       4      magic, 06 4e 50 32
 *   4       1      type
 *   5       3      features, a bit each; bits that a reader does not know are ignored
 *   8       n      the type's fields, see frame.ts
 *   8 + n   16     MAC: HMAC-SHA256 over all before it, cut to its first 16 bytes (RFC 2104 section 5)
 *
 * The magic's first byte is none of STUN, DTLS, TURN channels, RTP or QUIC (RFC 7983 section 7, RFC 9443 section 2),
 * none of WireGuard's 1 to 4, no opcode of OpenVPN, and below the "!" that v1 begins with.
 */

export const MAGIC = Uint8Array.of(0x06, 0x4e, 0x50, 0x32);
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

/** Tells by its first bytes whether a datagram means to be a frame of v2. Whether it is one, only its MAC tells. */
export function isFrame(bytes: Uint8Array): boolean {
  return bytes[0] === 0x06 && bytes[1] === 0x4e && bytes[2] === 0x50 && bytes[3] === 0x32;
}
