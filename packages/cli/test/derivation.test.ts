import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { control, netpunch, partner, type Run } from "./netpunch.js";

/** As much of a file of NODE_V8_COVERAGE as this reads: each function of the process, and how often it was called. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

const directory = mkdtempSync(join(tmpdir(), "netpunch-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Starts the command, and has node count the calls of its functions. */
function counted(...args: readonly string[]): { readonly run: Run; readonly scrypts: () => number } {
  const counts = mkdtempSync(join(directory, "run-"));
  const run = netpunch(args, { env: { ...process.env, NODE_V8_COVERAGE: counts } });
  const scrypts = () => {
    const files = readdirSync(counts).map((file): Coverage => JSON.parse(readFileSync(join(counts, file), "utf8")));
    const functions = files.flatMap(({ result }) => result.flatMap((script) => script.functions));
    const calls = functions.filter(({ functionName }) => functionName === "scryptAsync");
    expect(functions.length, "node has counted").toBeGreaterThan(100);
    return calls.reduce((sum, { ranges: [whole] }) => sum + (whole?.count ?? 0), 0);
  };
  return { run, scrypts };
}

describe("a passphrase is stretched once, though the log needs its keys as well", () => {
  it("by control", async () => {
    const { run, scrypts } = counted("control", "-local", "127.0.0.1:0", "-secret", "a passphrase", "-json");
    await run.until(/"type":"listening"/);
    await run.end("SIGTERM");
    expect(scrypts()).toBe(1);
  });

  it("by a peer of a session: as is the session's own; and by none in protocol v1", async () => {
    const nowhere = ["-local", "127.0.0.1:0", "-remote", "127.0.0.1:9", "-secret", "a passphrase", "-timeout", "300ms"];
    const session = counted("peer", "-session", "home", "-session-secret", "another one", ...nowhere);
    const v1 = counted("peer", "a", "-protocol", "v1", ...nowhere);
    await Promise.all([session.run.ended, v1.run.ended]);
    expect([session.scrypts(), v1.scrypts()]).toEqual([2, 0]);
  });

  it("by a peer in a slot, whose result says how long that took", async () => {
    const secret = "a passphrase";
    const address = await control(secret);
    const flags = ["-local", "127.0.0.1:0", "-remote", address, "-secret", secret, "-json"];
    const { run, scrypts } = counted("peer", "a", ...flags);
    await Promise.all([partner(address, { slot: "b" }, secret), run.ended]);
    expect(scrypts()).toBe(1);
    expect(JSON.parse(run.stdout).keyDerivationMs).toBeGreaterThan(30);
  });
});
