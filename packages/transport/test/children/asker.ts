import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** A socket that asks from an address of its own. */
export async function askerFrom(address: string): Promise<Socket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4").bind(0, address);
  await once(socket, "listening");
  return socket;
}

/** Asks until it is answered, every 20 ms; gives the address that the answer came from. */
export async function ask(from: string, address: string, port: number): Promise<string> {
  const socket = await askerFrom(from);
  const answer = once(socket, "message");
  const again = setInterval(() => socket.send("?", port, address, () => {}), 20);
  socket.send("?", port, address, () => {});
  const [, info] = await answer;
  clearInterval(again);
  socket.close();
  return info.address;
}
