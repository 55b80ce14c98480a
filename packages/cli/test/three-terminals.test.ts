import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { control, controlProcess, freePort, LOG_LINE, netpunch, SECRET, start, udpSocket } from "./netpunch.js";

describe("three terminals, as the original's README has them", () => {
  it("show the original's log lines and both result lines in protocol v1", async () => {
    const [port, a, b] = [await freePort(), await freePort(), await freePort()];
    const node = netpunch(["-secret", "x", "-local", `:${port}`]);
    const peer = (slot: string, local: number) => {
      const flags = ["-secret", "x", "-local", `:${local}`, "-remote", `localhost:${port}`, "-protocol", "v1"];
      return netpunch(["-peer", slot, ...flags]);
    };
    await node.until(/Start in control mode/);
    const peerA = peer("a", a);
    await peerA.until(/write: "a"/);
    const peerB = peer("b", b);

    expect(await peerA.ended).toMatchObject({ code: 0 });
    expect(await peerB.ended).toMatchObject({ code: 0 });
    expect(peerA.stdout).toBe(`LADDR/LHOST/LPORT/RADDR/RHOST/RPORT: :${a} n/a ${a} 127.0.0.1:${b} 127.0.0.1 ${b}\n`);
    expect(peerB.stdout).toBe(`LADDR/LHOST/LPORT/RADDR/RHOST/RPORT: :${b} n/a ${b} 127.0.0.1:${a} 127.0.0.1 ${a}\n`);
    expect(await node.end("SIGTERM")).toMatchObject({ code: 0, signal: null });
    expect(node.stdout).toBe("");

    for (const line of [...node.log, ...peerA.log, ...peerB.log]) expect(line).toMatch(LOG_LINE);
    expect(node.log[0]).toMatch(new RegExp(` \\[${node.pid}\\] \\[info\\] Start in control mode on :${port}$`));
    expect(node.stderr).toContain(`[info] read: "a" <- 127.0.0.1:${a}\n`);
    expect(node.stderr).toContain(`[info] write: "i|a|127.0.0.1:${a}" -> 127.0.0.1:${b}\n`);
    expect(node.log.slice(-2).map((line) => line.replace(/.*\] /, ""))).toEqual([
      "Shutting down due to signal: terminated (0x0F)",
      "close: ok",
    ]);
    expect(peerA.log[0]).toMatch(
      new RegExp(` \\[${peerA.pid}\\] \\[a\\] \\[info\\] Start in peer mode on :${a} to server at localhost:${port}$`),
    );
    expect(peerA.stderr).toContain(`[a] [info] write: "a" -> 127.0.0.1:${port}\n`);
    expect(peerA.stderr).toContain(`[a] [info] read: "x" <- 127.0.0.1:${b}\n`);
    for (const peer of [peerA, peerB]) expect(peer.log.at(-1)).toMatch(/\[info\] close: ok$/);
  });

  it("log datagrams with their signatures when asked to, quoted as Go quotes them", async () => {
    const node = await controlProcess("x", "-raw-logging");
    const flags = ["-secret=x", "-local=:0", `-remote=${node.address}`, "-protocol=v1"];
    const peer = netpunch(["-peer=a", ...flags, "--raw-logging"]);
    // What the original's binary writes for this secret.
    await peer.until(/write: "\*-fIdcteU\]833lbW@c%\]_\\\\\$UsBf4AdhL2b8iXo6\$ a" -> /);
    await node.run.until(/read: "\*-fIdcteU\]833lbW@c%\]_\\\\\$UsBf4AdhL2b8iXo6\$ a" <- /);
  });

  it.each([
    ["127.0.0.1:0", /: 127\.0\.0\.1:(\d+) 127\.0\.0\.1 \1 /],
    ["localhost:0", /: 127\.0\.0\.1:(\d+) 127\.0\.0\.1 \1 /],
    [":0", /: :([1-9]\d*) n\/a \1 /],
  ])("show what -local %s became", async (local, result) => {
    const address = await control();
    const common = ["-secret", SECRET, "-remote", address, "-silent"];
    const runs = [
      netpunch(["-peer", "a", "-local", local, ...common]),
      netpunch(["-peer", "b", "-local", "127.0.0.1:0", ...common]),
    ];
    await Promise.all(runs.map((run) => run.ended));
    expect(runs[0]?.stdout).toMatch(result);
    expect(runs.map((run) => run.stderr)).toEqual(["", ""]);
  });

  it("meet over IPv6", async () => {
    const node = netpunch(["control", "-local", "[::1]:0", "-secret", SECRET]);
    const [, address = ""] = await node.until(/Start in control mode on (\[::1\]:\d+)/);
    const runs = ["a", "b"].map((slot) =>
      netpunch(["peer", slot, "-local", "[::1]:0", "-secret", SECRET, "-remote", address]),
    );
    expect((await Promise.all(runs.map((run) => run.ended))).map(({ code }) => code)).toEqual([0, 0]);
    expect(runs[0]?.stdout).toMatch(/: \[::1\]:(\d+) ::1 \1 \[::1\]:(\d+) ::1 \2\n$/);
  });

  it("print a template in place of the result line, nothing added", async () => {
    const address = await control();
    const common = ["-secret", SECRET, "-local", "127.0.0.1:0", "-remote", address];
    const a = netpunch([
      "-peer",
      "a",
      ...common,
      "-template",
      "remote {{.RemoteIP}}\n  {{- /* none */}} rport {{.RemotePort -}} \n",
    ]);
    const b = netpunch(["-peer", "b", ...common, "-template={{.LocalPort}}"]);
    await Promise.all([a.ended, b.ended]);
    expect(a.stdout).toBe(`remote 127.0.0.1 rport ${b.stdout}`);
  });

  it("leave the local port free when the result is printed", async () => {
    const address = await control();
    const common = ["-secret", SECRET, "-local", "127.0.0.1:0", "-remote", address];
    const a = netpunch(["-peer", "a", ...common, "-template", "{{.LocalPort}}\n"]);
    netpunch(["-peer", "b", ...common]);
    const [, port] = await a.until(/^(\d+)\n/);
    await udpSocket(Number(port));
  });
});

describe("the original's recorded log", () => {
  it("has lines of the form that the tests here demand", () => {
    const recorded = readFileSync(new URL("vectors/original.log", import.meta.url), "utf8");
    const lines = recorded.split("\n").filter((line) => line !== "");
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(line).toMatch(LOG_LINE);
  });
});

describe("standard output", () => {
  it("that nobody reads ends a peer without a word", async () => {
    const address = await control();
    const flags = `-secret ${SECRET} -local 127.0.0.1:0 -remote ${address} -silent`;
    const command = `"$0" "$1" -peer a ${flags} | true; echo "\${PIPESTATUS[0]}"`;
    const { COMMAND } = await import("./bundle.js");
    const shell = start("bash", ["-c", command, process.execPath, COMMAND]);
    netpunch(["-peer", "b", ...flags.split(" ")]);
    await shell.ended;
    expect(shell.stderr).toBe("");
    expect(shell.stdout).toBe("141\n");
  });
});
