import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { Failure, systemReason } from "./failure.js";

/** Standard output has no reader any more: there is nobody to tell that to. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** What a console writes to; throws as node:fs does. */
type Sink = (text: string) => void;

export interface ConsoleOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Whether standard error is a terminal that can redraw a line. */
  readonly liveLine: boolean;
  readonly colour: boolean;
  /** Width of the terminal. */
  readonly columns: () => number;
}

const ERASE = "\r\u001b[2K";

/**
 * Standard output and standard error. On a terminal, standard error ends in one live line: what is printed goes above
 * it, and it is gone when the console is done.
 */
export class Console {
  readonly #options: ConsoleOptions;
  #live = "";
  #stderrClosed = false;

  constructor(options: ConsoleOptions) {
    this.#options = options;
  }

  /** Whether `live()` shows anything. */
  get hasLiveLine(): boolean {
    return this.#options.liveLine;
  }

  /**
   * @throws OutputClosed when nobody reads standard output any more
   * @throws Failure when it cannot be written for another reason: a full disk, say
   */
  print(text: string): void {
    const live = this.#live;
    this.live("");
    try {
      this.#options.stdout(text);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EPIPE") throw new OutputClosed();
      throw new Failure("cannot-write", `cannot write to standard output: ${systemReason(error)}`, { cause: error });
    }
    this.live(live);
  }

  /** Writes a line to standard error. */
  note(line: string): void {
    this.#write(`${this.#live === "" ? "" : ERASE}${line}\n${this.#dimmed()}`);
  }

  /** Shows `text` in the live line, in place of what was there, or `short` where that does not fit; "" erases it. */
  live(text: string, short = text): void {
    if (!this.#options.liveLine) return;
    const shown = [...text].length > this.#room() ? short : text;
    if (shown === this.#live) return;
    this.#live = shown;
    this.#write(`${ERASE}${this.#dimmed()}`);
  }

  /** The word that an error's line begins with. */
  get errorLabel(): string {
    return this.#options.colour ? "\u001b[31mError:\u001b[39m" : "Error:";
  }

  /** A line that wraps would be erased in its last part only; three columns stay free, as ^C is echoed at its end. */
  #room(): number {
    return Math.max(this.#options.columns() - 3, 0);
  }

  #dimmed(): string {
    if (this.#live === "") return "";
    const text = [...this.#live].slice(0, this.#room()).join("");
    return this.#options.colour ? `\u001b[2m${text}\u001b[22m` : text;
  }

  /** A log that cannot be written (its reader went away, the disk is full) is no reason to stop the work. */
  #write(text: string): void {
    if (this.#stderrClosed) return;
    try {
      this.#options.stderr(text);
    } catch {
      this.#stderrClosed = true;
    }
  }
}

/** The console of this process. */
export function processConsole(environment: Readonly<Record<string, string | undefined>>): Console {
  const liveLine = isatty(2) && environment["TERM"] !== "dumb";
  return new Console({
    stdout: (text) => writeAll(1, text),
    stderr: (text) => writeAll(2, text),
    liveLine,
    // https://no-color.org: set and not empty.
    colour: liveLine && (environment["NO_COLOR"] ?? "") === "",
    // A terminal that does not know its width (`script`, some containers) says 0.
    columns: () => process.stderr.columns || 80,
  });
}

/**
 * Writes at once, without node's streams: what was printed must have arrived before another program takes this
 * process's place, and streams would set pipes to non-blocking, which that program would inherit.
 */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // Somebody else has set the pipe to non-blocking, and it is full.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
