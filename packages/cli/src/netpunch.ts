#!/usr/bin/env node
import "./process/no-debugger.js";
import { readFileSync } from "node:fs";
import { parseArguments } from "./command-line/arguments.js";
import type { ControlTask, PeerTask, Task } from "./command-line/task.js";
import { type Console, OutputClosed, processConsole } from "./process/console.js";
import { asFailure, type Failure } from "./process/failure.js";
import { findProgram } from "./process/find-program.js";
import { errorJson } from "./process/json.js";
import { readSmallFile } from "./process/read-small-file.js";

/** As a shell has it for a program that SIGPIPE ended, which is how the original ends. */
const EXIT_OUTPUT_CLOSED = 128 + 13;

const console = processConsole(process.env);
process.exitCode = await main(process.argv.slice(2), console);

async function main(argv: readonly string[], console: Console): Promise<number> {
  const parsed = parseArguments(argv, {
    environment: process.env,
    readFile: readSmallFile,
    findProgram: (name) => findProgram(name, { path: process.env["PATH"] }),
  });
  const output = parsed.ok ? outputOf(parsed.task) : parsed.output;
  try {
    if (parsed.ok) return await run(parsed.task, console);
    return complain(parsed.failure, output, parsed.usage, console);
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT_OUTPUT_CLOSED;
    return complain(asFailure(error), output, null, console);
  }
}

/** Each mode loads what it needs, so that a peer need not wait for control's code to be read, nor help for either. */
async function run(task: Task, console: Console): Promise<number> {
  switch (task.type) {
    case "help":
      console.print(task.text);
      return 0;
    case "version":
      console.print(`${version()}\n`);
      return 0;
    case "completion":
      console.print((await import("./commands/completion/completion.js")).completionScript(task.shell));
      return 0;
    case "keygen":
      return (await import("./commands/keygen/keygen.js")).runKeygen(task, console);
    case "demo":
      return (await import("./commands/demo/demo.js")).runDemo(task.logging, console);
    case "control":
      warn(task.warnings, task, console);
      return (await import("./commands/control/run-control.js")).runControl(task, console);
    case "peer":
      warn(task.warnings, task, console);
      return (await import("./commands/peer/run-peer.js")).runPeer(task, console);
  }
}

function warn(warnings: readonly string[], { logging }: ControlTask | PeerTask, console: Console): void {
  if (logging === "off") return;
  for (const warning of warnings) console.note(`Warning: ${warning}`);
}

/** One line on standard error, and with -json one on standard output too; resolves to the exit code. */
function complain(failure: Failure, output: "text" | "json", usage: string | null, console: Console): number {
  console.live("");
  const advice = failure.advice === null ? "" : `. ${failure.advice}`;
  console.note(usage === null ? `${console.errorLabel} ${failure.message}${advice}` : `${failure.message}\n${usage}`);
  if (failure.code === "internal" && failure.cause instanceof Error) console.note(String(failure.cause.stack));
  if (output === "json") printQuietly(errorJson(failure), console);
  return failure.exitCode;
}

/** The line on standard error has said what is wrong; that this one cannot be written adds nothing. */
function printQuietly(text: string, console: Console): void {
  try {
    console.print(text);
  } catch {}
}

function outputOf(task: Task): "text" | "json" {
  return "output" in task ? task.output : "text";
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { readonly version: string }).version;
}
