import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { userEnvironment } from "../src/shell.js";

const run = (cwd: string, command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd, env: userEnvironment, encoding: "utf8" });

describe("npm install @netpunch/peer", () => {
  it("brings no more than wire, crypto, transport and noble's hashes", () => {
    const modules = join(inject("peerOnly"), "node_modules");
    const installed = readdirSync(modules)
      .filter((name) => !name.startsWith("."))
      .flatMap((scope) => readdirSync(join(modules, scope)).map((name) => `${scope}/${name}`));
    expect(installed.sort()).toEqual([
      "@netpunch/crypto",
      "@netpunch/peer",
      "@netpunch/transport",
      "@netpunch/wire",
      "@noble/hashes",
    ]);
  });

  it("loads, by import and by require", () => {
    const load =
      "import('@netpunch/peer').then(({ punch }) => console.log(typeof punch, typeof require('@netpunch/peer').punch))";
    expect(run(inject("peerOnly"), process.execPath, "--no-warnings", "--input-type=commonjs", "-e", load)).toBe(
      "function function\n",
    );
  });
});

describe("npm install @netpunch/cli", () => {
  const netpunch = (...args: string[]) => run(inject("everything"), "npx", "--no", "netpunch", ...args);

  it("gives a netpunch command that tells its version", () => {
    expect(netpunch("-version")).toMatch(/\d+\.\d+\.\d+/);
  });

  it("shows control and two peers meeting in its demo, a result line for each peer", () => {
    const results = netpunch("demo").match(/LADDR\/LHOST\/LPORT\/RADDR\/RHOST\/RPORT: .*/g);
    expect(results).toHaveLength(2);
  });
});
