export { type AutoCore, type AutoCoreOptions, createAutoCore } from "./auto-core.js";
export type { DropReason, PathKind, PeerEvent, Protocol, SessionState } from "./events.js";
export type { PunchCore } from "./punch-core.js";
export { createPeerCore, type PeerCore, type PeerCoreOptions } from "./v1/drill.js";
export { DRILL, type Next, PACING, type Pace, type Phase, type Signal } from "./v1/drill.table.js";
export { createSessionCore } from "./v2/create-session.js";
export { SESSION, type SessionNext, type SessionPhase, type SessionSignal } from "./v2/session.table.js";
export type { SessionCore, SessionCoreOptions } from "./v2/session-core.js";
export { createWayOut, type WayOutOptions } from "./way-out.js";
