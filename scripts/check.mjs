// `pnpm check`: every check that is no test, a line for each with its time. All of them run; what fails is shown.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pnpm, root, workspaces } from "./workspaces.mjs";

/** @typedef {readonly [name: string, command: string, args: readonly string[]]} Check */

const published = workspaces().filter((each) => !each.private);
const tarballs = mkdtempSync(join(tmpdir(), "netpunch-check-"));
/** @type {string[]} */
const failed = [];

try {
  await report(["biome", "biome", ["check", "--error-on-warnings", "."]]);
  await report(["types of scripts and configs", "tsc", []]);
  await report([
    "types of every package",
    "turbo",
    ["run", "check:types", "--continue=always", "--output-logs=errors-only", "--concurrency=2"],
  ]);
  await report(["turbo boundaries", "turbo", ["boundaries"]]);
  await report(["import rules", "vitest", ["run", "--root", "checks", "--reporter=dot", "imports", "manifests"]]);
  await report(["knip", "knip", ["--treat-config-hints-as-errors"]]);

  if (await report(["build", "turbo", ["run", "build", "--output-logs=errors-only"]])) {
    pnpm([...published.flatMap(({ name }) => ["--filter", name]), "pack", "--pack-destination", tarballs]);
    for (const file of readdirSync(tarballs).sort()) {
      await report([`publint ${file}`, "publint", ["run", join(tarballs, file), "--strict"]]);
      await report([`attw ${file}`, "attw", [join(tarballs, file), "--profile", "esm-only"]]);
    }
  }
} finally {
  rmSync(tarballs, { recursive: true });
}

console.log(failed.length === 0 ? "\nall checks passed" : `\nfailed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/**
 * Runs one check and prints its line.
 * @param {Check} check
 * @returns {Promise<boolean>} Whether it passed.
 */
async function report([name, command, args]) {
  const start = performance.now();
  const { code, output } = await run(join(root, "node_modules/.bin", command), args);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (code !== 0) {
    failed.push(name);
    console.log(output.trimEnd());
  }
  return code === 0;
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const add = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
