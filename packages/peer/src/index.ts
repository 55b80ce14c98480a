export { createDescriber, describe } from "@netpunch/crypto";
export type { Phase } from "./drill.table.js";
export { PunchError, type PunchErrorCode } from "./errors.js";
export type { DropReason, PeerEvent } from "./events.js";
export type { Hole } from "./hole.js";
export type { PunchOptions } from "./options.js";
export { punch } from "./punch.js";
export type { PhaseReport, PunchReport } from "./report.js";
