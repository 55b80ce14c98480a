import { describe, expect, it } from "vitest";
import { COMMAND } from "./bundle.js";
import { control, controlProcess, netpunch, type Run, SECRET, start, udpSocket } from "./netpunch.js";

/** What we promise; a machine that is busy with other tests may need another try. */
const PROMPT_MS = 200;
const BUSY = { retry: 2 };

const PEER = ["-peer", "a", "-secret", SECRET, "-local", "127.0.0.1:0"];
const NAMES = { SIGINT: "interrupt (0x02)", SIGTERM: "terminated (0x0F)", SIGHUP: "hangup (0x01)" } as const;

async function expectStopped(run: Run, signal: keyof typeof NAMES, code: number): Promise<void> {
  const end = await run.end(signal);
  expect(end).toMatchObject({ code, signal: null });
  expect(end.afterMs).toBeLessThan(PROMPT_MS);
  const log = run.log.map((line) => line.replace(/.*\[info\] /, ""));
  const at = log.indexOf(`Shutting down due to signal: ${NAMES[signal]}`);
  expect(at).toBeGreaterThan(0);
  const rest = log.slice(at + 1).filter((line) => !line.startsWith("write:") && !line.startsWith("read:"));
  expect(rest).toEqual(
    code === 0 ? ["close: ok"] : ["close: ok", `Error: stopped by ${signal} before there was a hole to slot b`],
  );
}

describe.each(["SIGINT", "SIGTERM"] as const)("%s", BUSY, (signal) => {
  it("ends a control node well, and its port is free", async () => {
    const { run, address } = await controlProcess();
    await expectStopped(run, signal, 0);
    await udpSocket(Number(address.split(":")[1]));
  });

  it("ends a peer that control does not answer, with 1", async () => {
    const { port } = (await udpSocket()).address();
    const run = netpunch([...PEER, "-remote", `127.0.0.1:${port}`]);
    await run.until(/write: "a"/);
    await expectStopped(run, signal, 1);
  });
});

const WAITING_PEER = ["-peer", "a", "-secret", SECRET, "-local", "127.0.0.1:0", "-remote"];

describe("SIGHUP", BUSY, () => {
  const programs = {
    "a control node": async () => ["control", "-secret", SECRET, "-local", "127.0.0.1:0"],
    "a waiting peer": async () => [...WAITING_PEER, await control()],
  };

  it.each(Object.entries(programs))(
    "does not end %s without a terminal, as under nohup or systemd",
    async (_, args) => {
      const run = start("nohup", [process.execPath, COMMAND, ...(await args())]);
      await run.until(/Start in \w+ mode/);
      run.child.kill("SIGHUP");
      await run.until(/\[info\] SIGHUP ignored: no terminal is attached\n/);
      const end = await run.end("SIGTERM");
      expect(end.signal).toBeNull();
      expect(run.stderr).toContain("Shutting down due to signal: terminated (0x0F)");
    },
  );

  it.each(Object.entries(programs))(
    "ends %s whose terminal is gone, with 129, which is nobody's success",
    async (_, args) => {
      const command = [process.execPath, COMMAND, ...(await args())].map((word) => `'${word}'`).join(" ");
      // The shell tells what its child ended with; `script` is the terminal.
      const shell = `${command} & echo pid $! ; wait $!; echo "ended with $?"`;
      const run = start("script", ["-qec", shell, "/dev/null"], { stdio: ["pipe", "pipe", "pipe"] });
      const pid = Number((await run.until(/pid (\d+)/))[1]);
      await run.until(/Start in \w+ mode/);
      process.kill(pid, "SIGHUP");
      await run.until(/Shutting down due to signal: hangup \(0x01\)/);
      await run.until(/ended with 129/);
    },
  );
});

describe("a terminal that is closed", BUSY, () => {
  it("ends the peer that runs in it", async () => {
    const command = [process.execPath, COMMAND, ...WAITING_PEER, await control()].map((word) => `'${word}'`).join(" ");
    const run = start("script", ["-qec", `echo pid $$; exec ${command}`, "/dev/null"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const pid = Number((await run.until(/pid (\d+)/))[1]);
    await run.until(/waiting for slot b/);
    run.child.kill("SIGKILL");
    await run.ended;
    const isThere = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    for (let turn = 0; turn < 500 && isThere(); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isThere()).toBe(false);
  });
});

describe("SIGUSR1", () => {
  it("makes a waiting peer say what it waits for, and opens no debugger", async () => {
    const run = netpunch([...WAITING_PEER, await control()]);
    await run.until(/waiting for slot b: control knows of nobody/);
    run.child.kill("SIGUSR1");
    await run.until(/\[info\] waiting for slot b, \d+ s: control knows of nobody there yet\n/);
    expect(run.stderr).not.toMatch(/[Dd]ebugger/);
  });

  it.each([
    ["control", "-local", "127.0.0.1:0", "-secret", SECRET],
    [...WAITING_PEER, "127.0.0.1:9"],
    [...WAITING_PEER, "127.0.0.1:9", "-timeout", "50ms", "-retry"],
    [...WAITING_PEER.with(3, "a passphrase"), "127.0.0.1:9"],
  ])("opens no debugger in %s %s ...", async (...args) => {
    const run = netpunch(args);
    await run.until(/Start in \w+ mode/);
    for (let at = 0; at < 5; at++) {
      run.child.kill("SIGUSR1");
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(run.stderr).not.toMatch(/[Dd]ebugger/);
    await run.end("SIGKILL");
  });
});

describe("a stopping signal", BUSY, () => {
  it("ends a peer in the middle of its drill", async () => {
    const address = await control();
    // A partner that announces itself and is never heard of again.
    const partner = netpunch([...PEER.with(1, "b"), "-remote", address]);
    await partner.until(/read: info/);
    partner.child.kill("SIGKILL");
    const run = netpunch([...PEER, "-remote", address]);
    await run.until(/write: ping/);
    await expectStopped(run, "SIGTERM", 1);
  });

  it("ends a peer that makes a key of its passphrase", async () => {
    const { port } = (await udpSocket()).address();
    const run = netpunch([...PEER, "-secret", "a passphrase", "-remote", `127.0.0.1:${port}`]);
    await run.until(/Start in peer mode/);
    await run.end("SIGTERM");
    const end = await run.ended;
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(run.stderr).not.toContain("write:");
    expect(run.log.at(-1)).toBe("Error: stopped by SIGTERM before there was a hole to slot b");
  });

  it("ends a peer that looks a name up, of whatever", async () => {
    const run = netpunch([...PEER, "-remote", "vps.example:7777", "-silent"]);
    await new Promise((resolve) => run.child.once("spawn", resolve));
    const end = await run.end("SIGTERM");
    // Before node runs our first line, or while nobody can cancel the look-up, the signal itself is the end.
    expect(end.code === 1 || end.signal === "SIGTERM").toBe(true);
  });

  it("ends a peer between two tries of -retry", async () => {
    const { port } = (await udpSocket()).address();
    const run = netpunch([...PEER, "-remote", `127.0.0.1:${port}`, "-timeout", "100ms", "-retry"]);
    await run.until(/next try in/);
    const end = await run.end("SIGINT");
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(end.afterMs).toBeLessThan(PROMPT_MS);
  });
});
