import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { controlKey, createFrameMac, formatControlKey, prepareSecret, rootKey } from "@netpunch/crypto";
import type { BoundSocket } from "@netpunch/transport/udp";
import { formatEndpoint, v2 } from "@netpunch/wire";
import { afterEach, describe, expect, test, vi } from "vitest";
import { controlKeys } from "../src/core.js";
import {
  ControlError,
  type ControlEvent,
  type ControlOptions,
  createDescriber,
  describe as inWords,
  startControl,
} from "../src/index.js";
import { announce, SECRET } from "./desk.js";

const opened: BoundSocket[] = [];
vi.mock("@netpunch/transport/udp", async (original) => {
  const udp = await original<typeof import("@netpunch/transport/udp")>();
  const openListeners: typeof udp.openListeners = async (...args) => {
    const sockets = await udp.openListeners(...args);
    opened.push(...sockets);
    return sockets;
  };
  return { ...udp, openListeners };
});

const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each[Symbol.asyncDispose]();
  await turnsOfTheLoop(10);
});

async function turnsOfTheLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

async function start(options: Partial<ControlOptions> = {}) {
  const control = await startControl({ local: "127.0.0.1:0", secret: SECRET, ...options });
  started.push(control);
  return control;
}

/** A socket of a peer, and the datagrams that come to it. */
async function peer(): Promise<{ socket: Socket; port: number; next(): Promise<string> } & AsyncDisposable> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const dispose = async () => {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  };
  const made = {
    socket,
    port: socket.address().port,
    next: async () => inWords(SECRET, (await once(socket, "message"))[0]),
    [Symbol.asyncDispose]: dispose,
  };
  started.push(made);
  return made;
}

/** UDP handles and timers that keep a process alive. */
const leftovers = () => process.getActiveResourcesInfo().filter((what) => what === "UDPWrap" || what === "Timeout");

/** Closed handles take a turn or two of the event loop to go; a timer of the test runner's may go meanwhile. */
async function expectOnly(before: readonly string[]): Promise<void> {
  await turnsOfTheLoop(10);
  const known = [...before];
  const more = leftovers().filter(
    (what) => known.indexOf(what) < 0 || known.splice(known.indexOf(what), 1).length === 0,
  );
  expect(more).toEqual([]);
}

test("two sockets are introduced over loopback, and the log shows it in the original's words", async () => {
  const events: ControlEvent[] = [];
  const log: string[] = [];
  const inWords = createDescriber(SECRET);
  const control = await start({
    observers: [
      {
        event: (event) => void events.push(event),
        datagram: (direction, { bytes, remote }) =>
          void log.push(`${direction} ${inWords(bytes)} ${formatEndpoint(remote)}`),
      },
    ],
  });
  const [address] = control.addresses;
  const [a, b] = [await peer(), await peer()];
  a.socket.send(announce("a"), address?.port, "127.0.0.1");
  await vi.waitUntil(() => events.length === 1);
  const [toA, toB] = [a.next(), b.next()];
  b.socket.send(announce("b"), address?.port, "127.0.0.1");
  expect(await toB).toBe(`"i|a|127.0.0.1:${a.port}"`);
  expect(await toA).toBe(`"i|b|127.0.0.1:${b.port}"`);
  expect(events.map(({ type }) => type)).toEqual(["announced", "announced", "introduced", "pushed"]);
  expect(log).toEqual([
    `in "a" 127.0.0.1:${a.port}`,
    `in "b" 127.0.0.1:${b.port}`,
    `out "i|a|127.0.0.1:${a.port}" 127.0.0.1:${b.port}`,
    `out "i|b|127.0.0.1:${b.port}" 127.0.0.1:${a.port}`,
  ]);
  expect(control.stats()).toMatchObject({
    heard: 2,
    answered: 1,
    pushed: 1,
    sendFailed: 0,
    slots: [
      { slot: "a", phase: "introduced", endpoint: `127.0.0.1:${a.port}` },
      { slot: "b", phase: "introduced", endpoint: `127.0.0.1:${b.port}` },
    ],
  });
});

