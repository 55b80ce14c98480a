import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** chosen: far more than anything here needs, even on a machine that is busy with other tests. */
const LINE_LIMIT_MS = 90_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
  readonly reject: (error: Error) => void;
}

/** A program at work in a lab, and what it has printed so far. */
export class Running {
  /** Settles when it has ended and everything that it printed was read. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #title: string;
  readonly #waiters = new Set<Waiter>();
  #stdout = "";
  #stderr = "";

  constructor(command: readonly string[], options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string }) {
    const [program = "", ...args] = command;
    this.#title = command.join(" ");
    this.#child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        for (const { pattern, reject } of this.#waiters) reject(this.#never(pattern, "it has ended"));
        resolve({ code, signal });
      });
    });
    // Whoever does not wait for the end does not want to hear of it either.
    this.ended.catch(() => {});
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until one of its streams holds the pattern; rejects when it ends without that, or after a minute and a half. */
  saw(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(this.#never(pattern, "not in time"))), LINE_LIMIT_MS);
      const settle = (then: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        then();
      };
      const waiter: Waiter = {
        pattern,
        resolve: (match) => settle(() => resolve(match)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#waiters.add(waiter);
      this.#look();
      if (this.#child.exitCode !== null && this.#child.stdout.closed)
        waiter.reject(this.#never(pattern, "it has ended"));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #look(): void {
    for (const { pattern, resolve } of [...this.#waiters]) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (match !== null) resolve(match);
    }
  }

  #never(pattern: RegExp, why: string): Error {
    return new Error(`${this.#title}: never printed ${pattern}: ${why}. It printed:\n${this.#stdout}${this.#stderr}`);
  }
}
