import { createSocket, type RemoteInfo, type Socket, type SocketType } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import type { BoundSocket } from "../src/node/index.js";
import { openSocket } from "../src/node/index.js";
import { bytes } from "./scripted-core.js";

/** A plain socket of the application's, closed when the test ends. */
export async function plainSocket(type: SocketType = "udp4", address = type === "udp4" ? "127.0.0.1" : "::1") {
  const socket = createSocket(type);
  socket.bind(0, address);
  await once(socket, "listening");
  onTestFinished(() => closeIfOpen(socket));
  return socket;
}

export function closeIfOpen(socket: { close(): unknown }): void {
  try {
    socket.close();
  } catch {
    // closed by the test
  }
}

/** A socket of ours, closed when the test ends. */
export async function ownSocket(local: string): Promise<BoundSocket> {
  const bound = await openSocket(local);
  onTestFinished(() => closeIfOpen(bound.socket));
  return bound;
}

export async function nextMessage(socket: Pick<Socket, "once">): Promise<{ text: string; from: RemoteInfo }> {
  const [data, from] = await new Promise<[Buffer, RemoteInfo]>((resolve) => {
    socket.once("message", (...message) => resolve(message));
  });
  return { text: data.toString(), from };
}

export function say(socket: Socket, words: string, port: number, address = "127.0.0.1"): void {
  socket.send(bytes(words), port, address);
}
