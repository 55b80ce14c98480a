import type { Endpoint, v1, v2 } from "@netpunch/wire";
import type { Phase, Signal } from "./v1/drill.table.js";
import type { SessionPhase, SessionSignal } from "./v2/session.table.js";

/** Why an authentic datagram, or one that looks like netpunch's, was not taken. */
export type DropReason =
  | v1.DecodeReason
  | v2.DecodeReason
  /** Netpunch's shape under another secret: somebody else's, or a partner whose secret differs. */
  | "bad-signature"
  /** Peer info, or a frame of control's, from another address than control's: a replay, or a control that moved. */
  | "not-from-control"
  /** About a slot that is not our partner's, or from a run that is not our partner's. */
  | "not-partner"
  /** Peer info with an address that no peer can have: multicast, broadcast, unspecified. */
  | "unusable-address"
  /** A partner's word from control's own address, while control relays nothing to us. */
  | "from-control"
  /** A pong from an address that we never pinged. */
  | "not-pinged"
  /** A close from an address that we exchanged nothing with. */
  | "not-exchanged"
  /** A partner's word from another address than the one that the hole leads to. */
  | "not-the-hole"
  /** v2: to another run or session than this one, such as the one before a restart. */
  | "not-for-us"
  /** v2: one of our own frames, reflected at us. */
  | "reflected"
  /** v2: control answered something that we said long ago, or said before it knew of this cookie. */
  | "stale"
  /** v2: a ping whose transaction was answered already: a duplicate or a replay. */
  | "answered-before"
  /** v2: the answer to no ping or nomination of ours that still waits for one, at that address. */
  | "unknown-transaction"
  /** v2: candidates that do not open: not sealed by our partner for this session. */
  | "bad-candidates"
  /** v2: a nomination from an address that has not answered us, or that we cannot trust yet. */
  | "not-yet"
  /** v2: a word that only the other side of a nomination may say. */
  | "wrong-role"
  /** v2: a partner's word that came straight from it, though we want nothing but the relay. */
  | "not-relayed";

/**
 * How control says that our session stands. "v1": the partner speaks v1 only. The others say that there is no place for us: two
 * others hold the session ("full"), another run holds our slot ("taken"), too many runs have a place from our address
 * ("source-limit"), control has no room for more ("total-limit").
 */
export type SessionState = v2.InfoState;

/**
 * How the partner's address became known (RFC 8445 section 5.1.1): one of its machine's own, the one that control saw, or one
 * that only its pings showed, as behind a symmetric NAT. "relayed": the address is control's, which passes the datagrams on.
 */
export type PathKind = "host" | "reflexive" | "peer-reflexive" | "relayed";

/** Which protocol a hole was made with. */
export type Protocol = "v1" | "v2";

/** What a peer reports while it drills. All addresses are copies; nothing secret is in here. */
export type PeerEvent =
  /** Where announces go from now on: control's name was looked up, or changed its address. */
  | { readonly type: "control"; readonly endpoint: Endpoint }
  /**
   * The drill entered a phase; `target` is the partner's address as far as it is known, and `signal` what led there by the table
   * of states (null: a start).
   */
  | {
      readonly type: "phase";
      readonly phase: Phase | SessionPhase;
      readonly signal: Signal | SessionSignal | null;
      readonly target: Endpoint | null;
    }
  /** v1: control named the partner's address; again each time it says so. */
  | { readonly type: "introduced"; readonly endpoint: Endpoint }
  /** v2: control saw us at this address, one of each address family; again when it changes. */
  | { readonly type: "observed"; readonly endpoint: Endpoint }
  /** v2: control told how the session stands; when that changes. */
  | { readonly type: "session"; readonly state: SessionState }
  /** v2: the partner's addresses, those that can be used; again when they change. */
  | { readonly type: "candidates"; readonly candidates: readonly v2.Candidate[] }
  /** The first authentic word from the partner at this address. */
  | { readonly type: "heard"; readonly endpoint: Endpoint }
  /**
   * Both directions work. `by` is the proof: the partner's answer to our ping; in v1 its close after our pong, in v2 its
   * nomination of a path that has answered us. v2 alone tells the path and its round trip. In v2 it may come a
   * second time: after "partnerRestarted", or where the partner had taken another path, nominated early, which is then the one.
   */
  | {
      readonly type: "connected";
      readonly endpoint: Endpoint;
      readonly by: "pong" | "close" | "nomination";
      readonly path?: PathKind;
      readonly roundTripMs?: number;
    }
  /** v2: the partner is proved to know of the hole as well. */
  | { readonly type: "confirmed" }
  /** v2: the time for that proof is over: the partner may not know of the hole. */
  | { readonly type: "unconfirmed" }
  /**
   * v2: another run of the partner is in the session. Before "confirmed" the drill starts over with it, and its "connected"
   * follows; afterwards nothing changes, and the hole leads to a run that is probably gone.
   */
  | { readonly type: "partnerRestarted" }
  /** v2, with `keepAliveMs`: the partner has answered nothing for so long. */
  | { readonly type: "partnerSilent"; readonly silentMs: number }
  /** The partner answers again. */
  | { readonly type: "partnerBack" }
  /**
   * v2: what control says of its relay between the partner and us, when that changes. "released": another program may have our
   * socket now. "lost": control did not say so in time, so the socket must not be handed over.
   */
  | { readonly type: "relay"; readonly end: v2.RelayState | "lost"; readonly reason: v2.RelayReason }
  /**
   * Nothing came from a partner that is there, so an entry in a router may be in the way: the drill starts anew from another local
   * port, or is silent towards the partner for so many milliseconds and then starts anew.
   */
  | { readonly type: "wayOut"; readonly way: "other port"; readonly port: number }
  | { readonly type: "wayOut"; readonly way: "silence"; readonly ms: number }
  /** "auto" speaks this protocol from now on, or no more than this one; `why` is a sentence for a person. */
  | { readonly type: "protocol"; readonly protocol: Protocol | "both"; readonly why: string }
  /** v2: a fault of netpunch's own: this cannot happen in this phase. It changed nothing; please report it. */
  | { readonly type: "impossible"; readonly phase: SessionPhase; readonly signal: SessionSignal }
  /**
   * `hole.messages` was full: the datagram that just came is lost, as are `dropped` of them by now. Whoever reads `hole.socket` in
   * its place need not mind.
   */
  | { readonly type: "unreadDropped"; readonly dropped: number }
  /** A datagram was not taken; it changed nothing. */
  | { readonly type: "dropped"; readonly reason: DropReason; readonly remote: Endpoint };
