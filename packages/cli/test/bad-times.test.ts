import { getuid } from "node:process";
import { describe, expect, it } from "vitest";
import { COMMAND } from "./bundle.js";
import { controlProcess, freePort, generatedSecret, netpunch, SECRET, start, udpSocket } from "./netpunch.js";

const PEER = ["-peer", "a", "-secret", SECRET, "-local", "127.0.0.1:0"];

/** Runs the command to its end: exit code, and standard error without the log. */
async function outcome(args: readonly string[]): Promise<string> {
  const run = netpunch(args);
  const { code } = await run.ended;
  expect(run.stdout).toBe("");
  return `${code}: ${run.log.filter((line) => !line.includes(" [info] ") && !line.includes(" [error] ")).join("\n")}`;
}

describe("a command line that cannot be meant", () => {
  it("ends with 1 and all mistakes in one line", async () => {
    expect(await outcome(["-peer", "a", "-timeout", "x"])).toMatch(
      /^1: Error: you have to specify remote address in peer mode role "a"; you have to specify secret [^\n]*; you have to specify local address [^\n]*; -timeout: [^\n]*$/,
    );
  });

  it("ends with 2 and the usage where a flag does not exist", async () => {
    expect(await outcome(["-foo"])).toMatch(/^2: flag provided but not defined: -foo\nUsage: netpunch -local/);
  });

  it("starts nothing: a port that is asked for stays free, a program that is named is not run", async () => {
    const port = await freePort();
    const socket = await udpSocket(port);
    socket.close();
    expect(await outcome(["-secret", SECRET, "-local", `:${port}`, "-remote", "h:1"])).toMatch(
      /^1: Error: you do not have/,
    );
    expect(await outcome([...PEER, "-remote", "h:1", "-command", "no-such-program-here"])).toMatch(
      /^1: Error: -command: there is no program "no-such-program-here" that can be run$/,
    );
  });

  it("asked for help or the version, the command prints it and ends well", async () => {
    const [help, version] = [netpunch(["-h"]), netpunch(["-version"])];
    expect([(await help.ended).code, (await version.ended).code]).toEqual([0, 0]);
    expect(help.stdout).toMatch(/^Usage: netpunch .*\n/);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(help.stderr + version.stderr).toBe("");
  });
});

describe("a system that refuses", () => {
  it("a port that is taken ends control and peer with 1", async () => {
    const { port } = (await udpSocket()).address();
    const local = ["-local", `127.0.0.1:${port}`, "-secret", SECRET];
    const text = `1: Error: cannot listen on 127.0.0.1:${port}: another socket holds the port`;
    expect(await outcome(local)).toContain(text);
    expect(await outcome([...local, "-peer", "a", "-remote", "127.0.0.1:9"])).toContain(text);
  });

  it("a privileged port ends the command of somebody without that privilege with 1", async () => {
    const flags = ["-secret", SECRET, "-local", "127.0.0.1:1"];
    // Root gives the privilege away; another user may have no right to read this checkout.
    const withoutPrivilege = ["--bounding-set=-net_bind_service", process.execPath, COMMAND, ...flags];
    const run = getuid?.() === 0 ? start("setpriv", withoutPrivilege) : netpunch(flags);
    expect(await run.ended).toMatchObject({ code: 1 });
    expect(run.stderr).toMatch(/^Error: cannot listen on 127\.0\.0\.1:1: a port below 1024 needs a privilege/);
  });

  it("an address of another machine ends with 1", async () => {
    expect(await outcome(["-secret", SECRET, "-local", "192.0.2.77:0"])).toMatch(
      /^1: Error: cannot listen on 192\.0\.2\.77:0/,
    );
  });

  it("a host that does not exist ends with 1, at once", async () => {
    expect(await outcome([...PEER, "-remote", "no-such-host.invalid:7777"])).toMatch(
      /^1: Error: cannot look up no-such-host\.invalid: .*\. Check the name/,
    );
    expect(await outcome(["-secret", SECRET, "-local", "no-such-host.invalid:7777"])).toMatch(
      /^1: Error: cannot look up/,
    );
  });

  it("an address that cannot be reached from the local one ends with 1 within a second", async () => {
    expect(await outcome([...PEER, "-remote", "192.0.2.1:7777"])).toMatch(
      /^1: Error: cannot send to 192\.0\.2\.1:7777: .*\. Check this machine's network/,
    );
  });
});

describe("a partner that does not come", () => {
  it("a silent control ends with 1 after the timeout, and says what may be wrong", async () => {
    const { port } = (await udpSocket()).address();
    expect(await outcome([...PEER, "-remote", `127.0.0.1:${port}`, "-timeout", "300ms"])).toMatch(
      new RegExp(`^1: Error: control 127\\.0\\.0\\.1:${port} has not answered in \\d\\.\\d s\\. .*slot b.*same secret`),
    );
  });

  it("another secret looks the same to the peer, and shows in control's log", async () => {
    const other = await controlProcess(generatedSecret("B"));
    expect(await outcome([...PEER, "-remote", other.address, "-timeout", "1"])).toMatch(
      /^1: Error: control .* has not/,
    );
    expect(other.run.stderr).toMatch(/\[info\] read: announce \(not verified\) <- 127\.0\.0\.1:\d+\n/);
    expect(other.run.stderr).toMatch(
      /\[info\] read: "\[message skipped due to invalid signature\]" <- 127\.0\.0\.1:\d+\n/,
    );
  });

  it("a datagram with another secret is named", async () => {
    const silent = await udpSocket();
    const run = netpunch([...PEER, "-remote", `127.0.0.1:${silent.address().port}`, "-timeout", "0.5"]);
    silent.on("message", (datagram, { port }) => {
      const forged = Buffer.from(datagram);
      forged[0] = (forged[0] ?? 0) ^ 1;
      silent.send(forged, port, "127.0.0.1");
    });
    expect(await run.ended).toMatchObject({ code: 1 });
    expect(run.log.at(-1)).toMatch(/datagrams came that are signed with another secret/);
  });

  it("with -json the error is one line on standard output, with code and advice", async () => {
    const { port } = (await udpSocket()).address();
    const run = netpunch([...PEER, "-remote", `127.0.0.1:${port}`, "-timeout", "0.2", "-json", "-silent"]);
    expect(await run.ended).toMatchObject({ code: 1 });
    expect(run.stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(run.stdout)).toEqual({
      schema: "netpunch/1",
      type: "error",
      code: "control-silent",
      message: expect.stringMatching(new RegExp(`^control 127\\.0\\.0\\.1:${port} has not answered in \\d\\.\\d s$`)),
      advice: expect.stringContaining("same secret"),
      exitCode: 1,
    });
    const usage = netpunch(["-json", "-foo"]);
    await usage.ended;
    expect(JSON.parse(usage.stdout)).toMatchObject({ type: "error", code: "usage", exitCode: 2 });
  });
});
