export { drillDiagram } from "./drill.diagram.js";
export { createPeerCore, type PeerCore, type PeerCoreOptions } from "./drill.js";
export { DRILL, type Next, PACING, type Pace, type Phase, type Signal } from "./drill.table.js";
export type { DropReason, PeerEvent } from "./events.js";
