import { secretBytes } from "./secret.js";
import { createV1Envelope, describeV1 } from "./v1-envelope.js";

/**
 * Makes a function that opens a datagram for a log line: its payload quoted as Go's %q does, or why it has none. It costs
 * a MAC for each call, so use it only where somebody reads the log.
 *
 * @throws RangeError on an empty secret, TypeError on one that is neither a string nor bytes.
 */
export function createDescriber(secret: string | Uint8Array): (datagram: Uint8Array) => string {
  const envelope = createV1Envelope(secretBytes(secret));
  return (datagram) => describeV1(envelope, datagram);
}

/**
 * Opens one datagram for a log line; {@link createDescriber} is for many of them.
 *
 * @throws as {@link createDescriber} does
 * @example
 * describe("TheSecretWord", datagram); // "\"a\""
 */
export function describe(secret: string | Uint8Array, datagram: Uint8Array): string {
  return createDescriber(secret)(datagram);
}
