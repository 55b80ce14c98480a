import { formatEndpoint, v1 } from "@netpunch/wire";
import type { Audience, Field, Inspected, Kind } from "./inspected.js";
import type { Keyring } from "./keyring.js";

interface Meaning {
  readonly kind: Kind;
  readonly name: string;
  readonly says: string;
  readonly payload: readonly Omit<Field, "at">[];
}

const PEER_WORDS = {
  ping: { kind: "ping", says: "Do you hear me?", note: "x: it opens the sender's own NAT, and asks for a pong." },
  pong: {
    kind: "pong",
    says: "I hear you. Do you hear me?",
    note: "y: the answer to a ping; it proves one direction.",
  },
  close: {
    kind: "settle",
    says: "I hear you, and know that you hear me.",
    note: "z: the answer to a pong; both directions work.",
  },
} as const satisfies Record<string, { kind: Kind; says: string; note: string }>;

/** Null where it is no datagram of v1 at all: too short, or without the space after the signature. */
export function inspectV1(bytes: Uint8Array, audience: Audience, keyring: Keyring): Inspected | null {
  const split = v1.splitDatagram(bytes);
  if (!split.ok) return null;
  const signature = keyring.v1.open(bytes).ok ? "valid" : "invalid";
  const meaning = audience === "control" ? readForControl(split.payload) : readForPeer(split.payload);
  return {
    kind: meaning.kind,
    name: meaning.name,
    protocol: "v1",
    says: meaning.says,
    signature,
    fields: placed([
      {
        name: "signature",
        sizeBytes: v1.MAC_TEXT_BYTES,
        value: signature === "valid" ? "made with our secret" : "not made with our secret",
        note: "HMAC-SHA256 of the payload under the shared secret, as ascii85 text. Whoever lacks the secret cannot write it.",
      },
      {
        name: "separator",
        sizeBytes: v1.ENVELOPE_BYTES - v1.MAC_TEXT_BYTES,
        value: '" "',
        note: "A space ends the signature.",
      },
      ...meaning.payload,
    ]),
  };
}

function readForControl(payload: Uint8Array): Meaning {
  const decoded = v1.decodeForControl(payload);
  if (!decoded.ok) return junk(payload, decoded.reason);
  const { slot } = decoded.message;
  const note = `The place at control: it meets whoever announces ${v1.partnerOf(slot)}.`;
  return {
    kind: "announce",
    name: "announce",
    says: `I am ${slot}; tell me where ${v1.partnerOf(slot)} is.`,
    payload: [{ name: "slot", sizeBytes: 1, value: slot, note }],
  };
}

function readForPeer(payload: Uint8Array): Meaning {
  const decoded = v1.decodeForPeer(payload);
  if (!decoded.ok) return junk(payload, decoded.reason);
  const { message } = decoded;
  if (message.type !== "peerInfo") {
    const { kind, says, note } = PEER_WORDS[message.type];
    return { kind, name: message.type, says, payload: [{ name: "label", sizeBytes: 1, value: message.type, note }] };
  }
  const where = formatEndpoint(message.endpoint);
  const bar = { name: "bar", sizeBytes: 1, value: '"|"', note: "Between two fields." };
  return {
    kind: "info",
    name: "peer info",
    says: `${message.slot} is at ${where}.`,
    payload: [
      { name: "label", sizeBytes: 1, value: "peer info", note: "i: control names a peer's address." },
      bar,
      { name: "slot", sizeBytes: 1, value: message.slot, note: "Who was seen." },
      bar,
      { name: "endpoint", sizeBytes: where.length, value: where, note: "Where control saw it: outside of its NAT." },
    ],
  };
}

function junk(payload: Uint8Array, reason: v1.DecodeReason): Meaning {
  const field = { name: "payload", sizeBytes: payload.length, value: reason, note: "No message of v1." };
  return {
    kind: "junk",
    name: "junk",
    says: `It means nothing here (${reason}).`,
    payload: payload.length === 0 ? [] : [field],
  };
}

/** Lays fields side by side, from the first byte on. */
export function placed(fields: readonly Omit<Field, "at">[]): readonly Field[] {
  let at = 0;
  return fields.map((field) => {
    const here = { ...field, at };
    at += field.sizeBytes;
    return here;
  });
}
