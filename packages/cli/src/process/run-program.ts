import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { isatty } from "node:tty";
import type { Program } from "../command-line/task.js";
import type { Fields } from "../command-line/template.js";
import { execve } from "./execve.js";
import { Failure, systemReason } from "./failure.js";
import { mayRun } from "./find-program.js";
import type { Stop } from "./stop.js";

/** How a program ended, and the signal that we passed on to it meanwhile. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly passedOn: NodeJS.Signals | null;
}

/** The program's arguments, in the order in which they were given. */
export function programArguments(program: Program, fields: Fields): readonly string[] {
  return program.arguments.flatMap(({ kind, render }) => {
    const text = render(fields);
    return kind === "fields" ? text.split(/\s+/u).filter((field) => field !== "") : [text];
  });
}

/** Puts the program in this process's place, as the original does; returns only where that is impossible. */
export function becomeProgram(program: Program, args: readonly string[], stop: Stop): void {
  if (execve === null || !canBeExecuted(program.path)) return;
  // A signal that comes from here on is not for us to keep.
  stop.ignore();
  // exec gives handled signals their default back, but leaves ignored ones ignored, and node ignores these two.
  for (const name of ["SIGPIPE", "SIGXFSZ"] as const) process.on(name, () => {});
  execve(program.path, [program.name, ...args], process.env);
}

/** What the kernel would refuse must not come so far: scripts without a `#!`, or with one that leads nowhere. */
function canBeExecuted(path: string): boolean {
  const start = firstBytes(path);
  if (start.startsWith("#!")) return mayRun(start.slice(2).trim().split(/\s/u)[0] ?? "");
  return start.startsWith("\x7fELF") || MACH_O.test(start);
}

/** mach-o/loader.h and mach-o/fat.h: the magic numbers of one and of several architectures, in both byte orders. */
const MACH_O = /^(\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe)/;

function firstBytes(path: string): string {
  try {
    const file = openSync(path, "r");
    const bytes = Buffer.alloc(256);
    const length = readSync(file, bytes);
    closeSync(file);
    return bytes.toString("latin1", 0, length).split("\n", 1)[0] ?? "";
  } catch {
    return "";
  }
}

const PASSED_ON = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGCONT",
  "SIGWINCH",
] as const satisfies readonly NodeJS.Signals[];
/** What a terminal's driver sends to every process of the foreground group: the program has these already. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGQUIT", "SIGWINCH"]);

/**
 * Runs the program as a child with our standard streams, and waits for its end; signals are passed on meanwhile. libuv
 * gives the child default signal dispositions.
 */
export async function runProgram(program: Program, args: readonly string[], stop: Stop): Promise<Ended> {
  const terminal = isatty(0);
  let child: ChildProcess | undefined;
  let passedOn: NodeJS.Signals | null = null;
  const passOn = (signal: NodeJS.Signals) => {
    if (signal !== "SIGCONT" && signal !== "SIGWINCH") passedOn = signal;
    if (!(terminal && FROM_TERMINAL.has(signal))) child?.kill(signal);
  };
  // Before the child is there: a signal in between would end us, and leave the child alone.
  for (const signal of PASSED_ON) process.on(signal, passOn);
  stop.ignore();
  try {
    child = spawn(program.path, args, { argv0: program.name, stdio: "inherit" });
    const [code, signal] = await once(child, "exit");
    return { code, signal, passedOn };
  } catch (cause) {
    throw cannotStart(program, cause);
  } finally {
    stop.listen();
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
}

/** 126 and 127 as the shells have it (POSIX, "Exit status for commands"). */
function cannotStart(program: Program, cause: unknown): Failure {
  const exitCode = cause instanceof Error && "code" in cause && cause.code === "ENOENT" ? 127 : 126;
  const message = `cannot start ${JSON.stringify(program.name)}: ${systemReason(cause)}`;
  return new Failure("command-failed", message, { exitCode, cause });
}

/** Signals whose default action would write a core dump of ours besides the program's. */
const DIES_QUIETLY: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"]);

/** Ends as the program did: its exit code, or its signal, so that a shell's loop stops where the program was interrupted. */
export function exitCodeOf({ code, signal }: Ended, stop: Stop): number {
  if (code !== null) return code;
  const number = signal === null ? 0 : osConstants.signals[signal];
  stop.ignore();
  if (signal !== null && DIES_QUIETLY.has(signal)) process.kill(process.pid, signal);
  return 128 + number;
}
