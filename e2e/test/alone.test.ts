import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const copy = mkdtempSync(join(tmpdir(), "netpunch-alone-"));
const packages = readdirSync(join(root, "packages"));

/** The repository as it is cloned and installed, with nothing built. */
beforeAll(() => {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of listed
    .trim()
    .split("\n")
    .filter((name) => existsSync(join(root, name)))) {
    cpSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const room of packages) {
    // Relative links: those to other packages lead to the copy's.
    const modules = join("packages", room, "node_modules");
    if (existsSync(join(root, modules)))
      cpSync(join(root, modules), join(copy, modules), { recursive: true, verbatimSymlinks: true });
  }
});

afterAll(() => rmSync(copy, { recursive: true }));

describe("a package on a clean checkout, nothing built", () => {
  it("loads all its tests from sources", () => {
    writeFileSync(join(copy, "vitest.config.mjs"), `export default { test: { projects: ["packages/*"] } };`);
    const vitest = join(root, "node_modules/.bin/vitest");
    const printed = execFileSync(vitest, ["list", "--filesOnly=false", "--json"], {
      cwd: copy,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    const tests: { file: string }[] = JSON.parse(printed);
    const loaded = new Set(tests.map(({ file }) => dirname(dirname(file))));
    expect([...loaded].sort()).toEqual(packages.map((room) => join(copy, "packages", room)));
  });
});
