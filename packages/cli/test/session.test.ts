import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlKey, formatControlKey, rootKey } from "@netpunch/crypto";
import { punch } from "@netpunch/peer";
import { afterAll, describe, expect, it } from "vitest";
import {
  control,
  controlProcess,
  generatedSecret,
  netpunch,
  partner,
  type Run,
  SECRET,
  v1Control,
} from "./netpunch.js";

const directory = mkdtempSync(join(tmpdir(), "netpunch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const COMMON = ["-secret", SECRET, "-local", "127.0.0.1:0"];
const RESULT = /LADDR\S+ (\S+) \S+ \S+ (\S+) \S+ \S+\n$/;

function peer(address: string, ...flags: readonly string[]): Run {
  return netpunch(["-session", "home", ...COMMON, "-remote", address, ...flags]);
}

async function expectMet(one: Run, other: Run): Promise<void> {
  expect([await one.ended, await other.ended]).toMatchObject([{ code: 0 }, { code: 0 }]);
  const [, local, remote] = RESULT.exec(one.stdout) ?? [];
  expect(RESULT.exec(other.stdout)?.slice(1)).toEqual([remote, local]);
}

describe("two peers in a session", () => {
  it("meet, and each prints the other's address", async () => {
    const { run: node, address } = await controlProcess();
    await expectMet(peer(address), netpunch(["peer", "--session=home", ...COMMON, `--remote=${address}`]));
    expect(await node.end("SIGTERM")).toMatchObject({ code: 0 });
    expect(node.log[0]).toMatch(new RegExp(`\\[info\\] Start in control mode on ${address}$`));
    expect(node.stderr).toMatch(/\[info\] read: announce sid=\w{8} id=\w{8} seq=1 ack=0 cookie=none /);
    expect(node.stderr).toMatch(/\[info\] session \w{8}: 127\.0\.0\.1:\d+ and 127\.0\.0\.1:\d+ are introduced\n/);
    expect(node.stderr).not.toContain("home");
  });

  it("meet with a control node that has the control key alone, and says that it speaks v2 only", async () => {
    const key = formatControlKey(controlKey(await rootKey(SECRET)));
    const { run: node, address } = await controlProcess(key);
    await expectMet(peer(address), peer(address));
    expect(node.log[1]).toMatch(/\[info\] protocol v2 only: a control key cannot serve protocol v1$/);
    expect(node.stderr).toMatch(/write: info .* state=present/);
    expect(node.stderr).not.toMatch(/ping|not verified/);
  });

  it("have a log of what happens, with the session's name, and with -quiet nothing else", async () => {
    const address = await control();
    const run = peer(address, "-quiet", "-session", "zu Hause\n");
    await run.until(/waiting for/);
    await partner(address, { session: "zu Hause\n" });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(
      run.log.map((line) => line.replace(/^.*\[zu Hause\\n\] \[info\] /, "").replace(/\d+(\.\d+)? ms/, "N ms")),
    ).toEqual([
      `Start in peer mode on 127.0.0.1:0 to server at ${address}`,
      expect.stringMatching(/^control sees us at 127\.0\.0\.1:\d+$/),
      'waiting for the partner in session "zu Hause\\n": control knows of nobody there yet',
      expect.stringMatching(/^the partner in session "zu Hause\\n" is at 127\.0\.0\.1:\d+ \((host|reflexive)\)/),
      expect.stringMatching(/^connected by v2 to 127\.0\.0\.1:\d+, .*, round trip N ms$/),
      "close: ok",
    ]);
  });

  it("may have a secret of their own, and meet nobody who has not", async () => {
    const address = await control();
    writeFileSync(join(directory, "pair"), `${generatedSecret("B")}\n`);
    const stranger = peer(address, "-silent", "-timeout", "2", "-json");
    const pair = [
      peer(address, "-session-secret-file", join(directory, "pair")),
      peer(address, "-session-secret", generatedSecret("B")),
    ] as const;
    await expectMet(...pair);
    expect(await stranger.ended).toMatchObject({ code: 1 });
    expect(JSON.parse(stranger.stdout)).toMatchObject({ type: "error", code: "partner-absent" });
  });

  it("tell the result in JSON with its path", async () => {
    const address = await control();
    const run = peer(address, "-json", "-silent");
    await partner(address, { session: "home" });
    expect(await run.ended).toMatchObject({ code: 0 });
    const result: unknown = JSON.parse(run.stdout);
    expect(result).toEqual({
      schema: "netpunch/1",
      type: "result",
      slot: null,
      session: "home",
      local: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), ip: "127.0.0.1", port: expect.any(Number) },
      remote: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), ip: "127.0.0.1", port: expect.any(Number) },
      control: address,
      protocol: "v2",
      downgraded: null,
      path: expect.stringMatching(/^(host|reflexive)$/),
      roundTripMs: expect.any(Number),
      by: expect.stringMatching(/^(pong|nomination)$/),
      keyDerivationMs: expect.any(Number),
      totalMs: expect.any(Number),
      phases: expect.arrayContaining([
        { phase: "announcing", atMs: 0, ms: expect.any(Number), sent: expect.any(Number), heard: expect.any(Number) },
      ]),
    });
  });

  it("run their programs on the port only when both are sure of the hole", async () => {
    const address = await control();
    const program = ["-command", "/bin/sh", "-raw", "-c", "-raw", "echo ran"];
    const run = peer(address, ...program);
    await partner(address, { session: "home" });
    await run.ended;
    expect(run.stdout).toMatch(/^LADDR.*\nran\n$/);
    const order = run.log.map((line) =>
      line
        .replace(/.*\[info\] /, "")
        .split(" ", 2)
        .join(" "),
    );
    const proof = order.findIndex((line) => line === "read: confirm" || line === "read: done");
    expect(proof).toBeGreaterThan(0);
    expect(order.indexOf("close: ok")).toBeGreaterThan(proof);
  });
});

