import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { OPTIONS, SHELLS } from "../src/command-line/options.js";
import { completionScript } from "../src/commands/completion/completion.js";
import { COMMAND } from "./bundle.js";
import { control, controlProcess, netpunch, partner, SECRET } from "./netpunch.js";

const PEER = ["-peer", "a", "-secret", SECRET, "-local", "127.0.0.1:0"];

describe("netpunch demo", () => {
  it("shows control and two peers meeting, both result lines, and what they say to each other", async () => {
    const run = netpunch(["demo", "-datagrams"]);
    expect(await run.ended).toMatchObject({ code: 0 });
    const results = [...run.stdout.matchAll(/^LADDR\S+ (\S+) 127\.0\.0\.1 \d+ (\S+) 127\.0\.0\.1 \d+$/gm)];
    expect(results).toHaveLength(2);
    expect(results[0]?.slice(1, 3)).toEqual(results[1]?.slice(1, 3).reverse());
    expect(run.stdout).toMatch(/Both directions work after \d+\.\d ms/);
    expect(run.stdout).toMatch(/heard "hello from a" from/);
    expect(run.stdout).toMatch(/heard "hello from b" from/);
    for (const who of ["control", "peer a", "peer b"]) expect(run.stderr).toContain(` [${who}] [info] read: `);
    expect(run.stdout).toContain("two peers in a session of protocol v2");
    expect(run.stderr).not.toMatch(/skipped|not verified/);
  });

  it("ends with what it proved and what to try next, and buries nothing under a log", async () => {
    const run = netpunch(["demo"]);
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stderr).toBe("");
    expect(run.stdout).toMatch(/What this proved: .*control.*directly from one to the other\..*What to try next:/s);
    expect(run.stdout.split("\n").length).toBeLessThan(20);
  });

  it("prints no log with -silent", async () => {
    const run = netpunch(["demo", "-silent"]);
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stderr).toBe("");
  });
});

describe("-json", () => {
  it("prints the result of v1 with how it went, in one line", async () => {
    const address = await control();
    const run = netpunch([...PEER.with(5, ":0"), "-remote", address, "-json", "-protocol", "v1"]);
    await partner(address, { slot: "b", protocol: "v1" });
    expect(await run.ended).toMatchObject({ code: 0 });
    const [line, rest] = run.stdout.split("\n");
    expect(rest).toBe("");
    expect(JSON.parse(line ?? "")).toEqual({
      schema: "netpunch/1",
      type: "result",
      slot: "a",
      session: null,
      local: { address: expect.stringMatching(/^:\d+$/), ip: null, port: expect.any(Number) },
      remote: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), ip: "127.0.0.1", port: expect.any(Number) },
      control: address,
      protocol: "v1",
      downgraded: null,
      path: null,
      roundTripMs: null,
      keyDerivationMs: expect.any(Number),
      by: expect.stringMatching(/^pong|close$/),
      totalMs: expect.any(Number),
      phases: expect.arrayContaining([
        { phase: "discovering", atMs: 0, ms: expect.any(Number), sent: expect.any(Number), heard: expect.any(Number) },
      ]),
    });
  });

  it("tells where control listens", async () => {
    const run = netpunch(["control", "-json", "-silent", "-local", "127.0.0.1:0", "-secret", SECRET]);
    await run.until(/\n/);
    expect(JSON.parse(run.stdout)).toEqual({
      schema: "netpunch/1",
      type: "listening",
      addresses: [expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/)],
      protocols: ["v1", "v2"],
    });
  });
});

describe("control's counters", () => {
  it("are reported at an interval, on SIGUSR1 and at the end", async () => {
    const { run, address } = await controlProcess(SECRET, "-stats=50ms");
    await run.until(/\[info\] stats: up 0 s, heard 0, .*slots: none; v2: heard 0, /);
    await Promise.all([
      partner(address, { slot: "a", protocol: "v1" }),
      partner(address, { slot: "b", protocol: "v1" }),
    ]);
    await run.until(
      /\[info\] stats: .*slots: a introduced 127\.0\.0\.1:\d+, b introduced 127\.0\.0\.1:\d+; v2: heard 0, /,
    );
    await Promise.all([partner(address, { session: "home" }), partner(address, { session: "home" })]);
    await run.until(
      /; v2: heard \d+, challenged 2, answered [1-9]\d*, byes 2, pushed [1-9]\d*, expired 0, dropped \d.*, bound 0, remembered 2\n/,
    );
    expect(await run.end("SIGTERM")).toMatchObject({ code: 0 });
    expect(run.log.at(-2)).toMatch(/\[info\] stats: /);
  });

  it("are there for SIGUSR1 without any flag", async () => {
    const { run } = await controlProcess();
    run.child.kill("SIGUSR1");
    await run.until(/\[info\] stats: /);
    expect(run.stderr).not.toContain("Debugger");
    await run.end("SIGTERM");
    expect(run.stderr.match(/stats:/g)).toHaveLength(1);
  });

  it("are lines of JSON with -json", async () => {
    const run = netpunch(["-json", "-silent", "-stats", "-local", "127.0.0.1:0", "-secret", SECRET]);
    await run.until(/listening/);
    await run.end("SIGTERM");
    const [, stats] = run.stdout.split("\n");
    expect(JSON.parse(stats ?? "")).toMatchObject({
      schema: "netpunch/1",
      type: "stats",
      heard: 0,
      slots: [],
      dropped: {},
    });
  });
});

describe("the secret", () => {
  it("from the environment or a file's bytes meets the same secret from elsewhere", async () => {
    const address = await control();
    const run = netpunch(["peer", "a", "-local", "127.0.0.1:0", "-remote", address, "-secret-env", "KEY"], {
      env: { ...process.env, KEY: SECRET },
    });
    await partner(address);
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stderr).not.toContain("Warning");
  });
});

describe("completion", () => {
  it("prints a script", () => {
    const { stdout, status } = spawnSync(process.execPath, [COMMAND, "completion", "bash"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toBe(completionScript("bash"));
  });

  it.each(SHELLS)("for %s knows every flag", (shell) => {
    for (const { name } of OPTIONS) expect(completionScript(shell)).toMatch(new RegExp(`-(o )?${name}\\b`));
  });

  it.each([
    ["netpunch -sec", "-secret -secret-file -secret-env"],
    ["netpunch -protocol v", "v1 v2"],
    ["netpunch k", "keygen"],
    ["netpunch --ti", "--timeout"],
    ["netpunch de", "demo"],
    ["netpunch completion f", "fish"],
    ["netpunch -peer q", "q"],
    ["netpunch -secret -", ""],
    ["netpunch keygen -c", "-control"],
    ["netpunch keygen -s", "-secret -secret-file -secret-env"],
    ["netpunch keygen -re", ""],
    ["netpunch peer -re", "-relay -remote -relay-after -retry"],
    ["netpunch demo -", "-datagrams -silent -quiet -raw-logging -version -h"],
    ["netpunch help k", "keygen"],
    ["netpunch help -", ""],
  ])("completes %j in bash", (typed, expected) => {
    const script = `${completionScript("bash")}
      COMP_WORDS=(${typed}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _netpunch; echo "\${COMPREPLY[*]}"`;
    const { stdout } = spawnSync("bash", { input: script, encoding: "utf8" });
    expect(stdout.trim()).toBe(expected);
  });
});
