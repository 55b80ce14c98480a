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
