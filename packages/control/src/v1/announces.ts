import { equalConstantTime, type V1Envelope } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";

const ANNOUNCE_BYTES = v1.ENVELOPE_BYTES + 1;
const SEPARATOR = 0x20;
const LETTER_A = 0x61;

/** Why a datagram is no announce. */
export type NoAnnounce = "short" | "long" | "bad-separator" | "unknown-slot" | "bad-signature";

/**
 * Knows the 26 datagrams that are announces.
 *
 * An announce is one byte under a MAC that covers nothing else, so with one secret there are 26 of them for ever: a
 * comparison takes the place of a MAC computation, which would be most of the work of an answer.
 */
export class Announces {
  readonly #datagrams: readonly Uint8Array[];

  constructor(envelope: V1Envelope) {
    this.#datagrams = v1.SLOTS.map((slot) => envelope.seal(v1.encode({ type: "announce", slot })));
  }

  /** The index of the slot (0 for a) that a datagram announces, or why it announces none. */
  recognise(bytes: Uint8Array): number | NoAnnounce {
    const index = (bytes[v1.ENVELOPE_BYTES] ?? 0) - LETTER_A;
    const announce = this.#datagrams[index];
    // The letter is no secret; the MAC is compared whole, or the time of a refusal would tell a forger how far he got.
    if (announce !== undefined && equalConstantTime(bytes, announce)) return index;
    return whyNot(bytes);
  }
}

function whyNot(bytes: Uint8Array): NoAnnounce {
  if (bytes.length < ANNOUNCE_BYTES) return "short";
  if (bytes.length > ANNOUNCE_BYTES) return "long";
  if (bytes[v1.MAC_TEXT_BYTES] !== SEPARATOR) return "bad-separator";
  const letter = bytes[v1.ENVELOPE_BYTES] ?? 0;
  return letter < LETTER_A || letter >= LETTER_A + v1.SLOTS.length ? "unknown-slot" : "bad-signature";
}
