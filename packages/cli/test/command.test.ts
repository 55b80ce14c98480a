import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { control, netpunch, partner, type Run, SECRET } from "./netpunch.js";

const SH = "/bin/sh";

const COMMON = ["-secret", SECRET, "-local", "127.0.0.1:0"];

/** A peer that runs a program; resolves when the hole is there. */
async function peerWith(...flags: readonly string[]): Promise<Run> {
  const address = await control();
  const run = netpunch(["-peer", "a", ...COMMON, "-remote", address, "-silent", ...flags]);
  await partner(address);
  return run;
}

function script(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "netpunch-")), "script");
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describe("the program of -command", () => {
  it("gets its arguments in the order given, after the result line, and its exit code is ours", async () => {
    const run = await peerWith(
      ...["-command", "sh", "-raw", "-c", "-raw", 'for a; do echo "<$a>"; done; exit 7', "-raw", "name"],
      ...[
        "-arg",
        "one {{.LocalIP}} argument",
        "-fields",
        " {{.LocalIP}}  {{.LocalIP}}\n",
        "-raw",
        "{{.RemoteIP}}",
        "-arg",
        "",
      ],
    );
    expect(await run.ended).toMatchObject({ code: 7, signal: null });
    expect(run.stdout.replace(/^LADDR.*\n/, "")).toBe(
      "<one 127.0.0.1 argument>\n<127.0.0.1>\n<127.0.0.1>\n<{{.RemoteIP}}>\n<>\n",
    );
    expect(run.stdout).toMatch(/^LADDR/);
  });

  it("finds the local port free, and the partner's address right", async () => {
    const bind = `
      const s = require("dgram").createSocket("udp4");
      s.bind(Number(process.argv[1]), "127.0.0.1", () => { console.log("bound", process.argv[2]); s.close(); });`;
    const run = await peerWith(
      ...["-command", process.execPath, "-raw", "-e", "-raw", bind],
      ...["-fields", "{{.LocalPort}} {{.RemoteAddr}}", "-template", ""],
    );
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/bound 127\.0\.0\.1:\d+\n$/);
  });

  it("has our place where node can give it away, and else is our child", async () => {
    const run = await peerWith("-command", SH, "-raw", "-c", "-raw", "echo $$ $PPID");
    await run.ended;
    const [, pid, parent] = /^(\d+) (\d+)$/m.exec(run.stdout) ?? [];
    expect("execve" in process ? pid : parent).toBe(String(run.pid));
  });

  it("starts with default signal dispositions and none blocked", async () => {
    const run = await peerWith("-command", "grep", "-raw", "^Sig[IB]", "-raw", "/proc/self/status");
    await run.ended;
    expect(run.stdout).toMatch(/^SigBlk:\t0+$/m);
    expect(run.stdout).toMatch(/^SigIgn:\t0+$/m);
  });

  it("reads our standard input", async () => {
    const address = await control();
    const flags = ["-peer", "a", ...COMMON, "-remote", address, "-command", "cat"];
    const run = netpunch(flags, { stdio: ["pipe", "pipe", "pipe"] });
    run.child.stdin?.end("for the program");
    await partner(address);
    await run.ended;
    expect(run.stdout).toMatch(/\nfor the program$/);
  });

  it("is found through PATH, a script without #! too", async () => {
    const path = script("echo from a script\n");
    const run = await peerWith("-command", path);
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/from a script\n$/);
  });

  it("that cannot be started any more ends with 126", async () => {
    const path = script("#!/no/such/interpreter\n");
    const run = await peerWith("-command", path);
    expect((await run.ended).code).toBe(127);
    expect(run.stderr).toMatch(/^Error: cannot start ".*": no such file/);
  });

  it("dies of the signal that we get, and so do we", async () => {
    const run = await peerWith("-command", SH, "-raw", "-c", "-raw", "echo running; exec sleep 60");
    await run.until(/running/);
    const end = await run.end("SIGTERM");
    expect(end).toMatchObject({ signal: "SIGTERM" });
    expect(end.afterMs).toBeLessThan(200);
  });

  it("gets every signal that we get, and decides what it means", async () => {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT"] as const;
    const traps = signals.map((signal) => `trap 'echo got ${signal}' ${signal.slice(3)}`).join("; ");
    const program = `${traps}; echo ready; while :; do sleep 0.02; done`;
    const run = await peerWith("-command", SH, "-raw", "-c", "-raw", program);
    await run.until(/ready/);
    for (const signal of signals) {
      run.child.kill(signal);
      await run.until(new RegExp(`got ${signal}\\n`));
    }
  });

  it("that starts in the moment of a signal gets it, or the signal is our end", async () => {
    for (let round = 0; round < 3; round += 1) {
      const run = await peerWith("-command", SH, "-raw", "-c", "-raw", "echo ready; exec sleep 60");
      await run.until(/ready/);
      const end = await run.end("SIGTERM");
      expect(end.signal).toBe("SIGTERM");
    }
  });

  it("that is killed makes us end as a shell would say it", async () => {
    const run = await peerWith("-command", SH, "-raw", "-c", "-raw", "kill -SEGV $$");
    const { code, signal } = await run.ended;
    expect(code === 139 || signal === "SIGSEGV").toBe(true);
  });
});

describe("-retry", () => {
  it("punches again whenever the program has ended", async () => {
    const address = await control();
    const program = ["-command", SH, "-raw", "-c", "-raw", "echo ran"];
    const run = netpunch(["-peer", "a", ...COMMON, "-remote", address, "-retry", "-json", ...program]);
    await partner(address);
    await run.until(/ran\n/);
    await partner(address);
    await run.until(/ran\n[\s\S]*ran\n/);
    const results = run.stdout.split("\n").filter((line) => line.startsWith("{"));
    expect(results).toHaveLength(2);
    for (const result of results) {
      expect(JSON.parse(result)).toMatchObject({ schema: "netpunch/1", type: "result", slot: "a" });
    }
    expect(run.stderr).toMatch(/\[info\] command ended with exit code 0\n.*\[info\] next try in [01]\.\d s\n/);
  });

  it("without a program tries until there is a hole", async () => {
    const address = await control();
    const run = netpunch(["-peer", "a", ...COMMON, "-remote", address, "-retry", "-timeout", "0.5"]);
    await run.until(/\[error\] slot b did not come in 0\.\d s; control answers\n.*next try in/);
    await partner(address);
    expect(await run.ended).toMatchObject({ code: 0 });
  });

  it("ends with the program's code when a signal has ended the program", async () => {
    const trap = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    const run = await peerWith("-retry", "-command", SH, "-raw", "-c", "-raw", trap);
    await run.until(/ready/);
    expect(await run.end("SIGTERM")).toMatchObject({ code: 5 });
  });

  it("waits for an address that is not there yet", async () => {
    const run = netpunch([
      "-peer",
      "a",
      "-secret",
      SECRET,
      "-local",
      "192.0.2.77:0",
      "-remote",
      "127.0.0.1:9",
      "-retry",
    ]);
    await run.until(/\[error\] cannot listen on 192\.0\.2\.77:0.*\n.*next try in/);
  });
});
