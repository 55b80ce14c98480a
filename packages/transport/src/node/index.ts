export { type ListenAddress, parseListenAddress, parseServerAddress, type ServerAddress } from "./address.js";
export type { BoundSocket } from "./dgram-socket.js";
export { type DriveOptions, type Driver, drive } from "./drive.js";
export { createRescan, openListeners } from "./open-listeners.js";
export { adoptSocket, type OpenOptions, openSocket } from "./open-socket.js";
export { probePort } from "./probe.js";
export type { Rescan } from "./rescan-timer.js";
export { createResolver, type Lookup } from "./resolver.js";
export { TransportError, type TransportErrorCode } from "./transport-error.js";
