export type { Endpoint } from "@netpunch/wire";
export type { Core, Datagram, Deadline, Input, Instant, LocalAddress, Output, SocketId } from "./core.js";
export { type Deferred, deferred } from "./deferred.js";
export type { Observer } from "./observer.js";
export { onAbort } from "./on-abort.js";
export type { RemoteInfo, UdpSocket } from "./socket.js";
export { sooner } from "./sooner.js";