test("a session is served over UDP beside the slots: CHALLENGE, then INFO", async () => {
  const control = await start();
  const mac = createFrameMac(controlKey(await rootKey(SECRET)));
  const { socket } = await peer();
  const say = async (seq: number, cookie: Uint8Array) => {
    const [sid, id] = [new Uint8Array(v2.SID_BYTES).fill(1), new Uint8Array(v2.ID_BYTES).fill(2)];
    const blob = new Uint8Array(v2.MIN_BLOB_BYTES);
    const heard = once(socket, "message");
    const frame: v2.Frame = { type: "announce", features: 0, sid, id, seq, ackPush: 0, cookie, blob };
    socket.send(mac.sign(v2.encode(frame)), control.addresses[0]?.port, "127.0.0.1");
    const [bytes] = await heard;
    const decoded = v2.decode(bytes);
    return decoded.ok && mac.verify(bytes) ? decoded.frame : null;
  };
  const challenge = await say(1, new Uint8Array(v2.COOKIE_BYTES));
  if (challenge?.type !== "challenge") throw new Error("no challenge");
  expect(challenge.observed).toEqual({ address: "127.0.0.1", port: socket.address().port });
  expect(await say(2, challenge.cookie)).toMatchObject({ type: "info", state: "waiting" });
  expect(control.protocols).toEqual(["v1", "v2"]);
  expect(control.stats()).toMatchObject({ heard: 0, v2: { heard: 2, challenged: 1, answered: 1, bound: 1 } });
});

test("with a control key alone it speaks v2 only, and says so", async () => {
  const secret = formatControlKey(controlKey(await rootKey(SECRET)));
  const control = await start({ secret });
  expect(control.protocols).toEqual(["v2"]);
  const { socket } = await peer();
  socket.send(announce("a"), control.addresses[0]?.port, "127.0.0.1");
  await vi.waitUntil(() => control.stats().v2?.heard === 1);
  expect(control.stats()).toMatchObject({ heard: 0, v2: { dropped: { short: 1 } } });
});

