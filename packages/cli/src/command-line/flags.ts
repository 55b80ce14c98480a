import type { OptionName } from "./options.js";
import type { Given } from "./parser.js";

/** What was given for each flag. An empty value counts as none, as in the original, but for those who ask. */
export class Flags {
  readonly #given: Given;

  constructor(given: Given) {
    this.#given = given;
  }

  text(name: OptionName): string {
    return this.#given.values[name] ?? "";
  }

  is(name: OptionName): boolean {
    return this.#given.values[name] === "true";
  }

  has(name: OptionName): boolean {
    if (name === "arg" || name === "fields" || name === "raw") {
      return this.#given.programArguments.some(({ kind }) => kind === name);
    }
    const value = this.text(name);
    return value !== "" && value !== "false";
  }

  /** Given without a value: `-session "$NAME"` where the variable is not set. */
  isEmpty(name: OptionName): boolean {
    return this.#given.values[name] === "";
  }
}
