import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { pnpm } from "../src/install.js";
import { userEnvironment } from "../src/shell.js";

/**
 * A library author's project: installed by pnpm, where a package sees its own dependencies only, with declarations written
 * out. What the compiler cannot name by a package that the author installed is an error there.
 */
const project = mkdtempSync(join(tmpdir(), "netpunch-author-"));
const run = (command: string, ...args: string[]) =>
  promisify(execFile)(command, args, { cwd: project, env: userEnvironment });

const compilerOptions = {
  strict: true,
  declaration: true,
  outDir: "out",
  target: "es2022",
  lib: ["es2022", "esnext.disposable"],
  module: "nodenext",
  skipLibCheck: false,
  types: ["node"],
  exactOptionalPropertyTypes: true,
};

beforeAll(async () => {
  cpSync(resolve(import.meta.dirname, "../src/consumers"), project, { recursive: true });
  const ours = Object.fromEntries(Object.entries(inject("tarballs")).map(([name, file]) => [name, `file:${file}`]));
  const manifest = {
    private: true,
    type: "module",
    dependencies: ours,
    devDependencies: { "@types/node": "^20.19.0" },
    pnpm: { overrides: ours },
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
  await run("npx", "-y", pnpm, "install", "--prefer-offline");
  return () => rmSync(project, { recursive: true });
}, 120_000);

async function complaints(compiler: string): Promise<string> {
  const { resolve: find } = createRequire(import.meta.url);
  const tsc = join(dirname(find(`${compiler}/package.json`)), "bin/tsc");
  return run(process.execPath, tsc, "-p", ".").then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

test.each(["typescript", "typescript-oldest"])(
  "everything that our packages give has a name in the declarations of %s",
  async (compiler) => {
    expect(await complaints(compiler)).toBe("");
  },
  // The oldest compiler is a slow one, and reads all that the new one reads.
  120_000,
);

test("a wrong use is a complaint: a slot together with a session, and a name that is not to be had", async () => {
  const file = join(project, "wrong.mts");
  onTestFinished(() => rmSync(file));
  writeFileSync(
    file,
    `import { punch } from "@netpunch/peer";
     const { signal } = {} as { signal: AbortSignal | undefined };
     await punch({ control: "c:1", secret: "x", session: "s", signal });
     await punch({ control: "c:1", secret: "x", session: "s", slot: "a" });`,
  );
  const found = await complaints("typescript");
  expect(found).toContain("wrong.mts(4,");
  expect(found).not.toContain("wrong.mts(3,");
});
