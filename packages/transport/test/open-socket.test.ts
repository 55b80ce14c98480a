import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { adoptSocket, type BoundSocket, openListeners, openSocket, TransportError } from "../src/node/index.js";
import { bindEveryAddress } from "../src/node/open-socket.js";
import { closeIfOpen, nextMessage, ownSocket, plainSocket, say } from "./sockets.js";

test.each([
  [":0", "::", "dual"],
  ["[::]:0", "::", "dual"],
  ["0.0.0.0:0", "0.0.0.0", "udp4"],
  ["127.0.0.1:0", "127.0.0.1", "udp4"],
  ["[::1]:0", "::1", "udp6"],
  ["[0::0:1]:0", "::1", "udp6"],
  ["[::ffff:127.0.0.1]:0", "127.0.0.1", "udp4"],
])("%s opens %s as %s", async (local, address, family) => {
  const bound = await ownSocket(local);
  expect(bound).toMatchObject({ local: { address, port: expect.any(Number) }, family, owned: true });
  expect(bound.local.port).toBeGreaterThan(0);
});

test("a host name is looked up, IPv4 first", async () => {
  const lookup = async () => [{ address: "::1" }, { address: "127.0.0.1" }];
  const bound = await openSocket("here.example:0", { lookup });
  closeIfOpen(bound.socket);
  expect(bound).toMatchObject({ local: { address: "127.0.0.1" }, family: "udp4" });
});

test("where there is no IPv6 an address without a host is IPv4", async () => {
  const asked: string[] = [];
  const bindOne: Parameters<typeof bindEveryAddress>[2] = async ({ address, port }) => {
    asked.push(address);
    if (address !== "::") return { local: { address, port }, family: "udp4" } as BoundSocket;
    const cause = Object.assign(new Error("bind EAFNOSUPPORT ::"), { code: "EAFNOSUPPORT" });
    throw new TransportError("socket-error", "cannot listen on :5000: bind EAFNOSUPPORT ::", { cause });
  };
  expect(await bindEveryAddress(5000, ":5000", bindOne)).toMatchObject({ family: "udp4" });
  expect(asked).toEqual(["::", "0.0.0.0"]);
});

test("a dual-stack socket of ours sends to IPv4 before send() returns, and to names", async () => {
  const bound = await ownSocket(":0");
  const peer = await plainSocket();
  const socket = bound.socket as ReturnType<typeof createSocket>;
  say(socket, "literal", peer.address().port);
  socket.close(); // what was deferred would be lost
  expect((await nextMessage(peer)).text).toBe("literal");
  const four = (await ownSocket("127.0.0.1:0")).socket as ReturnType<typeof createSocket>;
  say(four, "name", peer.address().port, "localhost");
  expect((await nextMessage(peer)).text).toBe("name");
});

test("a taken port is refused, whoever asks for it and for whichever address", async () => {
  const { local } = await ownSocket(":0");
  for (const host of ["", "0.0.0.0", "127.0.0.1", "[::1]", "[::]"]) {
    const asked = `${host}:${local.port}`;
    await expect(openSocket(asked)).rejects.toMatchObject({
      name: "TransportError",
      code: "address-in-use",
      message: `cannot listen on ${asked}: another socket holds the port`,
      cause: { code: "EADDRINUSE" },
    });
    await expect(openListeners(asked)).rejects.toMatchObject({ code: "address-in-use" });
  }
});

test("an address of another machine is not available", async () => {
  await expect(openSocket("203.0.113.77:5000")).rejects.toMatchObject({
    code: "address-not-available",
    message: "cannot listen on 203.0.113.77:5000: no interface of this machine has that address",
  });
});

test("a host that nobody knows is not found", async () => {
  const cause = Object.assign(new Error("getaddrinfo ENOTFOUND no.example"), { code: "ENOTFOUND" });
  const expected = { code: "host-not-found", message: "cannot look up no.example: no such host" };
  await expect(openSocket("no.example:0", { lookup: () => Promise.reject(cause) })).rejects.toMatchObject({
    ...expected,
    cause,
  });
  await expect(openSocket("no.example:0", { lookup: async () => [] })).rejects.toMatchObject(expected);
});

test("a malformed address is the caller's mistake, and rejects", async () => {
  for (const open of [openSocket, openListeners]) await expect(open("5000")).rejects.toThrow(TypeError);
  await expect(openSocket(":70000")).rejects.toThrow(RangeError);
});

test("an abort rejects with the signal's reason", async () => {
  const reason = new Error("enough");
  for (const open of [openSocket, openListeners]) {
    await expect(open(":0", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const opening = open(":0", { signal: controller.signal });
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
  }
});

test.each([
  ["udp4", "127.0.0.1", "udp4"],
  ["udp4", "0.0.0.0", "udp4"],
  ["udp6", "::1", "udp6"],
  ["udp6", "::", "dual"],
] as const)("a caller's %s socket on %s is taken as %s", async (type, address, family) => {
  const socket = await plainSocket(type, address);
  const { port } = socket.address();
  expect(adoptSocket(socket)).toEqual({ socket, local: { address, port }, family, owned: false });
});

test("a caller's socket that is not bound, closed, connected or none is refused", async () => {
  const expected = '"socket" expected a bound, unconnected node:dgram socket, got ';
  const socket = createSocket("udp4");
  expect(() => adoptSocket(socket)).toThrow(new TypeError(`${expected}one that is closed or not bound yet`));
  socket.connect(9, "127.0.0.1");
  await once(socket, "connect");
  expect(() => adoptSocket(socket)).toThrow(new TypeError(`${expected}a connected one`));
  socket.close();
  expect(() => adoptSocket(socket)).toThrow(new TypeError(`${expected}one that is closed or not bound yet`));
  for (const [value, shown] of [
    [null, "null"],
    [":5000", "string"],
    [{}, "object"],
  ] as const) {
    expect(() => adoptSocket(value as never)).toThrow(new TypeError(`${expected}${shown} without its events`));
  }
});
