import type { RemoteInfo, Socket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import type { Datagram } from "../src/index.js";
import { adoptSocket, type Driver, drive } from "../src/node/index.js";
import { bytes, picky, ScriptedCore, text } from "./scripted-core.js";
import { nextMessage, ownSocket, plainSocket, say } from "./sockets.js";

/** Both kinds of socket that a driver meets: one that the application brought and one of ours that it was given. */
const kinds = {
  "a caller's socket": () => plainSocket(),
  "a socket of ours": async () => (await ownSocket("127.0.0.1:0")).socket as unknown as Socket,
};

function driveOn(socket: Socket, core = picky(), onPass?: (datagram: Datagram) => void): Driver {
  const driver = drive(core, { sockets: [adoptSocket(socket)], ...(onPass && { onPass }) });
  onTestFinished(() => driver.stop());
  return driver;
}

/** Sends words to a socket, the last of which no core claims, and waits until those have reached the listeners. */
async function tell(socket: Socket, ...words: string[]): Promise<void> {
  const peer = await plainSocket();
  const end = nextMessage(socket);
  for (const word of words) say(peer, word, socket.address().port);
  await end;
}

test.each(Object.entries(kinds))(
  "listeners on %s see what the core passes and nothing that it claims",
  async (_, open) => {
    const socket = await open();
    const seen: string[] = [];
    const see = (name: string) => (data: Uint8Array) => seen.push(`${name} ${text(data)}`);
    socket.on("message", see("before"));
    driveOn(socket);
    socket.on("message", see("after"));
    socket.once("message", see("once"));
    socket.prependListener("message", see("first"));
    const removed = see("removed");
    socket.on("message", removed).off("message", removed);
    await tell(socket, "np:ours", "theirs");
    expect(seen).toEqual(["first theirs", "before theirs", "after theirs", "once theirs"]);
  },
);

test("a passed datagram is the one that node gave, and its sender as node tells it on a dual-stack socket", async () => {
  const socket = await plainSocket("udp6", "::");
  const core = picky();
  const passed: Datagram[] = [];
  driveOn(socket, core, (datagram) => passed.push(datagram));
  const peer = await plainSocket();
  const message = once(socket, "message") as Promise<[Buffer, RemoteInfo]>;
  say(peer, "theirs", socket.address().port);
  const [data, from] = await message;
  const { port } = peer.address();
  expect(from).toEqual({ address: "::ffff:127.0.0.1", family: "IPv6", port, size: 6 });
  expect(passed).toMatchObject([{ socket: 0, remote: { address: "127.0.0.1", port } }]);
  expect(passed[0]?.bytes).toBe(data);
});

test("a core may pass a datagram of its own making, and keep one to pass it later", async () => {
  const socket = await plainSocket();
  const datagram = { socket: 0, remote: { address: "2001:db8::7", port: 7 }, bytes: bytes("made") };
  driveOn(socket, new ScriptedCore((input) => (input.type === "start" ? [{ type: "pass", datagram }] : [])));
  expect(await nextMessage(socket)).toEqual({
    text: "made",
    from: { address: "2001:db8::7", family: "IPv6", port: 7, size: 4 },
  });
});

test("a datagram from port 0, which nobody can answer, goes past the core", async () => {
  const socket = await plainSocket();
  const core = picky();
  driveOn(socket, core);
  await core.told("start");
  const message = nextMessage(socket);
  socket.emit("message", Buffer.from("np:x"), { address: "192.0.2.1", family: "IPv4", port: 0, size: 4 });
  expect((await message).from.port).toBe(0);
  expect(core.count("datagram")).toBe(0);
});

test("two drivers on one socket: what the first passes is the second's, then the application's", async () => {
  const socket = await plainSocket();
  const takes = (prefix: string) =>
    new ScriptedCore((input) =>
      input.type === "datagram" && !text(input.datagram.bytes).startsWith(prefix)
        ? [{ type: "pass", datagram: input.datagram }]
        : [],
    );
  const [one, two] = [takes("1"), takes("2")];
  driveOn(socket, one);
  driveOn(socket, two);
  const seen: string[] = [];
  socket.on("message", (data) => seen.push(String(data)));
  await tell(socket, "1", "2", "3");
  expect([one.count("datagram"), two.count("datagram"), seen]).toEqual([3, 2, ["3"]]);
});

test.each([
  { leaves: "first", order: [0, 1] },
  { leaves: "last", order: [1, 0] },
])("drivers come and go on one socket, the $leaves one leaves first, and leave no trace", async ({ order }) => {
  const socket = await plainSocket();
  for (let round = 0; round < 3; round += 1) {
    const cores = [picky(), picky()];
    const drivers = cores.map((core) => driveOn(socket, core));
    await tell(socket, "both");
    drivers[order[0] ?? 0]?.stop();
    await tell(socket, "one");
    drivers[order[1] ?? 0]?.stop();
    await tell(socket, "none");
    expect(cores.map((core) => core.count("datagram")).sort()).toEqual([1, 2]);
    expect(Object.hasOwn(socket, "emit")).toBe(false);
  }
});

test("an emit that the application had put on its socket is used, and is there again afterwards", async () => {
  const socket = await plainSocket();
  const seen: unknown[] = [];
  const theirs: Socket["emit"] = (event: string, ...args: unknown[]) => {
    seen.push(event);
    return Object.getPrototypeOf(socket).emit.call(socket, event, ...args);
  };
  socket.emit = theirs;
  const driver = driveOn(socket);
  await tell(socket, "np:ours", "theirs");
  driver.stop();
  expect(socket.emit).toBe(theirs);
  expect(seen).toEqual(["message"]);
});

test("an emit that somebody puts over ours keeps working when the driver leaves and another comes", async () => {
  const socket = await plainSocket();
  const driver = driveOn(socket);
  const below = socket.emit;
  let count = 0;
  const above: Socket["emit"] = (event: string, ...args: unknown[]) => {
    if (event === "message") count += 1;
    return Reflect.apply(below, socket, [event, ...args]);
  };
  socket.emit = above;
  driver.stop();
  await tell(socket, "np:nobody's now");
  const core = picky();
  driveOn(socket, core).stop();
  driveOn(socket, core);
  await tell(socket, "np:ours", "theirs");
  expect({ emit: socket.emit, count, heard: core.count("datagram") }).toEqual({ emit: above, count: 3, heard: 2 });
});

test("errors and other events reach the application's listeners as ever", async () => {
  const socket = await plainSocket();
  driveOn(socket);
  const heard: unknown[] = [];
  socket.on("error", (error) => heard.push(error.message));
  socket.on("application", (...args: unknown[]) => heard.push(...args));
  socket.emit("error", new Error("e"));
  expect(socket.emit("application", 1, 2, 3)).toBe(true);
  expect(socket.emit("nobody listens")).toBe(false);
  expect(heard).toEqual(["e", 1, 2, 3]);
});
