import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { userEnvironment } from "../src/shell.js";

const run = (cwd: string, command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd, env: userEnvironment, encoding: "utf8" });

describe("npm install @netpunch/peer", () => {
  it("brings no more than wire, crypto, transport and noble's ciphers and hashes", () => {
    const modules = join(inject("peerOnly"), "node_modules");
    const installed = readdirSync(modules)
      .filter((name) => !name.startsWith("."))
      .flatMap((scope) => readdirSync(join(modules, scope)).map((name) => `${scope}/${name}`));
    expect(installed.sort()).toEqual([
      "@netpunch/crypto",
      "@netpunch/peer",
      "@netpunch/transport",
      "@netpunch/wire",
      "@noble/ciphers",
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

/** A control node that has the control key alone, and two peers of a session that say a word each. */
const SESSION = `
  import { startControl } from "@netpunch/control";
  import { controlKey, formatControlKey, generateSecret, rootKey } from "@netpunch/crypto";
  import { punch } from "@netpunch/peer";
  const secret = generateSecret();
  const node = await startControl({ local: "127.0.0.1:0", secret: formatControlKey(controlKey(await rootKey(secret))) });
  const control = "127.0.0.1:" + node.addresses[0].port;
  const meet = () => punch({ control, session: "home", secret, local: "127.0.0.1:0", timeoutMs: 20_000 });
  const holes = await Promise.all([meet(), meet()]);
  for (const hole of holes) hole.send(new TextEncoder().encode("hello by " + hole.protocol));
  for (const hole of holes) {
    for await (const message of hole.messages) {
      console.log(new TextDecoder().decode(message));
      break;
    }
  }
  await Promise.all(holes.map((hole) => hole.release()));
  await node.close();`;

describe("npm install @netpunch/peer @netpunch/control", () => {
  it("lets two peers of a session meet by v2, at a control node that has the control key alone", () => {
    const printed = run(inject("everything"), process.execPath, "--input-type=module", "-e", SESSION);
    expect(printed).toBe("hello by v2\nhello by v2\n");
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

describe("the command out of a clone", () => {
  const clone = fileURLToPath(new URL("../..", import.meta.url));
  const readme = readFileSync(join(clone, "README.md"), "utf8");
  let prefix = "";
  beforeAll(() => {
    prefix = mkdtempSync(join(tmpdir(), "netpunch-clone-"));
  });
  afterAll(() => rmSync(prefix, { recursive: true }));

  const bash = (line: string) =>
    execFileSync("bash", ["-c", line], {
      cwd: clone,
      env: { ...userEnvironment, npm_config_prefix: prefix, PATH: `${join(prefix, "bin")}:${process.env["PATH"]}` },
      encoding: "utf8",
    });

  it("is installed by the README's line, without any package from npm", () => {
    const line = /^npm install --global \.\/.*$/m.exec(readme)?.[0];
    bash(`${line} --offline`);
    expect(bash("command -v netpunch").trim()).toBe(join(prefix, "bin", "netpunch"));
    expect(bash("netpunch -version")).toMatch(/\d+\.\d+\.\d+/);
  });

  it("lets peers meet, and reads its secret from a file, a pipe and a shell's <(...) alike", () => {
    expect(bash("netpunch demo").match(/^LADDR\/.*/gm)).toHaveLength(2);
    const key = join(prefix, "key");
    bash(`netpunch keygen -output ${key}`);
    const shown = ["FILE", "<(cat FILE)", "/dev/stdin < FILE", "/dev/stdin <<< $(cat FILE)"].map((source) =>
      bash(`netpunch keygen -control -secret-file ${source.replaceAll("FILE", key)}`),
    );
    expect(new Set(shown).size).toBe(1);
  });
});
