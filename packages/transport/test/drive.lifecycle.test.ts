import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Input, Observer, Output } from "../src/index.js";
import { adoptSocket, drive, openSocket, type Rescan, TransportError } from "../src/node/index.js";
import { bytes, echo, ScriptedCore } from "./scripted-core.js";
import { nextMessage, ownSocket, plainSocket, say } from "./sockets.js";
import { uncaughtErrors } from "./uncaught.js";

const asks: Output<string>[] = [{ type: "resolve" }];
const onStart = (outputs: readonly Output<string>[]) => (input: Input) => (input.type === "start" ? outputs : []);

test("stop() leaves the socket open, with its listeners and its emit as they were", async () => {
  const own = await plainSocket();
  const before = own.eventNames().map((name) => [name, own.listenerCount(name)]);
  const core = new ScriptedCore(() => []);
  core.deadline = { at: 0, why: "at once, for ever" };
  const driver = drive(core, { sockets: [adoptSocket(own)] });
  await core.told("wake");
  driver.stop();
  expect(own.eventNames().map((name) => [name, own.listenerCount(name)])).toEqual(before);
  expect(Object.hasOwn(own, "emit")).toBe(false);
  const told = core.inputs.length;
  const message = nextMessage(own);
  say(own, "mine again", own.address().port);
  expect((await message).text).toBe("mine again");
  expect(core.inputs.length).toBe(told);
});

test("a driver that is stopped at once never starts its core", async () => {
  const core = new ScriptedCore();
  drive(core, { sockets: [await ownSocket("127.0.0.1:0")] }).stop();
  await setImmediate();
  expect(core.inputs).toEqual([]);
});

test("a driver that shall stop after a time does, and leaves its socket as it was", async () => {
  const own = await plainSocket();
  drive(new ScriptedCore(), { sockets: [adoptSocket(own)], stopsAfterMs: 1 });
  while (Object.hasOwn(own, "emit")) await setImmediate();
  expect([own.listenerCount("error"), own.listenerCount("close")]).toEqual([0, 0]);
});

test("close() closes our sockets and never a caller's", async () => {
  const [ours, theirs] = [await openSocket("127.0.0.1:0"), await plainSocket()];
  const driver = drive(new ScriptedCore(), { sockets: [ours, adoptSocket(theirs)] });
  const closing = driver.close();
  expect(driver.close()).toBe(closing);
  await closing;
  expect(() => ours.socket.address()).toThrow("Not running");
  expect(theirs.address().port).toBeGreaterThan(0);
  await (await openSocket(`127.0.0.1:${ours.local.port}`)).socket.close();
});

const TOLD = ["observer in", "listener", "onPass", "observer event", "onEvent", "onDone"] as const;

test.each(TOLD)("%s may close the driver, and nobody is told anything after", async (stopper) => {
  const bound = await openSocket("127.0.0.1:0");
  const peer = await plainSocket();
  const core = new ScriptedCore((input) => {
    if (input.type !== "datagram") return [];
    const { datagram } = input;
    return [{ type: "pass", datagram }, { type: "event", event: "e" }, { type: "done" }, { type: "send", datagram }];
  });
  const told: string[] = [];
  const ended = new Promise<void>((resolve) => {
    const tell = (who: string) => () => {
      told.push(who);
      if (who === stopper) void driver.close().then(resolve);
    };
    const observer: Observer<string> = { datagram: (way) => tell(`observer ${way}`)(), event: tell("observer event") };
    bound.socket.on("message", tell("listener"));
    const driver = drive(core, {
      sockets: [bound],
      observers: [observer],
      onPass: tell("onPass"),
      onEvent: tell("onEvent"),
      onDone: tell("onDone"),
    });
  });
  say(peer, "x", bound.local.port);
  await ended;
  expect(told).toEqual(TOLD.slice(0, TOLD.indexOf(stopper) + 1));
});

test("after stop() not even what the core has already asked for is sent", async () => {
  const own = await plainSocket();
  const peer = await plainSocket();
  const remote = { address: "127.0.0.1", port: peer.address().port };
  const send: Output<string> = { type: "send", datagram: { socket: 0, remote, bytes: bytes("too late") } };
  const core = new ScriptedCore(onStart([{ type: "event", event: "e" }, send]));
  const driver = drive(core, { sockets: [adoptSocket(own)], onEvent: () => driver.stop() });
  await core.told("start");
  say(own, "from the owner", remote.port);
  expect((await nextMessage(peer)).text).toBe("from the owner");
});

