export type { Secret } from "@netpunch/crypto";
export { createDescriber, describe } from "@netpunch/crypto";
export type {
  Datagram,
  Instant,
  LocalAddress,
  Observer,
  RemoteInfo,
  SocketId,
  UdpSocket,
} from "@netpunch/transport";
export type { DgramSocket } from "@netpunch/transport/udp";
export type { Candidate, Endpoint } from "@netpunch/wire";
export { PunchError, type PunchErrorCode } from "./errors.js";
export type { DropReason, PathKind, PeerEvent, Protocol, SessionState } from "./events.js";
export type { Hole } from "./hole.js";
export type { CommonOptions, PartnerChange, PunchOptions, SessionMeeting, SlotMeeting } from "./options.js";
export { punch } from "./punch.js";
export type { PhaseReport, PunchReport } from "./report.js";
export type { Phase } from "./v1/drill.table.js";
export type { SessionPhase } from "./v2/session.table.js";
