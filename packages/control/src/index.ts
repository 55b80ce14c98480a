export { createDescriber, describe } from "@netpunch/crypto";
export { type Budgets, DEFAULT_BUDGETS } from "./budgets.js";
export { ControlError, type ControlErrorCode } from "./errors.js";
export type { ControlEvent, SlotEvent } from "./events.js";
export { type Control, type ControlOptions, type ControlProtocol, startControl } from "./start-control.js";
export type { ControlStats, DropReason, SlotStats } from "./stats.js";
export type { SessionEvent, UnboundReason } from "./v2/events.js";
export type { FrameDropReason, SessionStats } from "./v2/tally.js";
