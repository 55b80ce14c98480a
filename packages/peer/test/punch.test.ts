import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createOriginalControl } from "@netpunch/original";
import type { Driver } from "@netpunch/transport/udp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Hole, PunchError, punch } from "../src/index.js";
import { bytes, expectFree, expectNoLeftovers, firstMessage, rejection, serve, text } from "./loopback.js";

/** Protocol v1 over real UDP on loopback. Control here is the original's: it never pushes, so this is the harder half. */
const V1 = { secret: "s", protocol: "v1" } as const;

let control: { address: string; driver: Driver };
const open: Hole[] = [];

expectNoLeftovers();

beforeEach(async () => {
  control = await serve(createOriginalControl(V1.secret));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((hole) => hole.release()));
  await control.driver.close();
});

async function pair(options: { a?: object; b?: object } = {}): Promise<[Hole, Hole]> {
  const common = { control: control.address, ...V1, local: "127.0.0.1:0" };
  const holes = await Promise.all([
    punch({ ...common, slot: "a", ...options.a }),
    punch({ ...common, slot: "b", ...options.b }),
  ]);
  open.push(...holes);
  return holes;
}

describe("two peers over loopback", () => {
  test("meet, and talk both ways through the hole", async () => {
    const [a, b] = await pair();
    expect(a.remote).toEqual(b.local);
    expect(b.remote).toEqual(a.local);
    a.send(bytes("from a"));
    b.send(bytes("from b"));
    expect(await Promise.all([firstMessage(a), firstMessage(b)])).toEqual(["from b", "from a"]);
    expect(a.report.totalMs).toBeGreaterThan(0);
    expect(a.report.phases[0]?.phase).toBe("discovering");
    expect(a.report.control?.port).toBe(Number(control.address.split(":")[1]));
  });

  test("the application's listeners on the socket see its datagrams and none of netpunch's", async () => {
    const [a, b] = await pair();
    const seen: string[] = [];
    const last = new Promise<void>((resolve) => {
      a.socket.on("message", (message) => {
        seen.push(text(message));
        if (seen.length === 3) resolve();
      });
    });
    for (const word of ["one", "two", "three"]) b.send(bytes(word));
    await last;
    expect(seen).toEqual(["one", "two", "three"]);
  });

  test("release leaves the port to another program", async () => {
    const [a, b] = await pair();
    await Promise.all([a.release(), b.release()]);
    await expectFree(a.local.port);
    expect(() => a.send(bytes("late"))).toThrow(/open hole/);
    for await (const _ of a.messages) throw new Error("a released hole has no messages");
  });

  test("`await using` releases", async () => {
    let port = 0;
    const common = { control: control.address, ...V1, local: "127.0.0.1:0" };
    const partner = punch({ ...common, slot: "d" });
    {
      await using hole = await punch({ ...common, slot: "c" });
      port = hole.local.port;
    }
    open.push(await partner);
    await expectFree(port);
  });

  test("on dual-stack sockets they meet over IPv4 all the same", async () => {
    const [a, b] = await pair({ a: { local: ":0" }, b: { local: ":0" } });
    expect(a.remote).toEqual({ address: "127.0.0.1", port: b.local.port });
    a.send(bytes("hello"));
    expect(await firstMessage(b)).toBe("hello");
  });
});

describe("a caller's own socket", () => {
  let socket: Socket;
  beforeEach(async () => {
    socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
  });

  test("is used, hides netpunch's datagrams from its listeners all along, and stays open", async () => {
    const seen: string[] = [];
    socket.on("message", (message) => seen.push(text(message)));
    const [a, b] = await pair({ a: { local: undefined, socket } });
    expect(b.remote.port).toBe(socket.address().port);
    b.send(bytes("for the application"));
    expect(await firstMessage(a)).toBe("for the application");
    await a.release();
    expect(seen).toEqual(["for the application"]);
    expect(socket.address().port).toBe(b.remote.port);
    socket.close();
  });

  test("that its owner closes ends the punch with a clear error", async () => {
    const lost = punch({ control: control.address, ...V1, slot: "a", socket });
    setImmediate(() => socket.close());
    await expect(lost).rejects.toMatchObject({ name: "PunchError", code: "socket-error" });
  });
});

