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

/**
 * What control knows of the partner, or why it gives the receiver no place.
 *
 * - `waiting`: there is no partner; `present`: it is there; `v1`: it is there and speaks only protocol v1;
 * - `full`: two others have the session's places; `taken`: another run has the place of this slot;
 * - `source-limit`: too many runs from the receiver's address have a place; `total-limit`: control has no room for more.
 */
export type InfoState = "waiting" | "present" | "full" | "v1" | "taken" | "source-limit" | "total-limit";

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

/** A peer to control: what it wants of the relay between its bound address and its partner's. */
export interface Relay {
  readonly type: "relay";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** Counted with the announces of this run. */
  readonly seq: number;
  /** The only run that the relay is to connect it with. */
  readonly partnerId: Uint8Array;
  readonly op: RelayOp;
}

export type RelayOp =
  /** Frames between peers are to pass. */
  | "want"
  /** The relay is the path that was nominated: data is to pass, once the partner says the same. */
  | "chosen"
  /** The socket is about to be handed to another program, which knows no frames. */
  | "released";

/** Control to a peer: how its end of the relay stands. */
export interface Relayed {
  readonly type: "relayed";
  readonly features: number;
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  /** The seq of the newest RELAY that was taken from this run. */
  readonly echoSeq: number;
  readonly partnerId: Uint8Array;
  readonly state: RelayState;
  /** Why the state is "none"; "none" in every other state, and where there is nothing to explain. */
  readonly reason: RelayReason;
}

export type RelayState =
  /** Nothing passes. */
  | "none"
  /** Nothing passes yet: the partner has not asked for this run. */
  | "waiting"
  /** Frames between peers pass. */
  | "open"
  /** Everything passes that is not shaped like a word of control's. */
  | "carrying"
  /** The end belongs to another program now; control says nothing more to it. */
  | "released";

export type RelayReason =
  | "none"
  /** This control node does not relay, or takes no more as it is about to end. */
  | "off"
  /** There are as many ends as there may be. */
  | "full"
  /** There are as many ends as this source may have. */
  | "source"
  /** The address is already an end of another pair. */
  | "address"
  /** One of the two was silent for too long. */
  | "idle"
  /** The partner has lost its place or has left, or it asks for another run. */
  | "parted";

/** A peer to its partner. */
export interface PeerFrame {
  readonly type: PeerFrameType;
  readonly features: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly txid: Uint8Array;
}

/** A peer to its partner, about moving from the path they use to another one. */
export interface MoveFrame {
  readonly type: MoveFrameType;
  readonly features: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Which move it is of; grows with each. The first nomination is epoch 0. */
  readonly epoch: number;
  /** That of the ping which was answered on the new path. */
  readonly txid: Uint8Array;
}

export type MoveFrameType = "renominate" | "reconfirm" | "redone";
export type PeerFrameType = "ping" | "pong" | "nominate" | "confirm" | "done";
export type ToControl = Announce | Bye | Relay;
export type FromControl = Challenge | Info | Relayed;
export type Frame = ToControl | FromControl | PeerFrame | MoveFrame;
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
  /**
   * INFO in an unknown state, or one that names a partner in another state than "present"; RELAYED in an unknown state.
   */
  | "bad-state"
  /** BYE for an unknown reason; RELAYED for an unknown one, or with one in another state than "none". */
  | "bad-reason"
  /** RELAY with an unknown op. */
  | "bad-op"
  /** CHALLENGE with port 0. */
  | "bad-endpoint";

/** A frame, or the reason why there is none. */
export type Decoded<F = Frame> =
  | { readonly ok: true; readonly frame: F }
  | { readonly ok: false; readonly reason: DecodeReason };
