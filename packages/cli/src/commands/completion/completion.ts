import {
  FIRST_WORDS,
  GROUPS,
  OPTIONS,
  type OptionSpec,
  PROTOCOLS,
  SHELLS,
  type Shell,
  SUBCOMMANDS,
  type Subcommand,
} from "../../command-line/options.js";

const SLOTS = [..."abcdefghijklmnopqrstuvwxyz"].join(" ");
const PROTOCOL_WORDS = PROTOCOLS.join(" ");

/** A script that makes the shell complete the command's flags, made from the same table as the help. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const options: readonly OptionSpec[] = OPTIONS;

function commandsOf({ group }: OptionSpec): readonly Subcommand[] {
  return GROUPS[group].forms;
}

/** The flags that a command has. Without one, as the original is called, both modes' are offered. */
function optionsOf(command: Subcommand | null): readonly OptionSpec[] {
  const of = command === null ? (["control", "peer"] as const) : [command];
  return options.filter((option) => commandsOf(option).some((each) => of.some((one) => one === each)));
}

function words(command: Subcommand | null): string {
  return [...optionsOf(command).map(({ name }) => `-${name}`), "-h"].join(" ");
}

function flagsWith(kind: OptionSpec["kind"]): string {
  return options
    .filter((option) => option.kind === kind)
    .flatMap(({ name }) => [`-${name}`, `--${name}`])
    .join("|");
}

/** The flags whose value can be anything: nothing is offered for it. */
function freeFlags(): string {
  return options
    .filter(({ value, valueIs, kind }) => value !== null && valueIs === undefined && kind === undefined)
    .flatMap(({ name }) => [`-${name}`, `--${name}`])
    .join("|");
}

function bash(): string {
  return `# bash completion for netpunch: source <(netpunch completion bash)
_netpunch() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  case $previous in
    ${flagsWith("file")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${flagsWith("program")}) COMPREPLY=($(compgen -c -- "$current")); return ;;
    ${flagsWith("slot")}) COMPREPLY=($(compgen -W "${SLOTS}" -- "$current")); return ;;
    ${flagsWith("protocol")}) COMPREPLY=($(compgen -W "${PROTOCOL_WORDS}" -- "$current")); return ;;
    ${freeFlags()}) return ;;
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(" ")}" -- "$current")); return ;;
    help) COMPREPLY=($(compgen -W "${SUBCOMMANDS.join(" ")}" -- "$current")); return ;;
  esac
  local words
  case \${COMP_WORDS[1]} in
${SUBCOMMANDS.map((command) => `    ${command}) words="${words(command)}" ;;`).join("\n")}
    help) words="" ;;
    *) words="${words(null)}" ;;
  esac
  if ((COMP_CWORD == 1)); then words="${FIRST_WORDS.join(" ")} $words"; fi
  if [[ $current == --* ]]; then words=\${words// -/ --}; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _netpunch netpunch
`;
}

function zsh(): string {
  const actions: Readonly<Record<string, string>> = {
    file: "_files",
    program: "_command_names -e",
    slot: `(${SLOTS})`,
    protocol: `(${PROTOCOL_WORDS})`,
  };
  const spec = ({ name, value, valueIs, kind, summary }: OptionSpec) => {
    const repeat = name === "arg" || name === "fields" || name === "raw" ? "*" : "";
    const described = `[${summary.replace(/[[\]:'"\\\\]/g, "")}]`;
    if (value === null || valueIs === "optional") return `'${repeat}-${name}${described}'`;
    return `'${repeat}-${name}${described}:${value.toLowerCase()}:${actions[kind ?? ""] ?? ""}'`;
  };
  const flags = (command: Subcommand | null) => optionsOf(command).map(spec).join(" \\\n      ");
  return `#compdef netpunch
# zsh completion for netpunch: source <(netpunch completion zsh)
_netpunch() {
  local -a flags
  case $words[2] in
${SUBCOMMANDS.map((command) => `    ${command}) flags=(${flags(command)}) ;;`).join("\n")}
    help) flags=() ;;
    *) flags=(${flags(null)}) ;;
  esac
  local second=
  case $words[2] in
    completion) second='2:shell:(${SHELLS.join(" ")})' ;;
    help) second='2:command:(${SUBCOMMANDS.join(" ")})' ;;
    peer) second='2:slot:(${SLOTS})' ;;
  esac
  _arguments -S $flags '(-)-h[print the help and exit]' '1:command:(${FIRST_WORDS.join(" ")})' $second
}
compdef _netpunch netpunch
`;
}

function fish(): string {
  const lines = options.map((option) => {
    const { name, value, valueIs, kind, summary } = option;
    const description = `-n '${fishCondition(commandsOf(option))}' -d '${summary.replaceAll("'", "")}'`;
    if (value === null || valueIs === "optional") return `complete -c netpunch -f -o ${name} ${description}`;
    const values = {
      file: "-r -F",
      program: "-x -a '(__fish_complete_command)'",
      slot: `-x -a '${SLOTS}'`,
      protocol: `-x -a '${PROTOCOL_WORDS}'`,
      none: "-x",
    }[kind ?? "none"];
    return `complete -c netpunch -o ${name} ${values} ${description}`;
  });
  return `# fish completion for netpunch: netpunch completion fish | source
complete -c netpunch -f
complete -c netpunch -n __fish_use_subcommand -a '${FIRST_WORDS.join(" ")}'
complete -c netpunch -n '__fish_seen_subcommand_from help' -a '${SUBCOMMANDS.join(" ")}'
complete -c netpunch -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(" ")}'
${lines.join("\n")}
`;
}

/** Behind one of these commands; and where no command is given, as the original is called, a node's. */
function fishCondition(commands: readonly Subcommand[]): string {
  const behind = `__fish_seen_subcommand_from ${commands.join(" ")}`;
  const isNodes = commands.includes("control") || commands.includes("peer");
  return isNodes ? `${behind}; or not __fish_seen_subcommand_from ${FIRST_WORDS.join(" ")}` : behind;
}
