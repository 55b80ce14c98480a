import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./packages.js";

/** Where blocks are compiled: inside this workspace, so that packages are found by their public names. */
const directory = join(root, "checks/.blocks");

/** A TypeScript block: its compiled file, and what is wrong with its types. */
export interface Compiled {
  readonly file: string;
  readonly errors: readonly string[];
}

/** Compiles all blocks at once, strictly and against the built packages, as a user's program would be. */
export function compileBlocks(codes: readonly string[]): readonly Compiled[] {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const config = {
    extends: "../../tsconfig.base.json",
    compilerOptions: { customConditions: [], types: ["node"], noEmit: false, outDir: "out", moduleDetection: "force" },
    include: ["*.ts"],
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config));
  codes.forEach((code, index) => {
    writeFileSync(join(directory, `${index}.ts`), code);
  });
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = spawnSync(tsc, ["--pretty", "false"], { cwd: directory, encoding: "utf8" });
  return codes.map((_, index) => ({
    file: join(directory, "out", `${index}.js`),
    errors: stdout.split("\n").filter((line) => line.startsWith(`${index}.ts`)),
  }));
}
