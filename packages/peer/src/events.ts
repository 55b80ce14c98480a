import type { Endpoint, v1 } from "@netpunch/wire";
import type { Phase } from "./drill.table.js";

/** Why an authentic datagram, or one that looks like netpunch's, was not taken. */
export type DropReason =
  | v1.DecodeReason
  /** Netpunch's shape under another secret: somebody else's, or a partner whose secret differs. */
  | "bad-signature"
  /** Peer info from another address than control's: a replay, or an answer of a control that moved. */
  | "not-from-control"
  /** Peer info about a slot that is not our partner's. */
  | "not-partner"
  /** Peer info with an address that no peer can have: multicast, broadcast, unspecified. */
  | "unusable-address"
  /** A partner's word from control's own address. */
  | "from-control"
  /** A pong from an address that we never pinged. */
  | "not-pinged"
  /** A close from an address that we exchanged nothing with. */
  | "not-exchanged"
  /** A partner's word from another address than the one that the hole leads to. */
  | "not-the-hole";

/** What a peer reports while it drills. All addresses are copies; nothing secret is in here. */
export type PeerEvent =
  /** Where announces go from now on: control's name was looked up, or changed its address. */
  | { readonly type: "control"; readonly endpoint: Endpoint }
  /** The drill entered a phase; `target` is the partner's address as far as it is known. */
  | { readonly type: "phase"; readonly phase: Phase; readonly target: Endpoint | null }
  /** Control named the partner's address; again each time it says so. */
  | { readonly type: "introduced"; readonly endpoint: Endpoint }
  /** The first authentic word from the partner at this address. */
  | { readonly type: "heard"; readonly endpoint: Endpoint }
  /** Both directions work. `by` is the proof: its answer to our ping, or its close after our pong. */
  | { readonly type: "connected"; readonly endpoint: Endpoint; readonly by: "pong" | "close" }
  /** A datagram was not taken; it changed nothing. */
  | { readonly type: "dropped"; readonly reason: DropReason; readonly remote: Endpoint };
