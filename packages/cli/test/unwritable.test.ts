import { closeSync, existsSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { control, netpunch, partner, SECRET } from "./netpunch.js";

/** A device that takes no byte: every write to it fails as one to a full disk does. */
const FULL = "/dev/full";
const REASON = "Error: cannot write to standard output: no space is left on the disk\n";

/** Runs the command with its standard output on a full disk; what it wrote to standard error. */
async function onFullDisk(args: readonly string[], during: () => Promise<unknown> = async () => {}) {
  const fd = openSync(FULL, "w");
  const run = netpunch(args, { stdio: ["ignore", fd, "pipe"] });
  closeSync(fd);
  await during();
  return { end: await run.ended, stderr: run.stderr };
}

describe.runIf(existsSync(FULL))("standard output on a full disk", () => {
  it.each([
    ["keygen"],
    ["keygen", "-json"],
    ["-h"],
    ["help", "peer"],
    ["-version"],
    ["completion", "bash"],
    ["demo"],
    ["control", "-local", "127.0.0.1:0", "-secret", SECRET, "-json", "-silent"],
  ])("is one clear line for %s %s", async (...args) => {
    const { end, stderr } = await onFullDisk(args);
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(stderr).toBe(REASON);
  });

  it("is one clear line for an error in JSON too", async () => {
    const { end, stderr } = await onFullDisk(["peer", "-json"]);
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(stderr).toMatch(/^Error: you have to specify .*\n$/);
  });

  it("is one clear line where a hole's result cannot be printed", async () => {
    const address = await control();
    const args = [
      "-session",
      "home",
      "-secret",
      SECRET,
      "-local",
      "127.0.0.1:0",
      "-remote",
      address,
      "-silent",
      "-json",
    ];
    const { end, stderr } = await onFullDisk(args, () => partner(address, { session: "home" }));
    expect(end).toMatchObject({ code: 1, signal: null });
    expect(stderr).toBe(REASON);
  });
});

describe.runIf(existsSync(FULL))("standard error on a full disk", () => {
  it("stops nobody", async () => {
    const address = await control();
    const fd = openSync(FULL, "w");
    const args = ["-session", "home", "-secret", SECRET, "-local", "127.0.0.1:0", "-remote", address];
    const run = netpunch(args, { stdio: ["ignore", "pipe", fd] });
    closeSync(fd);
    await partner(address, { session: "home" });
    expect(await run.ended).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/^LADDR/);
  });
});
