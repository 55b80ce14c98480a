import { OPTIONS, type OptionSpec, PROTOCOLS, SHELLS, type Shell, SUBCOMMANDS } from "../../command-line/options.js";

const SLOTS = [..."abcdefghijklmnopqrstuvwxyz"].join(" ");
const PROTOCOL_WORDS = PROTOCOLS.join(" ");

/** A script that makes the shell complete the command's flags, made from the same table as the help. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const options: readonly OptionSpec[] = OPTIONS;

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
  esac
  local words="${[...options.map(({ name }) => `-${name}`), "-h"].join(" ")}"
  if ((COMP_CWORD == 1)); then words="${SUBCOMMANDS.join(" ")} $words"; fi
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
  const specs = options.map(({ name, value, valueIs, kind, summary }) => {
    const repeat = name === "arg" || name === "fields" || name === "raw" ? "*" : "";
    const described = `[${summary.replace(/[[\]:'"\\\\]/g, "")}]`;
    if (value === null || valueIs === "optional") return `  '${repeat}-${name}${described}'`;
    return `  '${repeat}-${name}${described}:${value.toLowerCase()}:${actions[kind ?? ""] ?? ""}'`;
  });
  return `#compdef netpunch
# zsh completion for netpunch: source <(netpunch completion zsh)
_netpunch() {
  _arguments -S \\
${specs.map((spec) => `${spec} \\`).join("\n")}
  '(-)-h[print the help and exit]' \\
  '1:command:(${SUBCOMMANDS.join(" ")})' \\
  '2:: :(${[...SHELLS].join(" ")})'
}
compdef _netpunch netpunch
`;
}

function fish(): string {
  const lines = options.map(({ name, value, valueIs, kind, summary }) => {
    const description = `-d '${summary.replaceAll("'", "")}'`;
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
complete -c netpunch -n __fish_use_subcommand -a '${SUBCOMMANDS.join(" ")}'
complete -c netpunch -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(" ")}'
${lines.join("\n")}
`;
}
