// `npm test`: builds and tests every workspace, adds their reports up and ends with a line that is true:
// "N passed, N failed", and ", N skipped" where a test did not run. With NETPUNCH_REQUIRE_ALL=1 a skipped test is a
// failed one: nothing that this machine lacks may hide a test.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { root, workspaces } from "./workspaces.mjs";

/**
 * What vitest's json reporter writes, as far as it is read here.
 * @typedef {object} Report
 * @property {{ name: string, status: string, message: string, startTime: number, endTime: number, assertionResults: { status: string, fullName: string }[] }[]} testResults
 */

/**
 * What turbo's summary says of a task; without `execution` there was nothing to run.
 * @typedef {{ package: string, task: string, execution?: { exitCode: number } }} Task
 */

/** @typedef {{ name: string, passed: number, failed: string[], skipped: string[], ms: number }} Tally */

const requireAll = process.env["NETPUNCH_REQUIRE_ALL"] === "1";
const tested = workspaces().filter(({ manifest }) => manifest.scripts?.["test"]);

// A report that is there afterwards was written by this run, or restored by turbo for the same inputs.
for (const { path } of tested) rmSync(reportOf(path), { force: true });

const tasks = runTasks();
const tallies = tested.map(({ name, path }) => tally(name, path));
const failed = [...tallies.flatMap((each) => each.failed), ...failedElsewhere()];
const skipped = tallies.flatMap((each) => each.skipped);

console.log();
for (const { name, passed, failed, skipped, ms } of tallies) {
  const rest = [failed.length && `${failed.length} failed`, skipped.length && `${skipped.length} skipped`];
  const counts = [`${String(passed).padStart(5)} passed`, ...rest.filter(Boolean)].join(", ");
  console.log(`${name.padEnd(24)} ${counts} (${(ms / 1000).toFixed(1)} s)`);
}
list("Failed", failed);
list(requireAll ? "Skipped, which NETPUNCH_REQUIRE_ALL counts as failed" : "Skipped", skipped);

const passedCount = tallies.reduce((sum, each) => sum + each.passed, 0);
const failedCount = failed.length + (requireAll ? skipped.length : 0);
const skippedText = skipped.length > 0 && !requireAll ? `, ${skipped.length} skipped` : "";
console.log(`\n${passedCount} passed, ${failedCount} failed${skippedText}`);
process.exitCode = failedCount > 0 ? 1 : 0;

/**
 * Builds and tests; goes on after failures.
 * @returns {readonly Task[]}
 */
function runTasks() {
  // Builds side by side. Suites one after the other: each uses all cores, and some measure time.
  turbo(["run", "build", "--output-logs=none", `--concurrency=${availableParallelism()}`]);
  const summaries = join(root, ".turbo/runs");
  rmSync(summaries, { recursive: true, force: true });
  const logs = ["--output-logs=new-only", "--log-order=grouped", "--summarize"];
  const status = turbo(["run", "build", "test", "--concurrency=1", ...logs, ...process.argv.slice(2)]);
  const [summary] = existsSync(summaries) ? readdirSync(summaries) : [];
  if (summary === undefined) throw new Error(`turbo ended with ${status} and left no summary`);
  return JSON.parse(readFileSync(join(summaries, summary), "utf8")).tasks;
}

/**
 * @param {readonly string[]} args
 * @returns {number | null} Its exit status.
 */
function turbo(args) {
  // Turbo's cache does not know which Node it runs on: see `env` of the test task in turbo.json.
  const env = { ...process.env, NETPUNCH_NODE: process.version, TURBO_TELEMETRY_DISABLED: "1" };
  const command = join(root, "node_modules/.bin/turbo");
  return spawnSync(command, [...args, "--continue=always"], { cwd: root, stdio: "inherit", env }).status;
}

/**
 * What failed and is no failed test: a build, or an error while tests ran that belongs to none of them.
 * @returns {readonly string[]}
 */
function failedElsewhere() {
  const withFailures = new Set(tallies.filter((each) => each.failed.length > 0).map(({ name }) => name));
  return tasks
    .filter((each) => each.execution !== undefined && each.execution.exitCode !== 0)
    .filter((each) => each.task !== "test" || !withFailures.has(each.package))
    .map(
      (each) =>
        `${each.package}: ${each.task === "test" ? "an error outside of its tests" : `its ${each.task}`}, see above`,
    );
}

/** @param {string} path */
function reportOf(path) {
  return join(path, "reports/vitest.json");
}

/**
 * @param {string} name
 * @param {string} path
 * @returns {Tally}
 */
function tally(name, path) {
  const none = { name, passed: 0, skipped: [], ms: 0 };
  if (!existsSync(reportOf(path))) return { ...none, failed: [`${name}: its tests wrote no report`] };
  /** @type {Report} */
  const report = JSON.parse(readFileSync(reportOf(path), "utf8"));

  const tests = report.testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ status, title: `${relative(root, file)}: ${fullName}` })),
  );
  const passed = tests.filter(({ status }) => status === "passed");
  const failed = tests.filter(({ status }) => status === "failed").map(({ title }) => title);
  const skipped = tests.filter(({ status }) => status !== "passed" && status !== "failed").map(({ title }) => title);

  // A file that does not load has no tests that could fail.
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  failed.push(...unloaded.map(({ name: file, message }) => `${relative(root, file)}: ${message.split("\n")[0]}`));
  if (tests.length === 0 && failed.length === 0) failed.push(`${name}: it has a test script and no tests`);

  const starts = report.testResults.map(({ startTime }) => startTime);
  const ends = report.testResults.map(({ endTime }) => endTime);
  const ms = tests.length > 0 ? Math.max(...ends) - Math.min(...starts) : 0;
  return { name, passed: passed.length, failed, skipped, ms };
}

/**
 * @param {string} heading
 * @param {readonly string[]} lines
 */
function list(heading, lines) {
  if (lines.length > 0) console.log([`\n${heading}:`, ...lines].join("\n  "));
}
