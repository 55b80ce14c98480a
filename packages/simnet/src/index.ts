export type { Core, Datagram, Deadline, Input, Instant, LocalAddress, Output, SocketId } from "@netpunch/transport";
export type { Endpoint } from "@netpunch/wire";
export type { AddressChoice } from "./addresses.js";
export type { Dependence, Lifetimes, NatBehaviour, PortAllocation } from "./behaviour.js";
export { SimnetError, type SimnetErrorCode } from "./errors.js";
export type { Permit } from "./filter.js";
export { createInternet, type Internet, type InternetOptions, type RunEnd, type RunUntil } from "./internet.js";
export type { Stats, TraceOption } from "./ledger.js";
export type { Link, LinkOptions, LinkQuality } from "./link.js";
export type { MappingView } from "./nat-table.js";
export { type NatKind, natKinds, natPresets } from "./presets.js";
export { createRandomBytes, type Seed } from "./random.js";
export { type RecordedInput, type Running, type RunOptions, replay } from "./running.js";
export type { Received, Socket, SocketOptions } from "./socket.js";
export type {
  Filtering,
  Firewall,
  FirewallOptions,
  GatewayOptions,
  Host,
  HostOptions,
  Nat,
  NatOptions,
  PinholeView,
  RawDatagram,
  Site,
  Switch,
  SwitchOptions,
} from "./topology.js";
export { type DropReason, type Fate, formatFate, formatTrace } from "./trace.js";
export type { NodeView } from "./world.js";
