import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { execForm, instructionsOf } from "../src/dockerfile.js";
import { published, root } from "../src/packages.js";
import { has } from "../src/requirements.js";
import { createHome, runTerminals } from "../src/run.js";

const deployed = (name: string) => readFileSync(join(root, "deploy", name), "utf8");

const home = createHome();
afterAll(() => rmSync(home.path, { recursive: true }));

/** What a unit says behind `name=`, the last time that it says so. */
function setting(unit: string, name: string): string {
  return (
    unit
      .match(new RegExp(`^${name}=(.*)$`, "gm"))
      ?.at(-1)
      ?.slice(name.length + 1) ?? ""
  );
}

/** What is run beside a control node: two peers that meet with its help. */
const twoPeersMeet = (secretFile: string) => `
  netpunch -session two -local 127.0.0.1:5000 -remote localhost:7777 -secret-file ${secretFile} -silent &
  netpunch -session two -local 127.0.0.1:5001 -remote localhost:7777 -secret-file ${secretFile} -silent
  wait $!`;

/** Starts a control node with words as a shell reads them, lets two peers meet, and stops it as an init system does. */
const serveTwoPeers = (control: string, secretFile: string) => `
  printf %s secret > ${secretFile}
  ${control} & control=$!
  ${twoPeersMeet(secretFile)}
  kill -TERM $control
  wait $control`;

function expectBothMet(output: string | undefined): void {
  expect(output).toContain("RPORT: 127.0.0.1:5000 127.0.0.1 5000 127.0.0.1:5001 127.0.0.1 5001\n");
  expect(output).toContain("RPORT: 127.0.0.1:5001 127.0.0.1 5001 127.0.0.1:5000 127.0.0.1 5000\n");
}

