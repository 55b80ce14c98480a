import { v2 } from "@netpunch/wire";
import type { Keyring } from "./keyring.js";
import { inspectV1 } from "./v1.js";
import { inspectV2 } from "./v2.js";

/** What a datagram is for, whatever the protocol; each kind has a colour. */
export const KINDS = ["announce", "info", "ping", "pong", "settle", "goodbye", "data", "junk"] as const;
export type Kind = (typeof KINDS)[number];

/** A stretch of a datagram's bytes and what it means. */
export interface Field {
  readonly name: string;
  readonly at: number;
  readonly sizeBytes: number;
  /** Decoded, or opened where it was sealed. */
  readonly value: string;
  /** Why it is there. */
  readonly note: string;
}

/** A datagram, opened. Its fields cover its bytes without a gap. */
export interface Inspected {
  readonly kind: Kind;
  /** Its name in the protocol: "ping", "peer info", "challenge". */
  readonly name: string;
  readonly protocol: "v1" | "v2" | "none";
  /** What it says, as a sentence. */
  readonly says: string;
  readonly signature: "valid" | "invalid" | "none";
  readonly fields: readonly Field[];
}

/** Who it was sent to: the letters of v1 mean one thing to control and another to a peer. */
export type Audience = "control" | "peer";

/** Opens a datagram of either protocol. Never throws, whatever the bytes. */
export function inspect(bytes: Uint8Array, audience: Audience, keyring: Keyring): Inspected {
  if (v2.isFrame(bytes)) return inspectV2(bytes, keyring);
  return inspectV1(bytes, audience, keyring) ?? inspectData(bytes);
}

function inspectData(bytes: Uint8Array): Inspected {
  const text = new TextDecoder().decode(bytes);
  const value = /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : `${bytes.length} bytes`;
  const note = "None of netpunch's business: it goes to the program that shares the port.";
  const fields = bytes.length === 0 ? [] : [{ name: "data", at: 0, sizeBytes: bytes.length, value, note }];
  return {
    kind: "data",
    name: "data",
    protocol: "none",
    says: `The application says ${value}.`,
    signature: "none",
    fields,
  };
}
