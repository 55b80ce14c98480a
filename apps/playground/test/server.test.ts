import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLive } from "../server/live.js";
import { openSite, type Site } from "../server/site.js";

const root = mkdtempSync(join(tmpdir(), "netpunch-playground-"));
writeFileSync(join(root, "index.html"), "<html><head></head></html>");
let site: Site;

beforeAll(async () => {
  site = await openSite({ root, port: 0, live: createLive() });
});
afterAll(async () => {
  await site.close();
  rmSync(root, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(path: string, headers: Record<string, string> = {}, method = "GET", body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port: site.port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("the server of the playground", () => {
  it("gives its page a word that nobody else has", async () => {
    const { status, body } = await ask("/");
    expect(status).toBe(200);
    expect(body).toMatch(/<meta name="netpunch-live" content="[\w-]{32}" \/>/);
  });

  it.each([
    ["that had its name point here", { host: "evil.example" }],
    ["that sends its Origin", { origin: "https://evil.example" }],
    ["in a sandbox", { origin: "null" }],
    ["whose browser says so", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    ["on another port of this machine", { origin: "http://127.0.0.1:1" }],
  ])("refuses a page %s", async (_, headers) => {
    const { status, body } = await ask("/", headers as Record<string, string>);
    expect(status).toBe(403);
    expect(body).not.toContain("netpunch-live");
  });

  it("starts nothing for who does not bring the word", async () => {
    expect((await ask("/live/run", {}, "POST", "v1")).status).toBe(403);
    expect((await ask("/live/run", { "x-netpunch-token": "x".repeat(32) }, "POST", "v1")).status).toBe(403);
    expect((await ask("/live/run")).status).toBe(404);
  });

  it.each([
    "/../package.json",
    "/%2e%2e/package.json",
    "/..%2fpackage.json",
    "/%00",
    "/%",
    "//etc/passwd",
    "/nothing.js",
  ])("has no %s", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it("refuses a run by a protocol that it does not know", async () => {
    const token = /content="([\w-]+)"/.exec((await ask("/")).body)?.[1] ?? "";
    expect((await ask("/live/run", { "x-netpunch-token": token }, "POST", "v9")).status).toBe(400);
    expect((await ask("/live/run", { "x-netpunch-token": token }, "POST", "v".repeat(5000))).status).toBe(400);
  });
});

describe("pnpm playground", () => {
  const command = ["--conditions=@netpunch/source", "--import", "tsx"];
  const main = join(import.meta.dirname, "../server/main.ts");
  const start = (...args: string[]) =>
    spawnSync(process.execPath, [...command, main, ...args], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      timeout: 20_000,
    });

  it("says what it does", () => {
    const { status, stdout } = start("--help");
    expect([status, stdout.includes("--port PORT")]).toEqual([0, true]);
  });

  it.each([["--port", "x"], ["--port", "65536"], ["--nonsense"]])("refuses %s %s", (...args) => {
    const { status, stderr } = start(...args);
    expect(status).toBe(2);
    expect(stderr).toContain("Usage: pnpm playground");
  });

  it("says that its port is taken, or that the page is not built", () => {
    const { status, stderr } = start("--port", String(site.port));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^(Port \d+ is taken|The page is not built yet)/);
  });

  it("is a program of this machine only", () => {
    expect(site.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });
});
