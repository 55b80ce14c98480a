import type { Endpoint } from "../endpoint.js";

/** A peer to control: "I am this run of this session, reachable there". */
export interface Announce {
  readonly type: "announce";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** Grows with each frame of this run to control. */
  readonly seq: number;
  /** The newest push that was taken; 0: none. */
  readonly ackPush: number;
  /** Control's proof that we receive at our address; zeros where there is none yet. */
  readonly cookie: Uint8Array;
  /** The sealed candidates, for the partner. */
  readonly blob: Uint8Array;
}

/** Control to a peer whose address is not proved: "say that again with this cookie". */
export interface Challenge {
  readonly type: "challenge";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** The seq of the announce that this answers. */
  readonly echoSeq: number;
  readonly cookie: Uint8Array;
  /** Where control saw the announce come from: the reflexive address. */
  readonly observed: Endpoint;
}

/** What control knows of the partner. */
export type InfoState = "waiting" | "present" | "full" | "v1";

/** Control to a bound peer: how its session stands. */
export interface Info {
  readonly type: "info";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** The highest seq taken from this peer. */
  readonly echoSeq: number;
  /** The number of the newest push; 0: none yet. */
  readonly pushSeq: number;
  readonly state: InfoState;
  /** "push": sent because something changed. "answer": to an announce. */
  readonly cause: "push" | "answer";
  readonly partner: { readonly id: Uint8Array; readonly blob: Uint8Array } | null;
}

/** A peer to control: "I am gone". */
export interface Bye {
  readonly type: "bye";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  readonly seq: number;
  /** It gave up, or it met its partner. */
  readonly reason: "left" | "met";
}

/** A peer to its partner. */
export interface PeerFrame {
  readonly type: PeerFrameType;
  readonly features: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly txid: Uint8Array;
}

export type PeerFrameType = "ping" | "pong" | "nominate" | "confirm" | "done";
export type ToControl = Announce | Bye;
export type FromControl = Challenge | Info;
export type Frame = ToControl | FromControl | PeerFrame;
export type FrameType = Frame["type"];

/** Why bytes are no frame; that its MAC is wrong is for who has the key to find. */
export type DecodeReason =
  /** Shorter than any frame. */
  | "short"
  /** It does not begin as a frame of v2 does. */
  | "bad-magic"
  | "unknown-type"
  /** Another size than its type has. */
  | "bad-length"
  /** INFO in an unknown state, or one that names a partner in another state than "present". */
  | "bad-state"
  /** BYE for an unknown reason. */
  | "bad-reason"
  /** CHALLENGE with port 0. */
  | "bad-endpoint";

/** A frame, or the reason why there is none. */
export type Decoded<F = Frame> =
  | { readonly ok: true; readonly frame: F }
  | { readonly ok: false; readonly reason: DecodeReason };