test("a datagram that is there before the start is told after it", async () => {
  const own = await plainSocket();
  const core = new ScriptedCore();
  const driver = drive(core, { sockets: [adoptSocket(own)] });
  own.emit("message", Buffer.from("early"), { address: "192.0.2.1", family: "IPv4", port: 1, size: 5 });
  await core.told("datagram");
  driver.stop();
  expect(core.inputs.map(({ type }) => type)).toEqual(["start", "datagram"]);
});

test("what comes while the core is busy is fed when it is done, in order", async () => {
  const own = await plainSocket();
  const info = { address: "127.0.0.1", family: "IPv4", port: 1, size: 5 } as const;
  const core = new ScriptedCore((input) => {
    if (input.type !== "datagram" || core.count("datagram") > 1) return [];
    const { datagram } = input;
    return [
      { type: "pass", datagram },
      { type: "event", event: "after the pass" },
    ];
  });
  const order: string[] = [];
  // A listener of the application brings the second datagram while the outputs of the first are carried out.
  own.once("message", () => own.emit("message", Buffer.from("second"), info));
  const driver = drive(core, {
    sockets: [adoptSocket(own)],
    observers: [{ datagram: (_way, datagram) => order.push(String(datagram.bytes)) }],
    onEvent: (event) => order.push(event),
  });
  await core.told("start");
  own.emit("message", Buffer.from("first"), info);
  driver.stop();
  expect(order).toEqual(["first", "after the pass", "second"]);
});

test("an observer or a callback that throws surfaces as an uncaught error and disturbs nobody", async () => {
  const errors = uncaughtErrors();
  const bound = await ownSocket("127.0.0.1:0");
  const peer = await plainSocket();
  const broken = (what: string) => () => {
    throw new Error(what);
  };
  const core = new ScriptedCore((input) => {
    if (input.type !== "datagram") return [];
    const { datagram } = input;
    return [{ type: "event", event: "e" }, { type: "pass", datagram }, { type: "done" }, { type: "send", datagram }];
  });
  const events: string[] = [];
  bound.socket.on("message", broken("listener"));
  const driver = drive(core, {
    sockets: [bound],
    observers: [{ event: broken("observer") }, { event: (event) => events.push(event) }],
    onEvent: broken("onEvent"),
    onPass: broken("onPass"),
    onDone: broken("onDone"),
  });
  say(peer, "x", bound.local.port);
  expect((await nextMessage(peer)).text).toBe("x");
  driver.stop();
  expect(events).toEqual(["e"]);
  expect(errors.map((error) => (error as Error).message)).toEqual([
    "observer",
    "onEvent",
    "listener",
    "onPass",
    "onDone",
  ]);
});

test("a core that throws stops its driver, which says so", async () => {
  const bound = await ownSocket("127.0.0.1:0");
  const bug = new Error("a bug");
  const core = new ScriptedCore(() => {
    throw bug;
  });
  const error = await new Promise<TransportError>((onError) => drive(core, { sockets: [bound], onError }));
  expect(error).toMatchObject({ code: "core-failed", message: "the protocol core failed: a bug", cause: bug });
  expect(Object.hasOwn(bound.socket, "emit")).toBe(false);
});

test("a socket's error is reported and the driver goes on", async () => {
  const own = await plainSocket();
  const errors: TransportError[] = [];
  const core = echo();
  const driver = drive(core, { sockets: [adoptSocket(own)], onError: (error) => errors.push(error) });
  const cause = new Error("recvmsg ENOMEM");
  own.emit("error", cause);
  const { port } = own.address();
  expect(errors).toMatchObject([
    { code: "socket-error", message: `the socket on 127.0.0.1:${port} failed: recvmsg ENOMEM`, cause },
  ]);
  const peer = await plainSocket();
  say(peer, "still there?", port);
  expect((await nextMessage(peer)).text).toBe("still there?");
  driver.stop();
});

test("a socket that its owner closes meanwhile stops the driver, which says so once", async () => {
  const own = await plainSocket();
  const { port } = own.address();
  const errors: TransportError[] = [];
  const core = new ScriptedCore();
  core.deadline = { at: 0, why: "at once, for ever" };
  drive(core, { sockets: [adoptSocket(own)], onError: (error) => errors.push(error) });
  await core.told("wake");
  own.close();
  await once(own, "close");
  expect(errors).toMatchObject([
    { code: "socket-closed", message: `the socket on 127.0.0.1:${port} was closed while it was in use` },
  ]);
  const wakes = core.count("wake");
  await setImmediate();
  expect(core.count("wake")).toBe(wakes);
});

