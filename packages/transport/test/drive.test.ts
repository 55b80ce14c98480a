import { expect, onTestFinished, test } from "vitest";
import type { Core, Datagram, Output } from "../src/index.js";
import { adoptSocket, type DriveOptions, type Driver, drive } from "../src/node/index.js";
import { bytes, echo, ScriptedCore } from "./scripted-core.js";
import { nextMessage, ownSocket, plainSocket, say } from "./sockets.js";

function run(core: Core<string>, options: DriveOptions<string>): Driver {
  const driver = drive(core, options);
  onTestFinished(() => driver.close());
  return driver;
}

const toItself = (port: number, words: string): Datagram => ({
  socket: 0,
  remote: { address: "127.0.0.1", port },
  bytes: bytes(words),
});

test("a core is started first, after drive() has returned", async () => {
  const core = new ScriptedCore();
  const bound = await ownSocket("127.0.0.1:0");
  run(core, { sockets: [bound] });
  expect(core.inputs).toEqual([]);
  await core.told("start");
  expect(core.inputs).toEqual([{ type: "start" }]);
});

test("an echo core answers IPv4 and IPv6 peers of a dual-stack socket, IPv4 addresses shown as IPv4", async () => {
  const core = echo();
  const bound = await ownSocket(":0");
  run(core, { sockets: [bound] });
  for (const [type, address] of [["udp4", "127.0.0.1"] as const, ["udp6", "::1"] as const]) {
    const peer = await plainSocket(type);
    say(peer, `over ${type}`, bound.local.port, address);
    expect((await nextMessage(peer)).text).toBe(`over ${type}`);
    expect(core.inputs.at(-1)).toMatchObject({
      datagram: { socket: 0, remote: { address, port: peer.address().port } },
    });
  }
});

test("a caller's IPv6 socket without a synchronous lookup reaches an IPv4 peer", async () => {
  const own = await plainSocket("udp6", "::");
  const peer = await plainSocket();
  const greet: Output<string>[] = [{ type: "send", datagram: toItself(peer.address().port, "hello") }];
  run(new ScriptedCore((input) => (input.type === "start" ? greet : [])), { sockets: [adoptSocket(own)] });
  expect((await nextMessage(peer)).text).toBe("hello");
});

test("outputs are carried out in their order, and a datagram of any size goes whole", async () => {
  const bound = await ownSocket("127.0.0.1:0");
  const order: string[] = [];
  const sizes = [0, 1, 1472, 9000, 65_507];
  const outputs: Output<string>[] = sizes.flatMap((size) => [
    { type: "event", event: `before ${size}` },
    { type: "send", datagram: { ...toItself(bound.local.port, ""), bytes: new Uint8Array(size) } },
  ]);
  const core = new ScriptedCore((input) => (input.type === "start" ? [...outputs, { type: "done" }] : []));
  run(core, {
    sockets: [bound],
    observers: [{ datagram: (way, { bytes: { length } }) => order.push(`${way} ${length}`) }],
    onEvent: (event) => order.push(event),
    onDone: () => order.push("done"),
  });
  await core.told("datagram", sizes.length);
  expect(order).toEqual([
    ...sizes.flatMap((size) => [`before ${size}`, `out ${size}`]),
    "done",
    ...sizes.map((size) => `in ${size}`),
  ]);
});

test("each socket is its index to the core, which answers from the one it names", async () => {
  const [first, second] = [await ownSocket("127.0.0.1:0"), await ownSocket("127.0.0.1:0")];
  const core = new ScriptedCore((input) =>
    input.type === "datagram" ? [{ type: "send", datagram: { ...input.datagram, socket: 1 } }] : [],
  );
  run(core, { sockets: [first, second] });
  const peer = await plainSocket();
  say(peer, "to the first", first.local.port);
  expect((await nextMessage(peer)).from.port).toBe(second.local.port);
  expect(core.inputs.at(-1)).toMatchObject({ datagram: { socket: 0 } });
});

test("a wake comes at its deadline, not before, and again at the next", async () => {
  const bound = await ownSocket("127.0.0.1:0");
  const due: number[] = [];
  const core = new ScriptedCore((input, now) => {
    if (input.type === "wake" && core.count("wake") === 3) core.deadline = null;
    else due.push(now + 5.5);
    if (due.length > core.count("wake")) core.deadline = { at: due.at(-1) ?? 0, why: "test" };
    return [];
  });
  run(core, { sockets: [bound] });
  await core.told("wake", 3);
  expect(core.times.slice(1).every((at, i) => at >= (due[i] ?? Number.NaN))).toBe(true);
});

test("what the machine refuses to send comes back to the core and its observers, named by its remote", async () => {
  const bound = await ownSocket(":0");
  const refused: unknown[] = [];
  const remotes = [
    { address: "255.255.255.255", port: 9 }, // EACCES without SO_BROADCAST
    { address: "127.0.0.1", port: 0 }, // dgram throws
  ];
  const outputs = remotes.map((remote) => ({
    type: "send" as const,
    datagram: { socket: 0, remote, bytes: bytes("x") },
  }));
  const core = new ScriptedCore((input) => (input.type === "start" ? outputs : []));
  run(core, { sockets: [bound], observers: [{ sendFailed: (remote, error) => refused.push(remote, error) }] });
  await core.told("sendFailed", remotes.length);
  const failed = core.inputs.filter((input) => input.type === "sendFailed");
  expect(failed.map(({ remote }) => remote)).toEqual(expect.arrayContaining(remotes));
  expect(refused).toEqual(failed.flatMap(({ remote, error }) => [remote, error]));
});

test("of more than 1,000 sends in a second that the machine refuses, one in 16 comes back", async () => {
  const bound = await ownSocket(":0");
  const remote = { address: "255.255.255.255", port: 9 }; // EACCES without SO_BROADCAST
  const send = { type: "send" as const, datagram: { socket: 0, remote, bytes: bytes("x") } };
  const core = new ScriptedCore((input) => (input.type === "start" ? Array<typeof send>(2600).fill(send) : []));
  run(core, { sockets: [bound] });
  await core.told("sendFailed", 1100);
  await new Promise((resolve) => setImmediate(resolve));
  expect(core.count("sendFailed")).toBe(1100);
});

test("the application's datagrams leave through the driver, and observers see them", async () => {
  const bound = await ownSocket("127.0.0.1:0");
  const peer = await plainSocket();
  const seen: string[] = [];
  const driver = run(new ScriptedCore(), {
    sockets: [bound],
    observers: [{ datagram: (way, { bytes: { length } }) => seen.push(`${way} ${length}`) }],
  });
  driver.send(toItself(peer.address().port, "payload"));
  expect((await nextMessage(peer)).text).toBe("payload");
  expect(seen).toEqual(["out 7"]);
  expect(() => driver.send({ ...toItself(1, ""), socket: 1 })).toThrow("there is no socket 1");
});

test("a driver needs a socket", () => {
  expect(() => drive(new ScriptedCore(), { sockets: [] })).toThrow(
    new RangeError('"sockets" expected at least one, got none'),
  );
});
