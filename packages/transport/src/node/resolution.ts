import type { Endpoint } from "@netpunch/wire";
import type { Input } from "../core.js";

type Resolve = (signal: AbortSignal) => Promise<readonly Endpoint[]>;
type Answer = Extract<Input, { type: "resolved" | "resolveFailed" }>;

/** The lookups that a core asks for, one at a time: asked again while one is under way, that one's answer serves both. */
export class Resolution {
  readonly #resolve: Resolve;
  readonly #answer: (answer: Answer) => void;
  #running: AbortController | undefined;

  constructor(resolve: Resolve | undefined, answer: (answer: Answer) => void) {
    this.#resolve =
      resolve ?? (() => Promise.reject(new Error("the core asked for a lookup, but there is no resolve")));
    this.#answer = answer;
  }

  async run(): Promise<void> {
    if (this.#running !== undefined) return;
    const running = new AbortController();
    this.#running = running;
    const answer = await this.#ask(running.signal);
    this.#running = undefined;
    this.#answer(answer);
  }

  abort(): void {
    this.#running?.abort();
  }

  async #ask(signal: AbortSignal): Promise<Answer> {
    try {
      const endpoints = await this.#resolve(signal);
      if (endpoints.length > 0) return { type: "resolved", endpoints };
      return { type: "resolveFailed", error: new Error("the name has no address") };
    } catch (error) {
      return { type: "resolveFailed", error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}
