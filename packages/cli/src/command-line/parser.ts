import { Command, Option } from "commander";
import { MORE_HELP, USAGE } from "./help.js";
import { type Form, GROUPS, OPTIONS, type OptionName, type OptionSpec, termOf } from "./options.js";

/** An argument of the program to run, as it was given. */
export interface ProgramArgument {
  readonly kind: "arg" | "fields" | "raw";
  readonly text: string;
}

/** What was given, unchecked. */
export interface Given {
  readonly form: Form;
  readonly values: Readonly<Partial<Record<OptionName, string>>>;
  readonly programArguments: readonly ProgramArgument[];
}

/** The definition of the command line; `given` is told what a parse finds. */
export function createParser(given: (found: Given) => void): Command {
  const program = new Command("netpunch").helpCommand(false).enablePositionalOptions();
  define(program, "plain", "Opens a direct UDP path between two machines behind NATs, for any program.", given);
  const subcommand = (form: Form, description: string) => define(program.command(form), form, description, given);
  subcommand("control", "Control node: peers learn each other's address from it.");
  subcommand("peer", "Peer: meets the partner, in a session (-session) or in a slot, which can stand without -peer.");
  subcommand("keygen", "Makes a new secret, or the control key of a secret.");
  subcommand("demo", "Control and two peers meet on this machine, over real UDP.");
  subcommand("completion", "Prints a script that makes a shell complete the flags.");
  return program;
}

/** The help of a form, wrapped for the terminal that it is printed on. */
export function helpOf(form: Form): string {
  const program = createParser(() => {});
  const command = program.commands.find((each) => each.name() === form) ?? program;
  return command.helpInformation() + MORE_HELP[form];
}

/** Which flags a form understands; a node those of the other mode too, so that one error can say what is wrong with them. */
export function optionsOf(form: Form): readonly OptionSpec[] {
  const isNode = form === "plain" || form === "control" || form === "peer";
  return OPTIONS.filter((option) => (isNode ? isFor(option, "control") || isFor(option, "peer") : isFor(option, form)));
}

function define(command: Command, form: Form, description: string, given: (found: Given) => void): void {
  const values: Partial<Record<OptionName, string>> = {};
  const programArguments: ProgramArgument[] = [];
  for (const spec of optionsOf(form)) {
    const keep = (text: string) => {
      const { name } = spec;
      if (name === "arg" || name === "fields" || name === "raw") programArguments.push({ kind: name, text });
      else values[name as OptionName] = text;
    };
    const option = new Option(`--${spec.name} <${spec.value ?? "boolean"}>`, spec.summary)
      .helpGroup(GROUPS[spec.group].heading)
      .hideHelp(form !== "plain" && !isFor(spec, form))
      .argParser(keep);
    command.addOption(option);
  }
  command
    .description(description)
    .addHelpOption(new Option("-h, --help", "print this help and exit").helpGroup("Output:"))
    .configureHelp({
      commandUsage: () => USAGE[form],
      optionTerm: (option) => {
        const spec = optionsOf(form).find(({ name }) => name === option.name());
        return spec === undefined ? "-h" : termOf(spec);
      },
      subcommandTerm: (each) => each.name(),
    })
    .action(() => given({ form, values, programArguments }));
}

function isFor({ group }: OptionSpec, form: Form): boolean {
  return GROUPS[group].forms.some((each) => each === form);
}
