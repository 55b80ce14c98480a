import type { UdpSocket } from "../socket.js";

// A program without node's types has no such module, and this is `any` there.
// biome-ignore lint/suspicious/noTsIgnore: it is an error only in such a program
/** @ts-ignore */
type NodeSocket = import("node:dgram").Socket;

/** A socket of `node:dgram`, by its own type where the program has node's types, else by the part that netpunch uses. */
export type DgramSocket = 0 extends 1 & NodeSocket ? UdpSocket : NodeSocket;
