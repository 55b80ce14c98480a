export { createDescriber, describe } from "@netpunch/crypto";
export { type Budgets, DEFAULT_BUDGETS } from "./budgets.js";
export { ControlError, type ControlErrorCode } from "./errors.js";
export type { ControlEvent } from "./events.js";
export { type Control, type ControlOptions, startControl } from "./start-control.js";
export type { ControlStats, DropReason, SlotStats } from "./stats.js";