describe("a third peer in a session", () => {
  it("is told that it is full, and let in by itself when there is room, with -retry too", async () => {
    const address = await control();
    const options = { control: address, session: "home", secret: SECRET, local: "127.0.0.1:0" };
    const holes = await Promise.all([punch(options), punch(options)]);
    const third = peer(address);
    await third.until(/waiting for the partner in session "home": the session is full: two others are in it\n/);
    const fourth = peer(address, "-retry", "-timeout", "1");
    await fourth.until(/\[error\] two others are in the session.*\n.*next try in/);
    await Promise.all(holes.map((hole) => hole.release()));
    await expectMet(third, fourth);
  });
});

describe("a secret that differs", () => {
  it("from control's is as if control were not there, and shows in its log", async () => {
    const { run: node, address } = await controlProcess(generatedSecret("B"));
    const run = peer(address, "-timeout", "0.5", "-silent");
    expect(await run.ended).toMatchObject({ code: 1 });
    expect(run.stderr).toMatch(/^Error: control .* has not answered in 0\.\d s\. Control is silent to another secret/);
    await node.until(/\[info\] read: announce \(not verified\) <- 127\.0\.0\.1:\d+\n/);
  });

  it("from the partner's keeps them apart: control says that nobody is there", async () => {
    const address = await control();
    const runs = ["B", "C"].map((letter) =>
      peer(address, "-session-secret", generatedSecret(letter), "-timeout", "0.7", "-silent"),
    );
    for (const run of runs) {
      expect(await run.ended).toMatchObject({ code: 1 });
      expect(run.stderr).toMatch(/^Error: the partner in session "home" did not come in 0\.\d s; control answers/);
    }
  });
});

describe("slots", () => {
  it("are v2 where everybody speaks it, without a warning", async () => {
    const address = await control();
    const run = netpunch(["-peer", "a", ...COMMON, "-remote", address, "-json"]);
    expect(await partner(address)).toMatchObject({ protocol: "v2" });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ slot: "a", session: null, protocol: "v2", downgraded: null });
    expect(run.stderr).not.toContain("Warning");
  });

  it("fall back to v1 for a partner that knows no other, and say so", async () => {
    const address = await control();
    const run = netpunch(["-peer", "a", ...COMMON, "-remote", address, "-json"]);
    expect(await partner(address, { slot: "b", protocol: "v1" })).toMatchObject({ protocol: "v1" });
    expect(await run.ended).toMatchObject({ code: 0 });
    const why = "the partner speaks protocol v1 only";
    expect(JSON.parse(run.stdout)).toMatchObject({ protocol: "v1", downgraded: why, path: null, roundTripMs: null });
    expect(run.stderr).toContain(
      `Warning: the hole to slot b was made with protocol v1 (${why}): whoever sees its messages can replay them, so let the program that uses the hole authenticate its partner\n`,
    );
    expect(run.stderr.match(/Warning/g)).toHaveLength(1);
    expect(run.stderr).toContain(`[a] [info] protocol v1 beside v2 from here on: ${why}\n`);
  });

  it("fall back to v1 for a control node that knows no other; -silent silences the warning", async () => {
    const address = await v1Control();
    const runs = [
      netpunch(["-peer", "a", ...COMMON, "-remote", address]),
      netpunch(["-peer", "b", ...COMMON, "-remote", address, "-silent"]),
    ] as const;
    await expectMet(...runs);
    expect(runs[0].stderr).toMatch(
      /\nWarning: the hole to slot b was made with protocol v1 \(control does not answer in .*\)/,
    );
    expect(runs[1].stderr).toBe("");
  });

  it("say nothing of it where v1 was asked for", async () => {
    const address = await control();
    const run = netpunch(["-peer", "a", ...COMMON, "-remote", address, "-protocol", "v1"]);
    await partner(address, { slot: "b", protocol: "v1" });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stderr).not.toMatch(/Warning|connected by|protocol/);
  });

  it("never fall back where v2 was asked for", async () => {
    const address = await control();
    const run = netpunch(["-peer", "a", ...COMMON, "-remote", address, "-protocol", "v2", "-timeout", "2", "-quiet"]);
    await run.until(/waiting for/);
    void partner(address, { slot: "b", protocol: "v1" }).catch(() => {});
    expect(await run.ended).toMatchObject({ code: 1 });
    expect(run.stderr).toMatch(/Error: slot b is there, but speaks only protocol v1/);
  });
});
