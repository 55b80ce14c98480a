export type { FrameMac, Secret } from "@netpunch/crypto";
export type { Core, Datagram, Deadline, Input, Instant, LocalAddress, Output, SocketId } from "@netpunch/transport";
export type { Endpoint } from "@netpunch/wire";
export { type Budgets, DEFAULT_BUDGETS } from "./budgets.js";
export {
  type CommonCoreOptions,
  type ControlCore,
  type ControlCoreOptions,
  createControlCore,
  type KeysCoreOptions,
  type SecretCoreOptions,
} from "./control-core.js";
export { type ControlKeys, controlKeys } from "./control-keys.js";
export type { ControlEvent, SlotEvent, StrangerEvent } from "./events.js";
export type { ControlStats, DropReason, SlotStats } from "./stats.js";
export { FORGET_AFTER_MS, REPEAT_AFTER_MS, SETTLE_MS } from "./v1/registry.js";
export { type Next, type Owed, SLOT_TABLE, type SlotPhase, type SlotSignal } from "./v1/slot.table.js";
export { BINDING_TABLE, type BindingPhase, type BindingSignal } from "./v2/binding.table.js";
export type { SessionEvent, UnboundReason } from "./v2/events.js";
export type { RelayEndedReason, RelayEvent } from "./v2/relay/events.js";
export type { KeptEnd } from "./v2/relay/kept.js";
export { DEFAULT_RELAY, type RelayLimits, type RelayOption } from "./v2/relay/options.js";
export {
  BETWEEN_TABLE,
  type Between,
  END_TABLE,
  type EndPhase,
  type EndSignal,
  type Passes,
} from "./v2/relay/relay.table.js";
export type { RelayDropReason, RelayStats } from "./v2/relay/tally.js";
export type { FrameDropReason, SessionStats } from "./v2/tally.js";
