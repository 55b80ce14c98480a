import type { Control, KeptEnd } from "@netpunch/control";
import { formatEndpoint } from "@netpunch/wire";
import type { Log } from "../../log/log.js";

/** As the log shows ids elsewhere. */
const SHOWN_DIGITS = 8;

/** What lies between the signal to stop and the end: programs that use the relay are waited for, or named. */
export class Ending {
  readonly #abort = new AbortController();
  readonly #drainForMs: number | null;
  readonly #log: Log;
  #control: Control | null = null;
  #after: "lost" | "kept" = "lost";

  constructor(stopped: AbortSignal, drainForMs: number | null, log: Log) {
    this.#drainForMs = drainForMs;
    this.#log = log;
    const end = () => void this.#end().finally(() => this.#abort.abort(stopped.reason));
    if (stopped.aborted) end();
    else stopped.addEventListener("abort", end, { once: true });
  }

  /** Aborts when there is nothing more to wait for. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** @param after whether the next node goes on with what is left */
  drains(control: Control, after: "lost" | "kept"): void {
    this.#control = control;
    this.#after = after;
  }

  async #end(): Promise<void> {
    if (this.#control === null) return;
    const { length } = this.#control.keptEnds();
    if (this.#drainForMs !== null && length > 0) {
      const programs = length === 1 ? "a program that uses" : `${length} programs that use`;
      this.#log.info(`waiting up to ${this.#drainForMs / 1000} s for ${programs} the relay`);
    }
    const left = await this.#control.drain({ forMs: this.#drainForMs ?? 0 });
    for (const each of left) this.#log.info(this.#farewell(each));
  }

  #farewell({ session, address, port }: KeptEnd): string {
    const who = `session ${session.slice(0, SHOWN_DIGITS)}: the program at ${formatEndpoint({ address, port })}`;
    return this.#after === "kept" ? `${who} goes on over the relay once control is back` : `${who} loses the relay`;
  }
}
