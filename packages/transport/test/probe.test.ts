import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { probePort } from "../src/node/index.js";
import { uncaughtErrors } from "./uncaught.js";

async function takePort(address: string) {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4").bind(0, address);
  await once(socket, "listening");
  return { socket, endpoint: { address, port: socket.address().port } };
}

test.each(["127.0.0.1", "::1"])("a port of %s that nobody has is refused", async (address) => {
  const { socket, endpoint } = await takePort(address);
  socket.close();
  await once(socket, "close");
  const refusal = await probePort(endpoint);
  expect(refusal).toMatchObject({ code: "refused", message: expect.stringContaining(String(endpoint.port)) });
});

test("a port that somebody has is not refused, and gets one empty datagram", async () => {
  const { socket, endpoint } = await takePort("127.0.0.1");
  const heard: number[] = [];
  socket.on("message", (bytes) => heard.push(bytes.length));
  expect(await probePort(endpoint)).toBeNull();
  expect(heard).toEqual([0]);
  socket.close();
});

test("an abort ends the wait at once", async () => {
  const { socket, endpoint } = await takePort("127.0.0.1");
  const controller = new AbortController();
  const answer = probePort(endpoint, controller.signal);
  controller.abort();
  expect(await answer).toBeNull();
  expect(await probePort(endpoint, controller.signal)).toBeNull();
  socket.close();
});

/** What a machine without a route gets from its own system, in forms that every machine has. */
test.each([
  ["a broadcast address, which the system forbids", { address: "255.255.255.255", port: 7777 }],
  ["an address without a route", { address: "2001:db8::1", port: 7777 }],
  ["an address of no interface", { address: "fe80::1", port: 7777 }],
  ["a name that is no address", { address: "no-such-host.invalid", port: 7777 }],
  ["a port that is none", { address: "127.0.0.1", port: 0 }],
])("%s refuses nothing, and harms nobody", async (_case, endpoint) => {
  const uncaught = uncaughtErrors();
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 500);
  expect(await probePort(endpoint, controller.signal)).toBeNull();
  clearTimeout(timer);
  await new Promise(setImmediate);
  expect(uncaught).toEqual([]);
});
