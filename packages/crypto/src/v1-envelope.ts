import { v1 } from "@netpunch/wire";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equalConstantTime } from "./constant-time.js";
import { quoteGo } from "./quote-go.js";

const { ENVELOPE_BYTES, MAC_TEXT_BYTES } = v1;
const MAC_BYTES = 32;
const SEPARATOR = 0x20;

/** What {@link V1Envelope.open} found. */
export type Opened =
  /** Sealed with this secret. `payload` is a view of the datagram: it changes when the datagram does. */
  | { readonly ok: true; readonly payload: Uint8Array }
  /**
   * `short`: fewer than 41 bytes; `bad-separator`: byte 40 is no space; `bad-signature`: sealed with another secret, not
   * by netpunch, or changed on the way.
   */
  | { readonly ok: false; readonly reason: "short" | "bad-separator" | "bad-signature" };

/** Seals and opens the datagrams of protocol v1 with one secret. */
export interface V1Envelope {
  /** A new datagram around a copy of `payload`. */
  seal(payload: Uint8Array): Uint8Array;
  /** The payload of a datagram that holds its signature, else why not. Never throws on what the network says. */
  open(datagram: Uint8Array): Opened;
}

/**
 * Makes the envelope of protocol v1: `ascii85(HMAC-SHA256(secret, payload))`, a space, the payload.
 *
 * The secret is absorbed here once, so that sealing and opening hash only the payload; changing the bytes later
 * changes nothing.
 *
 * @param secret raw bytes, see `secretBytes`; any length but 0.
 * @throws TypeError when `secret` is no Uint8Array; RangeError when it is empty.
 * @example
 * const envelope = createV1Envelope(secretBytes("TheSecretWord"));
 * const opened = envelope.open(envelope.seal(Uint8Array.of(0x78)));
 * if (opened.ok) console.log(opened.payload); // Uint8Array [0x78]
 */
export function createV1Envelope(secret: Uint8Array): V1Envelope {
  if (!(secret instanceof Uint8Array)) throw new TypeError(`"secret" expected a Uint8Array, got ${typeof secret}`);
  if (secret.length === 0) throw new RangeError('"secret" expected at least one byte, got none');
  const keyed = hmac.create(sha256, secret);
  const running = keyed.clone();
  const mac = new Uint8Array(MAC_BYTES);
  const expected = new Uint8Array(MAC_TEXT_BYTES);

  /** Each call starts from the keyed state, whatever the one before left in the buffers. */
  const writeMacText = (payload: Uint8Array, into: Uint8Array): void => {
    keyed._cloneInto(running).update(payload).digestInto(mac);
    v1.writeMacText(mac, into);
  };

  return {
    seal(payload) {
      const datagram = new Uint8Array(ENVELOPE_BYTES + payload.length);
      writeMacText(payload, datagram);
      datagram[MAC_TEXT_BYTES] = SEPARATOR;
      datagram.set(payload, ENVELOPE_BYTES);
      return datagram;
    },
    open(datagram) {
      const split = v1.splitDatagram(datagram);
      if (!split.ok) return split;
      writeMacText(split.payload, expected);
      return equalConstantTime(split.macText, expected)
        ? { ok: true, payload: split.payload }
        : { ok: false, reason: "bad-signature" };
    },
  };
}

/**
 * Opens a datagram for a log line and shows it exactly as the original does: its payload in Go's quotes.
 *
 * A datagram without a payload byte is `"[message skipped, since it is too short]"`, one that does not open
 * `"[message skipped due to invalid signature]"`.
 *
 * @example
 * describeV1(envelope, envelope.seal(Uint8Array.of(0x78))); // "\"x\""
 */
export function describeV1(envelope: V1Envelope, datagram: Uint8Array): string {
  if (datagram.length <= ENVELOPE_BYTES) return '"[message skipped, since it is too short]"';
  const opened = envelope.open(datagram);
  return opened.ok ? quoteGo(opened.payload) : '"[message skipped due to invalid signature]"';
}