test("a core that sends on a socket that was just closed meets no exception", async () => {
  const own = await plainSocket();
  const errors: string[] = [];
  const datagram = { socket: 0, remote: { address: "127.0.0.1", port: 9 }, bytes: bytes("x") };
  const core = new ScriptedCore(onStart([{ type: "send", datagram }]));
  drive(core, { sockets: [adoptSocket(own)], onError: ({ code }) => errors.push(code) });
  own.close();
  await once(own, "close");
  await setImmediate();
  expect(core.inputs).toEqual([{ type: "start" }]);
  expect(errors).toEqual(["socket-closed"]);
});

test("a resolve is answered, and one asked for meanwhile is served by the same lookup", async () => {
  const endpoints = [{ address: "192.0.2.1", port: 7 }];
  let lookups = 0;
  const resolve = async () => {
    lookups += 1;
    await setImmediate();
    return endpoints;
  };
  const core = new ScriptedCore((input) => {
    if (input.type === "start") return [...asks, ...asks];
    return input.type === "resolved" && core.count("resolved") === 1 ? asks : [];
  });
  const driver = drive(core, { sockets: [await ownSocket("127.0.0.1:0")], resolve });
  await core.told("resolved", 2);
  driver.stop();
  expect(core.inputs).toEqual([{ type: "start" }, ...Array(2).fill({ type: "resolved", endpoints })]);
  expect(lookups).toBe(2);
});

const cause = new TransportError("host-not-found", "no such host");
const failures = {
  "that rejects": { resolve: () => Promise.reject(cause), message: "no such host" },
  "that throws": {
    resolve: () => {
      throw cause;
    },
    message: "no such host",
  },
  "that finds nothing": { resolve: () => Promise.resolve([]), message: "the name has no address" },
  "that is not there": { message: "the core asked for a lookup, but there is no resolve" },
};

test.each(Object.entries(failures))(
  "a lookup %s is told to the core and the observers",
  async (_, { message, ...options }) => {
    const seen: string[] = [];
    const core = new ScriptedCore(onStart(asks));
    const observers = [{ resolveFailed: (error: Error) => seen.push(error.message) }];
    const driver = drive(core, { sockets: [await ownSocket("127.0.0.1:0")], observers, ...options });
    await core.told("resolveFailed");
    driver.stop();
    expect(seen).toEqual([message]);
    expect(core.inputs.at(-1)).toMatchObject({ error: { message } });
  },
);

test("stop() aborts the lookup under way, and its answer goes nowhere", async () => {
  const core = new ScriptedCore(onStart(asks));
  let late: () => void = () => {};
  const signal = new Promise<AbortSignal>((underWay) => {
    const resolve = (signal: AbortSignal) => {
      underWay(signal);
      return new Promise<[]>((answer) => (late = () => answer([])));
    };
    void ownSocket("127.0.0.1:0").then((bound) => {
      const driver = drive(core, { sockets: [bound], resolve });
      void core
        .told("start")
        .then(() => setImmediate())
        .then(() => driver.stop());
    });
  });
  const given = await signal;
  await once(given, "abort");
  late();
  await setImmediate();
  expect(core.inputs).toEqual([{ type: "start" }]);
});

test("a rescan that fails is tried again, and what it finds is the core's next socket", async () => {
  const [first, second] = [await openSocket("127.0.0.1:0"), await openSocket("127.0.0.1:0")];
  const answers = [() => Promise.reject(new Error("no memory")), () => Promise.resolve([second])];
  const known: number[] = [];
  const core = echo();
  const found = new Promise<void>((resolve) => {
    const open: Rescan["open"] = (have) => {
      known.push(have.length);
      if (have.length === 2) resolve();
      return answers.shift()?.() ?? Promise.resolve([]);
    };
    const driver = drive(core, { sockets: [first], rescan: { everyMs: 1, open } });
    onTestFinished(() => driver.close());
  });
  await found;
  const peer = await plainSocket();
  say(peer, "to the newcomer", second.local.port);
  expect((await nextMessage(peer)).from.port).toBe(second.local.port);
  expect(core.inputs.at(-1)).toMatchObject({ datagram: { socket: 1 } });
  expect(known.slice(0, 3)).toEqual([1, 1, 2]);
});
