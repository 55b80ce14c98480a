import { existsSync } from "node:fs";
import { constants } from "node:os";
import { isatty } from "node:tty";
import type { Log } from "../log/log.js";
import { execve } from "./execve.js";

/**
 * What ends a program that waits. SIGHUP says that the terminal is gone; without a terminal there is none to lose, and it is ignored.
 * nohup ignores it for its program, but node undoes that before our first line runs.
 */
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof STOPPING)[number];

const GO_NAMES: Readonly<Record<StopSignal, string>> = {
  SIGINT: "interrupt",
  SIGTERM: "terminated",
  SIGHUP: "hangup",
};

/** As a shell has it for a program that SIGHUP ended. */
const EXIT_HANGUP = 128 + constants.signals.SIGHUP;

/** Asked at the start: a terminal that has gone, of which SIGHUP tells, is none any more. */
const HAD_TERMINAL = [0, 1, 2].some((fd) => isatty(fd));

/** chosen: most look-ups answer in that time. */
const LOOKUP_GRACE_MS = 50;

/** Turns the first stopping signal into an abort; of the second one the process dies on the spot. */
export class Stop {
  readonly #abort = new AbortController();
  readonly #log: Log;
  #received: StopSignal | null = null;

  constructor(log: Log) {
    this.#log = log;
    this.listen();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Which signal came; null while none has. */
  get received(): StopSignal | null {
    return this.#received;
  }

  /** What the process ends with: nothing must take the end of a terminal for a good end, or for one that was asked for. */
  exitCode(otherwise: number): number {
    return this.#received === "SIGHUP" ? EXIT_HANGUP : otherwise;
  }

  listen(): void {
    for (const name of STOPPING) process.on(name, this.#hear);
  }

  /** Gives the signals back, to their default or to a program that takes our place. */
  ignore(): void {
    for (const name of STOPPING) process.off(name, this.#hear);
  }

  /**
   * The last call. Node cannot cancel a name look-up, and waits for it even in `process.exit()`: where one is under way
   * after a signal, the process ends all the same instead of hanging for as long as the name servers are silent.
   */
  end(exitCode: number): void {
    this.ignore();
    const { received } = this;
    // Only then: on a busy machine, a loop with nothing left to do may need longer than the grace as well.
    const lookingUp = process.getActiveResourcesInfo().includes("GetAddrInfoReqWrap");
    if (received !== null && lookingUp) setTimeout(() => leave(exitCode, received), LOOKUP_GRACE_MS).unref();
  }

  readonly #hear = (name: NodeJS.Signals): void => {
    const number = constants.signals[name];
    if (name === "SIGHUP" && !HAD_TERMINAL) return this.#log.info("SIGHUP ignored: no terminal is attached");
    if (this.#received !== null) {
      this.ignore();
      process.kill(process.pid, name);
      return;
    }
    this.#received = name as StopSignal;
    const hex = number.toString(16).toUpperCase().padStart(2, "0");
    this.#log.info(`Shutting down due to signal: ${GO_NAMES[this.#received]} (0x${hex})`);
    this.#abort.abort();
  };
}

/** Only a program that takes our place can end with this exit code; without that, the signal itself is the end. */
function leave(exitCode: number, received: StopSignal): void {
  if (execve !== null && existsSync("/bin/sh")) execve("/bin/sh", ["sh", "-c", `exit ${exitCode}`], {});
  process.kill(process.pid, received);
}
