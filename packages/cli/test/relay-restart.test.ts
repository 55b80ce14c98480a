import type { Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { netpunch, type Run, SECRET } from "./netpunch.js";
import { releasedPair } from "./relay-run.js";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

async function control(local: string, ...more: readonly string[]): Promise<{ run: Run; port: number }> {
  const run = netpunch(["control", "-local", local, "-secret", SECRET, "-quiet", ...more]);
  const [, port] = await run.until(/Start in control mode on 127\.0\.0\.1:(\d+)/);
  return { run, port: Number(port) };
}

async function programs(port: number): Promise<readonly [Socket, Socket]> {
  const pair = await releasedPair(port);
  sockets.push(...pair);
  return pair;
}

/** Both say something again and again, as programs do, until one of them hears the other. */
async function hears(listener: Socket, speaker: Socket, port: number): Promise<string> {
  const heard = once(listener, "message");
  const say = () => {
    listener.send("hello from the listener", port, "127.0.0.1");
    speaker.send("hello from the speaker", port, "127.0.0.1");
  };
  say();
  const again = setInterval(say, 50);
  const [bytes] = await heard;
  clearInterval(again);
  return String(bytes);
}

describe("programs that use the relay", () => {
  it("go on after control was stopped and started again with -relay-state, and the log tells of them", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "netpunch-")), "relay.json");
    const first = await control("127.0.0.1:0", "-relay-state", file);
    const [a, b] = await programs(first.port);
    await first.run.until(/relaying between 127\.0\.0\.1:\d+ and 127\.0\.0\.1:\d+\n/);
    expect(await hears(b, a, first.port)).toBe("hello from the speaker");
    expect(await first.run.end("SIGTERM")).toMatchObject({ code: 0 });
    expect(first.run.stderr).toMatch(/the program at 127\.0\.0\.1:\d+ goes on over the relay once control is back\n/);
    expect(JSON.parse(readFileSync(file, "utf8")).ends).toHaveLength(2);
    expect(readFileSync(file, "utf8")).not.toContain(SECRET);
    await control(`127.0.0.1:${first.port}`, "-relay-state", file);
    expect(await hears(b, a, first.port)).toBe("hello from the speaker");
    expect(await hears(a, b, first.port)).toBe("hello from the speaker");
  });

  it("go on after control was killed, as the file is always up to date", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "netpunch-")), "relay.json");
    const first = await control("127.0.0.1:0", "-relay-state", file);
    const [a, b] = await programs(first.port);
    await first.run.until(/another program has 127\.0\.0\.1:\d+ now.*\n.*\n?.*another program has/);
    while (JSON.parse(readFileSync(file, "utf8")).ends.length < 2) await new Promise(setImmediate);
    await first.run.end("SIGKILL");
    await control(`127.0.0.1:${first.port}`, "-relay-state", file);
    expect(await hears(b, a, first.port)).toBe("hello from the speaker");
  });

  it("are named when a control without -relay-state stops after -drain-for, and cut off", async () => {
    const { run, port } = await control("127.0.0.1:0", "-drain-for", "50ms");
    await programs(port);
    expect(await run.end("SIGTERM")).toMatchObject({ code: 0 });
    expect(run.stderr).toContain("waiting up to 0.05 s for 2 programs that use the relay\n");
    expect(run.stderr.match(/the program at 127\.0\.0\.1:\d+ loses the relay\n/g)).toHaveLength(2);
  });

  it("are not waited for any longer when the signal comes a second time", async () => {
    const { run, port } = await control("127.0.0.1:0", "-drain-for", "1h");
    await programs(port);
    run.child.kill("SIGTERM");
    await run.until(/waiting up to 3600 s/);
    expect(await run.end("SIGTERM")).toMatchObject({ signal: "SIGTERM" });
  });
});

it("a file for -relay-state that something else has written is left alone, and named", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "netpunch-")), "relay.json");
  writeFileSync(file, "my shopping list");
  const run = netpunch(["control", "-local", "127.0.0.1:0", "-secret", SECRET, "-relay-state", file]);
  expect(await run.ended).toMatchObject({ code: 1 });
  expect(run.stderr).toContain(`-relay-state: ${file} was not written by a control node`);
  expect(readFileSync(file, "utf8")).toBe("my shopping list");
});
