import type { Core, Deadline, Input, Instant, Output } from "../src/index.js";

type InputType = Input["type"];

/** A core that writes down what it is told and answers by a script. */
export class ScriptedCore implements Core<string> {
  readonly inputs: Input[] = [];
  readonly times: Instant[] = [];
  deadline: Deadline | null = null;
  readonly #script: (input: Input, now: Instant) => readonly Output<string>[];
  readonly #awaited: { type: InputType; count: number; met: () => void }[] = [];

  constructor(script: (input: Input, now: Instant) => readonly Output<string>[] = () => []) {
    this.#script = script;
  }

  handle(now: Instant, input: Input): readonly Output<string>[] {
    this.inputs.push(input);
    this.times.push(now);
    for (const { type, count, met } of this.#awaited) if (this.count(type) >= count) met();
    return this.#script(input, now);
  }

  count(type: InputType): number {
    return this.inputs.filter((input) => input.type === type).length;
  }

  /** Resolves when `count` inputs of a type have come. */
  async told(type: InputType, count = 1): Promise<void> {
    if (this.count(type) >= count) return;
    await new Promise<void>((met) => this.#awaited.push({ type, count, met }));
  }
}

/** Answers each datagram with itself. */
export const echo = (): ScriptedCore =>
  new ScriptedCore((input) => (input.type === "datagram" ? [{ type: "send", datagram: input.datagram }] : []));

/** Takes datagrams that begin with "np:" for its own and passes all others. */
export const picky = (): ScriptedCore =>
  new ScriptedCore((input) => {
    if (input.type !== "datagram" || text(input.datagram.bytes).startsWith("np:")) return [];
    return [{ type: "pass", datagram: input.datagram }];
  });

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytes = (words: string): Uint8Array => new TextEncoder().encode(words);
