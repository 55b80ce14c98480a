// Runs shell scripts side by side and tells how they went, as JSON: a program of its own, so that it can be started in
// a network of its own (`unshare --net`) where every port is free and nothing outside is reached.
// The first of several scripts serves the others: it is interrupted when they have ended.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** @type {{ scripts: string[], directory: string, limitMs: number }} */
const { scripts, directory, limitMs } = JSON.parse(readFileSync(0, "utf8"));

const terminals = scripts.map((script) => {
  // One pipe for both streams: a reader sees them mixed, in their order. A group of its own: what it started ends, too.
  // The trap keeps the shell alive through an interrupt, as an interactive one, to tell its program's status.
  const child = spawn("sh", ["-e", "-c", `exec 2>&1; trap : INT\n${script}`], {
    cwd: directory,
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const terminal = { child, output: "", status: /** @type {number | string | null} */ (null) };
  child.stdout.on("data", (chunk) => {
    terminal.output += chunk;
  });
  const ended = new Promise((resolve) => {
    child.on("close", (code, signal) => {
      terminal.status = code ?? signal;
      resolve(undefined);
    });
  });
  return { terminal, ended };
});

const limit = setTimeout(() => signalAll(terminals, "SIGKILL"), limitMs);
const [server, ...others] = terminals;
await Promise.all(others.map(({ ended }) => ended));
if (server !== undefined && others.length > 0) signalAll([server], "SIGINT");
await server?.ended;
clearTimeout(limit);

process.stdout.write(JSON.stringify(terminals.map(({ terminal: { status, output } }) => ({ status, output }))));

/**
 * @param {typeof terminals} which
 * @param {NodeJS.Signals} signal
 */
function signalAll(which, signal) {
  for (const { terminal } of which) {
    if (terminal.status === null && terminal.child.pid !== undefined) process.kill(-terminal.child.pid, signal);
  }
}