describe("the keys", () => {
  test("of a secret are those of v1, of v2, and of the thirteen pairs' sessions", async () => {
    const keys = await controlKeys("Secret\n");
    expect(keys.v1).toEqual(new TextEncoder().encode("Secret\n"));
    expect(keys.control).toEqual(controlKey(await rootKey("Secret")));
    expect(new Set(keys.slotSessions.map(String)).size).toBe(13);
  });

  test("of a control key are those of v2 alone", async () => {
    const key = controlKey(await rootKey("Secret"));
    expect(await controlKeys(`${formatControlKey(key)}\n`)).toEqual({ v1: null, control: key, slotSessions: [] });
  });

  test("of a prepared secret are those of what it was made of", async () => {
    const controlText = formatControlKey(controlKey(await rootKey("Secret")));
    for (const secret of ["Secret\n", SECRET, controlText]) {
      expect(await controlKeys(await prepareSecret(secret))).toEqual(await controlKeys(secret));
    }
  });

  test("are made of the bytes as they were when they were asked for", async () => {
    const bytes = new TextEncoder().encode("Secret");
    const keys = controlKeys(bytes);
    bytes.fill(0);
    expect(await keys).toEqual(await controlKeys("Secret"));
  });

  test("are given up on an abort", async () => {
    const ending = new AbortController();
    const keys = controlKeys("Secret", { signal: ending.signal });
    ending.abort(new Error("enough"));
    await expect(keys).rejects.toThrow("enough");
    await expect(controlKeys("Secret", { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });
});

test("a dual-stack node shows and answers IPv4 peers as IPv4", async () => {
  const control = await start({ local: ":0" });
  const [a, b] = [await peer(), await peer()];
  a.socket.send(announce("c"), control.addresses[0]?.port, "127.0.0.1");
  await vi.waitUntil(() => control.stats().heard === 1);
  const toB = b.next();
  b.socket.send(announce("d"), control.addresses[0]?.port, "127.0.0.1");
  expect(await toB).toBe(`"i|c|127.0.0.1:${a.port}"`);
});

test("a taken port is said clearly, and nothing is left open", async () => {
  const control = await start();
  const taken = formatEndpoint(control.addresses[0] ?? { address: "", port: 0 });
  const before = leftovers();
  const error = await startControl({ local: taken, secret: SECRET }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ControlError);
  expect(error).toMatchObject({ code: "address-in-use", message: expect.stringContaining(taken) });
  expect((error as ControlError).cause).toBeDefined();
  await expectOnly(before);
});

test("close may be called twice, resolves `closed`, and leaves no handle", async () => {
  const a = await peer();
  const before = leftovers();
  const control = await start();
  a.socket.send(announce("a"), control.addresses[0]?.port, "127.0.0.1");
  await vi.waitUntil(() => control.stats().heard === 1);
  await Promise.all([control.close(), control.close()]);
  await control.closed;
  await expectOnly(before);
  expect(control.stats().heard).toBe(1);
});

test("a node whose socket somebody else closes says so through `closed`, and only there", async () => {
  const control = await start();
  opened.at(-1)?.socket.close();
  const error = await control.closed.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ControlError);
  expect(error).toMatchObject({ code: "socket-closed" });
  await control.close();
});

describe("an abort", () => {
  const reason = new Error("enough");

  test("before the start opens nothing and rejects with its reason", async () => {
    const before = leftovers();
    await expect(start({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expectOnly(before);
  });

  test("while the socket is being opened rejects with its reason and leaves nothing", async () => {
    const before = leftovers();
    for (const local of ["127.0.0.1:0", ":0", "localhost:0"]) {
      const ending = new AbortController();
      const starting = start({ local, signal: ending.signal });
      ending.abort(reason);
      await expect(starting).rejects.toBe(reason);
    }
    await expectOnly(before);
  });

  test("after one, two, three ... turns of the event loop ends it all the same", async () => {
    for (let turns = 0; turns < 8; turns++) {
      const ending = new AbortController();
      const starting = startControl({ local: "127.0.0.1:0", secret: SECRET, signal: ending.signal });
      const ended = starting.then(
        (control) => control.closed.then(() => "closed"),
        (error: unknown) => error,
      );
      await turnsOfTheLoop(turns);
      ending.abort(reason);
      expect([reason, "closed"]).toContain(await ended);
    }
  });

  test("of a running node closes it, and `closed` resolves", async () => {
    const ending = new AbortController();
    const control = await start({ signal: ending.signal });
    ending.abort(reason);
    await control.closed;
  });

  test("leaves no listener on the signal of a node that was closed", async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    const control = await start({ signal });
    await control.close();
    await vi.waitUntil(() => removed.mock.calls.length > 0);
  });
});

describe("wrong options are named before anything is opened", () => {
  const wrong: [string, object, ErrorConstructor, RegExp][] = [
    ["no address", { local: "7777" }, TypeError, /"local"/],
    ["a port out of range", { local: ":77777" }, RangeError, /"local"/],
    ["an empty secret", { secret: "" }, RangeError, /"secret"/],
    ["no secret", { secret: undefined }, TypeError, /"secret"/],
    ["a control key cut short", { secret: "np2c_Secret" }, RangeError, /"secret"/],
    ["more bindings than there may be", { budgets: { bindings: 1e9 } }, RangeError, /"budgets\.bindings"/],
    ["a budget out of range", { budgets: { announcesPerSecond: 0 } }, RangeError, /"budgets\.announcesPerSecond"/],
    ["observers that are none", { observers: {} }, TypeError, /"observers"/],
  ];
  test.each(wrong)("%s", async (_, options, kind, message) => {
    const before = leftovers();
    const error = await start(options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain(SECRET);
    await expectOnly(before);
  });
});

test("a log line opens a datagram, and says why where it cannot", () => {
  expect(inWords(SECRET, announce("a"))).toBe('"a"');
  expect(inWords("another", announce("a"))).toBe('"[message skipped due to invalid signature]"');
  expect(inWords(SECRET, new Uint8Array(3))).toBe('"[message skipped, since it is too short]"');
});
