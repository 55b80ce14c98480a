import { describe, expect, it } from "vitest";
import { control, controlProcess, netpunch, type Run, SECRET, udpSocket } from "./netpunch.js";

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

describe.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s", BUSY, (signal) => {
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
