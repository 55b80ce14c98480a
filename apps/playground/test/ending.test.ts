import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const dist = mkdtempSync(join(tmpdir(), "netpunch-playground-ending-"));
const servers: ChildProcess[] = [];
const seen = new Set<number>();

beforeAll(async () => {
  mkdirSync(join(dist, "page"));
  writeFileSync(join(dist, "page/index.html"), "<html><head></head></html>");
  const configFile = join(root, "vite.server.config.ts");
  await build({ root, configFile, logLevel: "error", build: { outDir: join(dist, "server"), emptyOutDir: true } });
}, 60_000);
afterAll(() => {
  for (const server of servers) server.kill("SIGKILL");
  // What did not end by itself is not left to the machine.
  for (const { pid } of processes()) if (seen.has(pid)) process.kill(pid);
  rmSync(dist, { recursive: true });
});

/** The server as `pnpm playground` starts it. */
async function startServer(): Promise<{ readonly server: ChildProcess; readonly pid: number; readonly url: string }> {
  const server = spawn(process.execPath, [join(dist, "server/main.js"), "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push(server);
  const [line] = await once(server.stdout, "data");
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(line))?.[0];
  if (url === undefined || server.pid === undefined) throw new Error(`expected an address, got ${line}`);
  return { server, pid: server.pid, url };
}

/** Lets real processes meet; comes back as soon as both peers are there, with the rest of the run as a stream. */
async function startRun(url: string): Promise<ReadableStreamDefaultReader<string>> {
  const token = /content="([\w-]+)"/.exec(await (await fetch(url)).text())?.[1] ?? "";
  const headers = { "x-netpunch-token": token };
  const { body } = await fetch(`${url}live/run`, { method: "POST", headers, body: "v2" });
  if (body === null) throw new Error("no run");
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let told = ""; !(told.includes('"bound","who":"a"') && told.includes('"bound","who":"b"')); ) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the run ended early: ${told}`);
    told += value;
  }
  return reader;
}

/** The living processes, without those that have ended and that nobody has asked about yet. */
function processes(): readonly { readonly pid: number; readonly parent: number }[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([pid, , state = ""]) => pid !== "" && !state.startsWith("Z"))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}

/** Control, which ends only when it is told to, and the peers that still talk. */
function childrenOf(server: number): readonly number[] {
  const children = processes().flatMap(({ pid, parent }) => (parent === server ? [pid] : []));
  for (const pid of children) seen.add(pid);
  return children;
}

const left = (pids: readonly number[]) => processes().filter(({ pid }) => pids.includes(pid)).length;

describe("the processes of a live run", () => {
  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("end when the server ends by %s", async (signal) => {
    const { server, pid, url } = await startServer();
    const reader = await startRun(url);
    const children = childrenOf(pid);
    expect(children).not.toEqual([]);
    const ended = once(server, "exit");
    server.kill(signal);
    const rest = reader.read().catch(() => null);
    expect(await ended).toEqual(signal === "SIGKILL" ? [null, "SIGKILL"] : [0, null]);
    await expect.poll(() => left(children), { timeout: 1000, interval: 20 }).toBe(0);
    await rest;
  });

  it("end when the page that asked for them is closed, and the server takes the next run", async () => {
    const { pid, url, server } = await startServer();
    const reader = await startRun(url);
    const children = childrenOf(pid);
    expect(children).not.toEqual([]);
    await reader.cancel();
    await expect.poll(() => left(children), { timeout: 1000, interval: 20 }).toBe(0);
    const again = await startRun(url);
    expect(childrenOf(pid)).not.toEqual([]);
    await again.cancel();
    server.kill();
  });
});
