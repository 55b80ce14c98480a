export { type Budgets, DEFAULT_BUDGETS } from "./budgets.js";
export { type ControlCore, type ControlCoreOptions, createControlCore } from "./control-core.js";
export type { ControlEvent } from "./events.js";
export { FORGET_AFTER_MS, REPEAT_AFTER_MS, SETTLE_MS } from "./registry.js";
export { slotDiagram } from "./slot.diagram.js";
export { type Next, type Owed, SLOT_TABLE, type SlotPhase, type SlotSignal } from "./slot.table.js";
export type { ControlStats, DropReason, SlotStats } from "./stats.js";