describe("the units of systemd", () => {
  const directory = mkdtempSync(join(tmpdir(), "netpunch-units-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Puts a unit where systemd-analyze reads it; its program is the one built here, as none is installed. */
  function place(name: string, unit: string): string {
    const file = join(directory, name);
    const command = join(root, "packages/cli/dist/netpunch.mjs");
    writeFileSync(file, unit.replace(/^ExecStart=netpunch /m, `ExecStart=${command} `));
    return file;
  }

  /** How systemd-analyze ends, and what it says of this unit; a machine's own units may have faults, too. */
  function analyze(...args: string[]): { status: number | null; complaints: readonly string[] } {
    const { status, stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
    return { status, complaints: (stdout + stderr).split("\n").filter((line) => line.includes("netpunch-")) };
  }

  const units = [
    { name: "netpunch-control.service", instance: "netpunch-control.service", exposure: 20 },
    { name: "netpunch-peer@.service", instance: "netpunch-peer@office.service", exposure: 30 },
  ];

  describe.skipIf(!has("systemd-analyze"))("as systemd reads them", () => {
    it.each(units)("$name has no fault", ({ name, instance }) => {
      place(name, deployed(name));
      expect(analyze("verify", join(directory, instance))).toEqual({ status: 0, complaints: [] });
    });

    it.each(units)("$name would be found at fault for a misspelt line", ({ name, instance }) => {
      place(name, deployed(name).replace("NoNewPrivileges=", "NoNewPrivilege="));
      expect(analyze("verify", join(directory, instance)).complaints.join()).toContain("NoNewPrivilege");
    });

    it.each(units)("$name exposes no more than $exposure of 100", ({ name, exposure }) => {
      const file = place(name, deployed(name));
      const judge = (threshold: number) =>
        analyze("security", "--offline=true", "--no-pager", `--threshold=${threshold}`, file).status;
      expect({ wanted: judge(exposure), none: judge(0) }).toEqual({ wanted: 0, none: 1 });
    });
  });

  it.each(units)("$name lets V8 compile and keeps the secret out of its command line", ({ name }) => {
    const unit = deployed(name);
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
    expect(unit).toMatch(/^LoadCredential=secret:/m);
    expect(setting(unit, "ExecStart")).toContain(` -secret-file \${CREDENTIALS_DIRECTORY}/secret `);
  });

  it("control's command serves two peers and ends well when it is stopped", async () => {
    const control = `CREDENTIALS_DIRECTORY=. sh -c '${`exec ${setting(deployed("netpunch-control.service"), "ExecStart")}`}'`;
    const [run] = await runTerminals([serveTwoPeers(control, "secret")], home);
    expect(run).toMatchObject({ status: 0 });
    expectBothMet(run?.output);
    expect(run?.output).toMatch(/\[info\] stats: up \d+ s, .*; v2: heard [1-9]/);
  });

  it("the peer's command runs the program of its example on the punched port, and starts over", async () => {
    const unit = deployed("netpunch-peer@.service");
    const example = [...unit.matchAll(/^# {3}((?:SESSION|REMOTE|LOCAL|PROGRAM)=.*)$/gm)].map(([, line]) => line);
    expect(example).toHaveLength(4);
    writeFileSync(join(home.directory, "office.conf"), example.join("\n").replace("vps.example", "localhost"));
    const program = join(home.path, ".bin/openvpn");
    // Loops for ever without the partner, who comes once: the second round is enough.
    writeFileSync(program, '#!/bin/sh\necho "openvpn $*"\n');
    chmodSync(program, 0o755);
    // systemd makes words of $PROGRAM as eval does.
    const peer = setting(unit, "ExecStart").replace("$PROGRAM", '"$@"');
    const [run] = await runTerminals(
      [
        `set -a; . ./office.conf; CREDENTIALS_DIRECTORY=.; eval "set -- $PROGRAM"
        printf %s secret > secret
        netpunch control -local :7777 -secret-file secret -silent & control=$!
        ${peer} & peer=$!
        netpunch peer -session office -local 127.0.0.1:5001 -remote $REMOTE -secret-file secret -silent -template 'b met a
'
        netpunch peer -session office -local 127.0.0.1:5001 -remote $REMOTE -secret-file secret -silent -template 'b met a again
'
        kill -TERM $peer $control; wait $control`,
      ],
      home,
    );
    expect(run).toMatchObject({ status: 0 });
    expect(run?.output).toContain("openvpn --config /etc/openvpn/office.conf --remote 127.0.0.1 5001 --lport 5000\n");
    expect(run?.output).toContain("command ended with exit code 0");
    expect(run?.output).toContain("b met a\n");
    expect(run?.output).toContain("b met a again\n");
  });
});

describe("the Dockerfile", () => {
  const instructions = instructionsOf(deployed("Dockerfile"));
  const only = (keyword: string) => {
    const [instruction, ...more] = instructions.filter((each) => each.keyword === keyword);
    if (instruction === undefined || more.length > 0) throw new Error(`expected one ${keyword}`);
    return instruction;
  };
  const cli = published.find(({ room }) => room === "cli")?.manifest;

  it("pins a major Node that still gets fixes, on a small Debian", () => {
    const [, major] = /^node:(\d+)-\w+-slim$/.exec(only("FROM").text) ?? [];
    expect([22, 24]).toContain(Number(major));
  });

  it("installs the published command, and nothing of this repository", () => {
    expect(instructions.filter(({ keyword }) => keyword === "COPY" || keyword === "ADD")).toEqual([]);
    const names = only("RUN").text.match(/@netpunch\/[\w-]+/g);
    expect(names).toEqual([cli?.name]);
    expect(Object.keys(cli?.bin ?? {})).toEqual(execForm(only("ENTRYPOINT")));
  });

  it("runs as somebody else than root, by number", () => {
    expect(Number(only("USER").text)).toBeGreaterThan(0);
    const order = instructions.map(({ keyword }) => keyword);
    expect(order.indexOf("USER")).toBeGreaterThan(order.lastIndexOf("RUN"));
  });

  it("holds no secret, and checks no health that it cannot see", () => {
    expect(instructions.filter(({ keyword, text }) => keyword === "ENV" || /-secret[ =]/.test(text))).toEqual([]);
    expect(instructions.filter(({ keyword }) => keyword === "HEALTHCHECK")).toEqual([]);
  });

  it("exposes the port that its command listens on", () => {
    const words = execForm(only("CMD"));
    expect(only("EXPOSE").text).toBe(`${words[words.indexOf("-local") + 1]?.replace(":", "")}/udp`);
  });

  it("starts a command that serves two peers and ends well when it is stopped", async () => {
    const words = [...execForm(only("ENTRYPOINT")), ...execForm(only("CMD"))];
    expect(words).toContain("/run/secrets/netpunch");
    const control = words.map((word) => word.replace("/run/secrets/netpunch", "mounted")).join(" ");
    const [run] = await runTerminals([serveTwoPeers(control, "mounted")], home);
    expect(run).toMatchObject({ status: 0 });
    expectBothMet(run?.output);
  });
});

describe("a Dockerfile as it is read here", () => {
  it("leaves comments out and joins lines that go on", () => {
    expect(instructionsOf("# a\nFROM x\n\nRUN a && \\\n  # b\n  c\n")).toEqual([
      { keyword: "FROM", text: "x" },
      { keyword: "RUN", text: "a && c" },
    ]);
  });

  it("has instructions only, and commands in exec form where that is asked for", () => {
    expect(() => instructionsOf("FORM")).toThrow("no instruction: FORM");
    expect(() => execForm({ keyword: "CMD", text: '"netpunch"' })).toThrow("CMD: expected words in brackets");
  });
});
