import { setTimeout as pause } from "node:timers/promises";
import { labelOf } from "../../command-line/meeting.js";
import type { PeerTask, Program } from "../../command-line/task.js";
import type { Fields } from "../../command-line/template.js";
import { createLog, type Log, NO_LOG } from "../../log/log.js";
import type { Console } from "../../process/console.js";
import { asFailure, type Failure } from "../../process/failure.js";
import { becomeProgram, type Ended, exitCodeOf, programArguments, runProgram } from "../../process/run-program.js";
import { Stop } from "../../process/stop.js";
import { Backoff } from "./backoff.js";
import { openHole, stoppedBy } from "./open-hole.js";

/** chosen: a program that ran so long did work, so its end starts a new count of pauses. */
const RAN_WELL_MS = 30_000;

/** Runs a peer; resolves to the exit code. */
export async function runPeer(task: PeerTask, console: Console): Promise<number> {
  const log =
    task.logging === "off"
      ? NO_LOG
      : createLog({ write: (line) => console.note(line), pid: process.pid, label: labelOf(task.meeting) });
  const stop = new Stop(log);
  try {
    return task.repeat === "once" ? await once(task, console, log, stop) : await forEver(task, console, log, stop);
  } finally {
    stop.end(stop.exitCode(1));
  }
}

async function once(task: PeerTask, console: Console, log: Log, stop: Stop): Promise<number> {
  const fields = await openHole(task, console, log, stop);
  const { program } = task;
  if (program === null) return 0;
  const args = programArguments(program, fields);
  becomeProgram(program, args, stop);
  return exitCodeOf(await runProgram(program, args, stop), stop);
}

/** Without a program: until there is a hole. With one: again whenever it has ended. */
async function forEver(task: PeerTask, console: Console, log: Log, stop: Stop): Promise<number> {
  const backoff = new Backoff();
  for (;;) {
    try {
      const fields = await openHole(task, console, log, stop);
      if (task.program === null) return 0;
      const ended = await runBetween(task.program, fields, stop, backoff);
      if (ended.passedOn !== null) return exitCodeOf(ended, stop);
      log.info(`command ended with ${ended.code === null ? `signal ${ended.signal}` : `exit code ${ended.code}`}`);
    } catch (error) {
      const failure = asFailure(error);
      if (stop.received !== null || !mayPass(failure)) throw failure;
      // Where the machine refused to send, or nobody knows control's name, the log has said so already.
      if (failure.message !== log.lastError) log.error(failure.message);
    }
    const pauseMs = backoff.next();
    log.info(`next try in ${(pauseMs / 1000).toFixed(1)} s`);
    await pause(pauseMs, undefined, { signal: stop.signal }).catch(() => {
      throw stoppedBy(stop, task);
    });
  }
}

/** Runs the program, and learns from it how long to wait before the next round. */
async function runBetween(program: Program, fields: Fields, stop: Stop, backoff: Backoff): Promise<Ended> {
  const startedAt = performance.now();
  const ended = await runProgram(program, programArguments(program, fields), stop);
  if (ended.code === 0 || performance.now() - startedAt >= RAN_WELL_MS) backoff.reset();
  return ended;
}

/** What another try can mend: not a right that is missing, nor a bug. */
function mayPass({ code }: Failure): boolean {
  return code !== "permission-denied" && code !== "internal" && code !== "command-failed";
}
