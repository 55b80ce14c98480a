export { createOriginalControl } from "./control.js";
export { MODES, type Mode, type ModeInfo } from "./drill.table.js";
export { createOriginalPeer, type OriginalPeerEvent, type OriginalPeerOptions } from "./peer.js";
