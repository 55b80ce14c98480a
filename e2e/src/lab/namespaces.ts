import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Network namespaces are named `netpunch-PID-LAB-MACHINE`, so that what a killed process left behind is known as its own. */
const OURS = /^netpunch-(\d+)-/;

/** chosen: a process that got SIGKILL is gone in milliseconds; one that the kernel holds for ever must not hang a test. */
const KILL_LIMIT_MS = 5000;

/** Every namespace of a lab, whoever made it, and the process that did. */
export function namespaces(): readonly { readonly name: string; readonly owner: number }[] {
  return ip("netns", "list")
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .flatMap((name) => {
      const owner = OURS.exec(name)?.[1];
      return owner === undefined ? [] : [{ name, owner: Number(owner) }];
    });
}

/** Makes a namespace of this process. IPv6 addresses are usable at once: nobody else can have them here. */
export function addNamespace(lab: number, machine: string): string {
  const name = `netpunch-${process.pid}-${lab}-${machine}`;
  ip("netns", "add", name);
  try {
    const off = "cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0; echo 0 | tee all/accept_dad >default/accept_dad";
    runIn(name, ["sh", "-c", off]);
    ip("-n", name, "link", "set", "lo", "up");
    return name;
  } catch (error) {
    removeNamespace(name);
    throw error;
  }
}

/** Kills what runs in a namespace and removes it, with its links, addresses, routes and rules. */
export function removeNamespace(name: string): void {
  const deadline = Date.now() + KILL_LIMIT_MS;
  // Again until nothing is left: a process may have forked while its parent was killed.
  for (let pids = pidsIn(name); pids.length > 0 && Date.now() < deadline; pids = pidsIn(name)) {
    for (const pid of pids) kill(pid);
  }
  try {
    ip("netns", "delete", name);
  } catch (error) {
    // Two sweeps may have met.
    if (namespaces().some((each) => each.name === name)) throw error;
  }
}

/** Removes what labs of processes that live no more have left behind; returns the names. */
export function sweep(): readonly string[] {
  const left = namespaces().filter(({ owner }) => !isAlive(owner));
  for (const { name } of left) removeNamespace(name);
  return left.map(({ name }) => name);
}

/** The processes in a namespace; none where it does not exist any more. */
export function pidsIn(name: string): readonly number[] {
  try {
    return ip("netns", "pids", name).split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Runs `ip` and returns what it printed. */
export function ip(...args: readonly string[]): string {
  return execute("ip", args);
}

/** Runs several `ip` commands in a namespace, a line each, with one process. */
export function ipBatch(namespace: string, commands: readonly string[]): void {
  execute("ip", ["-n", namespace, "-batch", "-"], commands.join("\n"));
}

/** Runs a program in a namespace to its end and returns what it printed. */
export function runIn(namespace: string, command: readonly string[], input?: string): string {
  return execute("ip", ["netns", "exec", namespace, ...command], input);
}

/** @throws Error with what the program wrote to standard error. */
function execute(program: string, args: readonly string[], input = ""): string {
  return execFileSync(program, args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Whether a process still runs; a dead one whose parent has not asked for its end does not. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}
