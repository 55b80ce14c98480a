import { describe, expect, it } from "vitest";
import { COMMAND } from "./bundle.js";
import { control, netpunch, partner, type Run, SECRET, start, udpSocket } from "./netpunch.js";

const ESC = "\u001b";
const ERASE = `\r${ESC}[2K`;
const PEER = ["-peer", "a", "-secret", SECRET, "-local", "127.0.0.1:0"];

/** Runs the command on a terminal of its own; what the terminal shows is the run's standard output. */
function onTerminal(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Run {
  const command = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(" ");
  const env = { ...process.env, TERM: "xterm", NO_COLOR: "", ...environment };
  return start("script", ["-qec", command, "/dev/null"], { env, stdio: ["pipe", "pipe", "pipe"] });
}

/** The lines that stay on the screen. */
function screen(run: Run): readonly string[] {
  return run.stdout
    .split("\r\n")
    .map((line) => line.slice(line.lastIndexOf(ERASE) + 1).replace(`${ESC}[2K`, ""))
    .filter((line) => line !== "");
}

describe("a terminal", () => {
  it("shows one live line of what is waited for, and nothing of it is left", async () => {
    const address = await control();
    const run = onTerminal([...PEER, "-remote", address]);
    const waiting = "waiting for slot b, 0 s: control knows of nobody there yet";
    await run.until(new RegExp(`\\[2m${waiting}`));
    await partner(address);
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stdout).toContain(`${ERASE}${ESC}[2m${waiting}${ESC}[22m`);
    expect(screen(run).join("\n")).not.toMatch(/, \d s: |drilling|connected to/);
    expect(screen(run).at(-1)).toMatch(/^LADDR/);
    for (const line of screen(run).slice(0, -1)) expect(line).toMatch(/^\d{4}\/\d\d\/\d\d .*\[info\] /);
  });

  it("shows that a key is made of a passphrase, which takes a moment", async () => {
    const { port } = (await udpSocket()).address();
    const run = onTerminal([...PEER, "-secret", "a passphrase", "-remote", `127.0.0.1:${port}`]);
    await run.until(/\[2mmaking a key of the passphrase/);
    await run.until(/\[2mcontrol has not answered yet, \d s/);
  });

  it("shows whom the drill is for", async () => {
    const address = await control();
    const absent = netpunch([...PEER.with(1, "b"), "-remote", address]);
    await absent.until(/read: info/);
    absent.child.kill("SIGKILL");
    const run = onTerminal([...PEER, "-remote", address]);
    await run.until(/drilling 127\.0\.0\.1:\d+, 0 s: nothing heard from there yet/);
  });

  it("shows an error in red, and no colour under NO_COLOR", async () => {
    const [red, plain] = [onTerminal(["-peer", "a"]), onTerminal(["-peer", "a"], { NO_COLOR: "1" })];
    await Promise.all([red.ended, plain.ended]);
    expect(red.stdout).toContain(`${ESC}[31mError:${ESC}[39m you have to`);
    expect(plain.stdout).toMatch(/^Error: you have to/);
  });

  it("that cannot redraw shows no live line, nor does one with -silent", async () => {
    const { port } = (await udpSocket()).address();
    const flags = [...PEER, "-remote", `127.0.0.1:${port}`, "-timeout", "0.6"];
    const runs = [onTerminal(flags, { TERM: "dumb" }), onTerminal([...flags, "-silent"])];
    await Promise.all(runs.map((run) => run.ended));
    for (const run of runs) expect(run.stdout).not.toContain(ERASE);
    expect(runs[1]?.stdout).toMatch(/^\S*Error:\S* control .* has not answered/);
  });

  it("gives its interrupt key to the program that runs, once", async () => {
    const address = await control();
    const program = "trap 'echo interrupted' INT; echo ready; sleep 1; echo done";
    const run = onTerminal([
      ...PEER,
      "-remote",
      address,
      "-silent",
      "-command",
      "/bin/sh",
      "-raw",
      "-c",
      "-raw",
      program.replaceAll("'", '"'),
    ]);
    await partner(address);
    await run.until(/ready/);
    run.child.stdin?.write("\u0003");
    await run.ended;
    expect(run.stdout.match(/interrupted/g)).toHaveLength(1);
    expect(run.stdout).toContain("done");
  });
});

describe("a pipe", () => {
  it("gets log lines only, and one hint when control is silent for long", async () => {
    const { port } = (await udpSocket()).address();
    const run = netpunch([...PEER, "-remote", `127.0.0.1:${port}`]);
    await run.until(
      new RegExp(
        `\\[a\\] \\[info\\] hint: control 127\\.0\\.0\\.1:${port} has not answered yet: slot b is not started, .*\\n`,
      ),
    );
    expect(run.stderr).not.toContain(ESC);
  });
});