describe("without a hole", () => {
  test("a silent control: the code, how long it was, and what to check", async () => {
    const lost = punch({ control: control.address, ...V1, slot: "a", local: "127.0.0.1:0", timeoutMs: 60 });
    const error = await rejection(lost);
    expect(error).toBeInstanceOf(PunchError);
    expect(error).toMatchObject({ code: "control-silent" });
    expect((error as PunchError).message).toContain(`control ${control.address} has not answered in 0.`);
    expect((error as PunchError).advice).toMatch(/slot b .*same control.*same secret/s);
    expect(JSON.stringify(error)).not.toContain('"s"');
  });

  test("a control that does not run: its machine says so, and the advice passes it on", async () => {
    await control.driver.close();
    const lost = punch({ control: control.address, ...V1, slot: "a", local: "127.0.0.1:0", timeoutMs: 2500 });
    await expect(lost).rejects.toMatchObject({
      code: "control-silent",
      advice: expect.stringContaining(`nobody listens on ${control.address}`),
    });
  });

  test("a partner that control knows and nobody hears", async () => {
    const gone = await pair();
    await Promise.all(gone.map((hole) => hole.release()));
    const lost = punch({ control: control.address, ...V1, slot: "a", local: "127.0.0.1:0", timeoutMs: 80 });
    await expect(lost).rejects.toMatchObject({
      code: "partner-unheard",
      message: expect.stringContaining(`127.0.0.1:${gone[1].local.port}`),
    });
  });

  test("a name that has no address", async () => {
    const lost = punch({
      control: "no-such-host.invalid:7777",
      ...V1,
      slot: "a",
      local: "127.0.0.1:0",
      timeoutMs: 400,
    });
    await expect(lost).rejects.toMatchObject({
      code: "host-not-found",
      message: expect.stringContaining("no-such-host.invalid:7777"),
    });
  });

  test("a port that is taken", async () => {
    const port = Number(control.address.split(":")[1]);
    const lost = punch({ control: control.address, ...V1, slot: "a", local: `127.0.0.1:${port}` });
    await expect(lost).rejects.toMatchObject({
      code: "address-in-use",
      message: expect.stringContaining(String(port)),
    });
  });

  test.each([0, 1, 5, 40])("an abort %i ms later rejects with the signal's own reason", async (ms) => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const lost = punch({
      control: control.address,
      ...V1,
      slot: "a",
      local: "127.0.0.1:0",
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), ms);
    await expect(lost).rejects.toBe(reason);
  });

  test("a signal that was aborted before opens nothing", async () => {
    const lost = punch({ control: control.address, ...V1, slot: "a", signal: AbortSignal.abort() });
    await expect(lost).rejects.toMatchObject({ name: "AbortError" });
  });

  test("an abort after the hole is there changes nothing", async () => {
    const controller = new AbortController();
    const [a, b] = await pair({ a: { signal: controller.signal } });
    controller.abort();
    a.send(bytes("still here"));
    expect(await firstMessage(b)).toBe("still here");
  });

  test.each([
    [{ slot: "ab" }, TypeError, '"slot" expected one letter a-z, got "ab"'],
    [{ slot: "A" }, TypeError, '"slot" expected one letter a-z, got "A"'],
    [{ slot: 1 as never }, TypeError, '"slot" expected one letter a-z, got 1'],
    [{ secret: "" }, RangeError, '"secret"'],
    [{ secret: 5 as never }, TypeError, '"secret"'],
    [{ control: "vps" }, TypeError, '"control" expected host:port'],
    [{ control: "vps:0" }, RangeError, '"control"'],
    [{ control: "::1:7777" }, TypeError, '"control"'],
    [{ local: "5000" }, TypeError, '"local" expected host:port'],
    [{ local: ":70000" }, RangeError, '"local"'],
    [{ timeoutMs: 0 }, RangeError, '"timeoutMs" expected 1 to 2147483647, got 0'],
    [{ timeoutMs: Number.NaN }, RangeError, '"timeoutMs"'],
    [{ timeoutMs: 2 ** 31 }, RangeError, '"timeoutMs"'],
    [{ socket: {} as never }, TypeError, '"local" and "socket" expected at most one'],
  ])("misuse %j names the argument, what was expected and what came", async (wrong, type, message) => {
    const lost = punch({ control: control.address, ...V1, slot: "a", local: "127.0.0.1:0", ...wrong });
    const error = await rejection(lost);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(message);
  });
});
