import { Failure } from "../process/failure.js";
import { didYouMean } from "./did-you-mean.js";
import { readGoFlags } from "./go-flags.js";
import { USAGE } from "./help.js";
import { FIRST_WORDS, type Form, SUBCOMMANDS } from "./options.js";
import { createParser, type Given, helpOf, optionsOf } from "./parser.js";
import type { SystemLookups } from "./system-lookups.js";
import type { Task } from "./task.js";
import { understand } from "./understand.js";

export type Parsed =
  | { readonly ok: true; readonly task: Task }
  /** `usage` is shown under the error, null where the error says it all. */
  | { readonly ok: false; readonly failure: Failure; readonly usage: string | null; readonly output: "text" | "json" };

/** Reads the command line (without node and script): what to do, or all that is wrong with it at once. */
export function parseArguments(argv: readonly string[], system: SystemLookups): Parsed {
  if (argv[0] === "help") return help(argv.slice(1));
  const form = formOf(argv[0]);
  const flags = readGoFlags(
    form === "plain" ? argv : argv.slice(1),
    optionsOf(form),
    form === "plain" ? "stop" : "keep",
  );
  // What is wrong may stand before -json, so this is not left to the parser.
  const output = argv.some((token) => /^--?json(=true)?$/.test(token)) ? "json" : "text";
  if (!flags.ok) {
    const failure = new Failure("usage", flags.message, { exitCode: 2 });
    return { ok: false, failure, usage: usageOf(form), output };
  }
  const [first] = argv;
  if (form === "plain" && first !== undefined && !first.startsWith("-")) {
    // The original reads no flag behind it and complains that they are missing: this names the reason.
    return {
      ok: false,
      failure: unknownCommand("the first word", `${FIRST_WORDS.join(", ")} or a flag`, first),
      usage: null,
      output,
    };
  }
  if (flags.help) return { ok: true, task: { type: "help", text: helpOf(form) } };

  let found: Given = { form, values: {}, programArguments: [] };
  const words = form === "plain" ? [] : [form];
  createParser((given) => {
    found = given;
  }).parse([...words, ...flags.tokens], { from: "user" });
  const understood = understand(found, flags, system);
  if (understood.ok) return understood;
  const failure = new Failure(
    "bad-arguments",
    understood.mistakes.join("; "),
    argv.length <= 1 ? { advice: FIRST_STEPS } : {},
  );
  return { ok: false, failure, usage: null, output };
}

/** For those who call a command to see what it does. */
const FIRST_STEPS = '"netpunch -h" explains every flag, and "netpunch demo" shows a hole being punched on this machine';

/** `netpunch help`, `netpunch help peer`: the same as -h. */
function help(words: readonly string[]): Parsed {
  const [topic, ...more] = words.filter((word) => !/^--?(h|help)$/.test(word));
  if (more.length === 0 && (topic === undefined || topic === "help" || formOf(topic) !== "plain")) {
    return { ok: true, task: { type: "help", text: helpOf(formOf(topic)) } };
  }
  const failure =
    more.length > 0
      ? new Failure("bad-arguments", `help: expected one command, got ${words.length} words`)
      : unknownCommand("help", SUBCOMMANDS.join(", "), topic ?? "");
  return { ok: false, failure, usage: null, output: "text" };
}

function unknownCommand(where: string, expected: string, got: string): Failure {
  const message = `${where} expected ${expected}, got ${JSON.stringify(got)}${didYouMean(got, FIRST_WORDS)}`;
  return new Failure("bad-arguments", message, { advice: FIRST_STEPS });
}

function formOf(word: string | undefined): Form {
  return SUBCOMMANDS.find((each) => each === word) ?? "plain";
}

function usageOf(form: Form): string {
  const help = form === "plain" ? "netpunch -h" : `netpunch ${form} -h`;
  return `Usage: ${USAGE[form]}\n"${help}" explains every flag.\n`;
}
