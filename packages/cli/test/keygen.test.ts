import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlKey, formatControlKey, rootKey } from "@netpunch/crypto";
import { afterAll, describe, expect, it } from "vitest";
import { netpunch } from "./netpunch.js";

const directory = mkdtempSync(join(tmpdir(), "netpunch-"));
afterAll(() => rmSync(directory, { recursive: true }));
const path = (name: string) => join(directory, name);

async function keygen(...flags: readonly string[]) {
  const run = netpunch(["keygen", ...flags]);
  const { code } = await run.ended;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

const controlKeyOf = async (secret: string) => formatControlKey(controlKey(await rootKey(secret)));

describe("netpunch keygen", () => {
  it("prints a new secret and nothing else", async () => {
    const [one, other] = await Promise.all([keygen(), keygen()]);
    expect(one).toEqual({ code: 0, stdout: expect.stringMatching(/^np2_[\w-]{43}\n$/), stderr: "" });
    expect(other.stdout).not.toBe(one.stdout);
  });

  it("prints the control key of a secret, of a passphrase too", async () => {
    writeFileSync(path("passphrase"), "correct horse\n");
    const secret = `np2_${"A".repeat(43)}`;
    const [generated, passphrase] = await Promise.all([
      keygen("--control", "-secret", secret),
      keygen("-control", "-secret-file", path("passphrase")),
    ]);
    expect(generated).toEqual({ code: 0, stdout: `${await controlKeyOf(secret)}\n`, stderr: "" });
    expect(passphrase.stdout).toBe(`${await controlKeyOf("correct horse")}\n`);
  });

  it("puts it into a file that only its owner can read, the same secret in v1, and says nothing", async () => {
    expect(await keygen("-output", path("key"))).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(statSync(path("key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(path("key"), "utf8")).toMatch(/^np2_[\w-]{43}$/);
  });

  it("never overwrites a file, nor what a link points at", async () => {
    writeFileSync(path("mine"), "mine");
    symlinkSync(path("nowhere"), path("link"));
    for (const name of ["mine", "link"]) {
      expect(await keygen("-output", path(name))).toEqual({
        code: 1,
        stdout: "",
        stderr: `Error: -output: cannot write "${path(name)}": it is there already, and is not overwritten\n`,
      });
    }
    expect(readFileSync(path("mine"), "utf8")).toBe("mine");
  });

  it("names the reason why a file cannot be written, in JSON too", async () => {
    const { code, stdout } = await keygen("-output", path("none/key"), "-json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ type: "error", code: "cannot-write" });
    expect(stdout).toContain("no such file or directory");
  });

  it("prints JSON, with the key only where it goes nowhere else", async () => {
    const [printed, written] = await Promise.all([
      keygen("-json", "-control", "-secret", "x"),
      keygen("-json", "-output", path("json")),
    ]);
    const { stdout } = printed;
    expect(JSON.parse(stdout)).toEqual({ schema: "netpunch/1", type: "control-key", key: await controlKeyOf("x") });
    expect(JSON.parse(written.stdout)).toEqual({ schema: "netpunch/1", type: "secret", file: path("json") });
  });
});
