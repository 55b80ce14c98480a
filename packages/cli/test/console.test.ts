import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { resultFields } from "../src/command-line/fields.js";
import { Console, type ConsoleOptions, OutputClosed } from "../src/process/console.js";
import { findProgram } from "../src/process/find-program.js";

function recorded(options: Partial<ConsoleOptions> = {}) {
  const written: string[] = [];
  const console = new Console({
    stdout: (text) => written.push(`out ${text}`),
    stderr: (text) => written.push(text),
    liveLine: true,
    colour: false,
    columns: () => 10,
    ...options,
  });
  return { console, written };
}

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

describe("the console", () => {
  it("prints lines above the live line, and draws that only when it changes", () => {
    const { console, written } = recorded();
    console.note("one");
    console.live("wait");
    console.live("wait");
    console.note("two");
    console.print("result\n");
    console.live("");
    console.note("three");
    const erase = "\r\u001b[2K";
    expect(written).toEqual([
      "one\n",
      `${erase}wait`,
      `${erase}two\nwait`,
      erase,
      "out result\n",
      `${erase}wait`,
      erase,
      "three\n",
    ]);
  });

  it("cuts the live line to the terminal, by characters", () => {
    const { console, written } = recorded();
    console.live("a \u{1f573} in the ground");
    expect(written).toEqual(["\r\u001b[2Ka \u{1f573} in "]);
  });

  it("goes on where nobody reads standard error", () => {
    const { console } = recorded({ stderr: failing("EPIPE") });
    console.note("one");
    console.live("two");
  });

  it("tells where nobody reads standard output, and what else went wrong with it", () => {
    expect(() => recorded({ stdout: failing("EPIPE") }).console.print("x")).toThrow(OutputClosed);
    expect(() => recorded({ stdout: failing("ENOSPC") }).console.print("x")).toThrow("no space is left on the disk");
  });
});

describe("the local address of a result", () => {
  const remote = { address: "2001:db8::7", port: 5000 };

  it.each([
    [":5000", "::", ":5000", "n/a"],
    [":0", "0.0.0.0", ":5000", "n/a"],
    ["0.0.0.0:5000", "0.0.0.0", "0.0.0.0:5000", "0.0.0.0"],
    ["localhost:5000", "127.0.0.1", "127.0.0.1:5000", "127.0.0.1"],
    ["[::1]:0", "::1", "[::1]:5000", "::1"],
  ])("%s that became %s is shown as %s", (asked, address, shown, ip) => {
    expect(resultFields(asked, { address, port: 5000 }, remote)).toEqual({
      LocalAddr: shown,
      LocalIP: ip,
      LocalPort: "5000",
      RemoteAddr: "[2001:db8::7]:5000",
      RemoteIP: "2001:db8::7",
      RemotePort: "5000",
    });
  });
});

describe("a program", () => {
  const directory = mkdtempSync(join(tmpdir(), "netpunch-"));
  const program = join(directory, "program");
  writeFileSync(program, "", { mode: 0o755 });
  writeFileSync(join(directory, "text"), "", { mode: 0o644 });
  symlinkSync(directory, join(directory, "folder"));

  it("is found in the first directory of PATH that has it", () => {
    expect(findProgram("program", { path: `/nowhere:${directory}:/bin` })).toBe(program);
    expect(findProgram("sh", { path: undefined })).toMatch(/\/sh$/);
  });

  it("with a slash is not looked for", () => {
    expect(findProgram(program, { path: "/nowhere" })).toBe(program);
    expect(findProgram("./program", { path: directory })).toBeNull();
  });

  it("is a file that may be run", () => {
    for (const name of ["text", "folder", "nothing", ""]) expect(findProgram(name, { path: directory })).toBeNull();
  });

  it("is looked for on Windows as well, before there is a hole, and may be given without its ending", () => {
    writeFileSync(join(directory, "vpn.exe"), "", { mode: 0o755 });
    const windows = { path: `C:nowhere;${directory}`, platform: "win32" } as const;
    expect(findProgram("vpn", windows)).toBe(join(directory, "vpn.exe"));
    expect(findProgram("vpn.exe", windows)).toBe(join(directory, "vpn.exe"));
    expect(findProgram(join(directory, "vpn"), windows)).toBe(join(directory, "vpn.exe"));
    for (const name of ["nothing", "nothing.exe", "program", ""]) expect(findProgram(name, windows)).toBeNull();
  });
});
