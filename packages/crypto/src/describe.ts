import { v2 } from "@netpunch/wire";
import { describeFrame } from "./describe-frame.js";
import type { FrameMac } from "./frame-mac.js";
import { type Secret, secretBytes } from "./secret.js";
import { createV1Envelope, describeV1 } from "./v1-envelope.js";

/**
 * Makes a function that opens a datagram for a log line: what begins as a frame of v2 as {@link describeFrame} shows it, all
 * else as v1's payload, quoted as Go's %q does, or why it has none. It costs a MAC or more for each call, so use it only
 * where somebody reads the log.
 *
 * @param secret v1's; null where only v2 is spoken.
 * @param macs of v2's keys, see {@link describeFrame}; default: none.
 * @throws RangeError on an empty secret, TypeError on one that is neither a string nor bytes.
 * @example
 * const inWords = createDescriber("TheSecretWord", [createFrameMac(keys.control), createFrameMac(keys.peer)]);
 */
export function createDescriber(
  secret: Secret | null,
  macs: readonly FrameMac[] = [],
): (datagram: Uint8Array) => string {
  if (secret === null) return (datagram) => describeFrame(datagram, macs);
  const envelope = createV1Envelope(secretBytes(secret));
  return (datagram) => (v2.isFrame(datagram) ? describeFrame(datagram, macs) : describeV1(envelope, datagram));
}

/**
 * Opens one datagram for a log line; {@link createDescriber} is for many of them.
 *
 * @throws as {@link createDescriber} does
 * @example
 * describe("TheSecretWord", datagram); // "\"a\""
 */
export function describe(secret: Secret, datagram: Uint8Array): string {
  return createDescriber(secret)(datagram);
}
