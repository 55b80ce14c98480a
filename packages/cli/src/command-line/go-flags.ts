import { didYouMean } from "./did-you-mean.js";
import type { OptionSpec } from "./options.js";

/**
 * Reads flags by the rules of Go's `flag` package, which the original's users know, and rewrites them for a parser of
 * GNU style: each becomes `--name=value`, whatever the value begins with.
 *
 * - one dash or two; `-name value` or `-name=value`; the token after a flag that needs a value is the value, even "-x"
 * - a switch takes a value only with "=": `-silent=false`
 * - flags end at `--`, and at the first word without a dash ("stop"; "keep" collects such words and reads on)
 */
export function readGoFlags(
  argv: readonly string[],
  options: readonly OptionSpec[],
  words: "stop" | "keep",
): GoFlags | GoFlagError {
  const tokens: string[] = [];
  const operands: string[] = [];
  let at = 0;
  while (at < argv.length) {
    const token = argv[at] ?? "";
    at += 1;
    if (token === "--") break;
    if (token.length < 2 || !token.startsWith("-")) {
      if (words === "keep") {
        operands.push(token);
        continue;
      }
      at -= 1;
      break;
    }
    const match = /^--?(?<name>[^-=][^=]*)(?:=(?<value>[\s\S]*))?$/.exec(token);
    const name = match?.groups?.["name"];
    if (name === undefined) return { ok: false, message: `bad flag syntax: ${token}` };
    if (name === "h" || name === "help") return { ok: true, help: true };
    const option = options.find((each) => each.name === name);
    if (option === undefined) {
      const names = options.map((each) => each.name);
      const hint = didYouMean(name, names, (each) => `-${each}`);
      return { ok: false, message: `flag provided but not defined: -${name}${hint}` };
    }
    let value = match?.groups?.["value"];
    if (option.value === null || option.valueIs === "optional") {
      const read = readSwitch(option, value);
      if (read === null) return { ok: false, message: `invalid boolean value ${JSON.stringify(value)} for -${name}` };
      tokens.push(`--${name}=${read}`);
      continue;
    }
    if (value === undefined) {
      if (at === argv.length) return { ok: false, message: `flag needs an argument: -${name}` };
      value = argv[at] ?? "";
      at += 1;
    }
    tokens.push(`--${name}=${value}`);
  }
  return { ok: true, help: false, tokens, operands, unread: argv.length - at };
}

export type GoFlags =
  | { readonly ok: true; readonly help: true }
  | {
      readonly ok: true;
      readonly help: false;
      /** `--name=value`, in order. */
      readonly tokens: readonly string[];
      readonly operands: readonly string[];
      /** How many words at the end are no flags. */
      readonly unread: number;
    };

export interface GoFlagError {
  readonly ok: false;
  readonly message: string;
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

function readSwitch(option: OptionSpec, value: string | undefined): string | null {
  if (value === undefined) return "true";
  if (TRUE.has(value) && option.valueIs === undefined) return "true";
  if (FALSE.has(value)) return "false";
  return option.valueIs === "optional" ? value : null;
}
