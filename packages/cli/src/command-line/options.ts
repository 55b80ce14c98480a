/**
 * Every flag of the command, once. The parser, the help, shell completion and the README's table are made from this.
 */

export const SUBCOMMANDS = ["control", "peer", "keygen", "demo", "completion"] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

/** Without a subcommand ("plain"), -peer and -session tell the modes apart, as -peer does in the original. */
export type Form = "plain" | Subcommand;

/** Those, and what prints their help. */
export const FIRST_WORDS = [...SUBCOMMANDS, "help"] as const;

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function isShell(word: unknown): word is Shell {
  return (SHELLS as readonly unknown[]).includes(word);
}

export const PROTOCOLS = ["auto", "v1", "v2"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export function isProtocol(word: unknown): word is Protocol {
  return (PROTOCOLS as readonly unknown[]).includes(word);
}

/** The most bindings that control can be told to have room for, as @netpunch/control says. */
export const MAX_BINDINGS = 10_000_000;

/** Whom a flag is for, as the help groups them: both kinds of node, one of them, or several forms of the command. */
export const GROUPS = {
  both: { heading: "Control and peer:", forms: ["control", "peer"] },
  secret: { heading: "Secret:", forms: ["control", "peer", "keygen"] },
  peer: { heading: "Peer:", forms: ["peer"] },
  control: { heading: "Control:", forms: ["control"] },
  keygen: { heading: "Keygen:", forms: ["keygen"] },
  output: { heading: "Output:", forms: ["control", "peer", "keygen"] },
  log: { heading: "Output:", forms: ["control", "peer", "demo"] },
  demo: { heading: "Demo:", forms: ["demo"] },
} as const satisfies Record<string, { heading: string; forms: readonly Subcommand[] }>;

export interface OptionSpec {
  /** Without dashes; users write one or two. */
  readonly name: string;
  /** What stands for the value in the help; null for a switch. */
  readonly value: string | null;
  /** "optional": the flag is a switch that may be given a value with "=". Default "required". */
  readonly valueIs?: "optional";
  /** What the value is, where completion can help. */
  readonly kind?: "file" | "program" | "slot" | "protocol";
  readonly group: keyof typeof GROUPS;
  /** Whether the Go netpunch 0.2 has it too. */
  readonly origin: "original" | "new";
  /** Without a full stop. */
  readonly summary: string;
}

export const OPTIONS = [
  {
    name: "local",
    value: "ADDRESS",
    group: "both",
    origin: "original",
    summary: "where control listens, or what a peer punches from: :5000, 192.0.2.1:5000, [::1]:5000; port 0: any",
  },
  {
    name: "relay",
    value: "HOW",
    group: "both",
    origin: "new",
    summary: "control: how much for each pair without a direct path, or off; default: 10M; peer: auto, never, only",
  },
  {
    name: "secret",
    value: "TEXT",
    group: "secret",
    origin: "original",
    summary: "what control and both peers share; others on this machine can see it in ps",
  },
  {
    name: "secret-file",
    value: "FILE",
    kind: "file",
    group: "secret",
    origin: "original",
    summary: "the secret is the content of this file; in protocol v1 a newline at its end is part of it",
  },
  {
    name: "secret-env",
    value: "NAME",
    group: "secret",
    origin: "new",
    summary: "the secret is in this environment variable",
  },
  {
    name: "peer",
    value: "SLOT",
    kind: "slot",
    group: "peer",
    origin: "original",
    summary: "be the peer in this slot, a-z: a meets b, c meets d, ... y meets z",
  },
  {
    name: "session",
    value: "NAME",
    group: "peer",
    origin: "new",
    summary: "meet the peer that names the same session, any text; without this and -peer: control",
  },
  {
    name: "session-secret",
    value: "TEXT",
    group: "peer",
    origin: "new",
    summary: "what only the two peers of the session share, so that nobody else can be one of them",
  },
  {
    name: "session-secret-file",
    value: "FILE",
    kind: "file",
    group: "peer",
    origin: "new",
    summary: "the session's secret is the content of this file; a newline at its end does not count",
  },
  {
    name: "session-secret-env",
    value: "NAME",
    group: "peer",
    origin: "new",
    summary: "the session's secret is in this environment variable",
  },
  {
    name: "protocol",
    value: "PROTOCOL",
    kind: "protocol",
    group: "peer",
    origin: "new",
    summary: "what a slot speaks: v1, v2, or auto, which is v2, and v1 to those who know no other; default: auto",
  },
  {
    name: "remote",
    value: "ADDRESS",
    group: "peer",
    origin: "original",
    summary: "control's public address: vps.example:7777, [2001:db8::1]:7777",
  },
  {
    name: "timeout",
    value: "DURATION",
    group: "peer",
    origin: "new",
    summary: "give up after so long without a hole: 30, 30s, 500ms, 2m; default: never",
  },
  {
    name: "relay-after",
    value: "DURATION",
    group: "peer",
    origin: "new",
    summary: "take the relay so long after the partner came, if there is no direct path by then; default: 10s",
  },
  {
    name: "same-port",
    value: null,
    group: "peer",
    origin: "new",
    summary: "punch from the port in -local alone, even where a router holds it up; default: any other one then",
  },
  {
    name: "command",
    value: "PROGRAM",
    kind: "program",
    group: "peer",
    origin: "original",
    summary: "when the hole is ready, run this program, which takes the local port over",
  },
  {
    name: "arg",
    value: "TEMPLATE",
    group: "peer",
    origin: "original",
    summary: "an argument for the program; -arg, -fields and -raw can be repeated and keep their order",
  },
  {
    name: "fields",
    value: "TEMPLATE",
    group: "peer",
    origin: "original",
    summary: "arguments for the program, split at white space",
  },
  {
    name: "raw",
    value: "TEXT",
    group: "peer",
    origin: "original",
    summary: "an argument for the program, passed on as it is",
  },
  {
    name: "retry",
    value: null,
    group: "peer",
    origin: "new",
    summary: "start over when the program ends or there is no hole, after pauses of 1 to 30 s",
  },
  {
    name: "template",
    value: "TEXT",
    group: "peer",
    origin: "original",
    summary: "what to print when the hole is ready",
  },
  {
    name: "template-file",
    value: "FILE",
    kind: "file",
    group: "peer",
    origin: "original",
    summary: "the template is in this file; -template wins",
  },
  {
    name: "stats",
    value: "DURATION",
    valueIs: "optional",
    group: "control",
    origin: "new",
    summary: "report counters at the end, and with -stats=60s every minute; SIGUSR1 asks for them at any time",
  },
  {
    name: "max-bindings",
    value: "NUMBER",
    group: "control",
    origin: "new",
    summary: "room for so many peers in sessions, two in each, at some 0.6 KiB of memory each; default: 10000",
  },
  {
    name: "max-per-source",
    value: "NUMBER",
    group: "control",
    origin: "new",
    summary: "how many peers in sessions may come from one address; default: 128",
  },
  {
    name: "relay-total",
    value: "RATE",
    group: "control",
    origin: "new",
    summary: "relay so much for all pairs together; default: 50M",
  },
  {
    name: "relay-state",
    value: "FILE",
    kind: "file",
    group: "control",
    origin: "new",
    summary: "keep in this file which programs use the relay, so that they survive a restart; it holds no keys",
  },
  {
    name: "drain-for",
    value: "DURATION",
    group: "control",
    origin: "new",
    summary: "when stopped, wait so long for programs that use the relay; default: not at all",
  },
  {
    name: "control",
    value: null,
    group: "keygen",
    origin: "new",
    summary: "print the control key of the secret that is given: all that a control node of protocol v2 needs",
  },
  {
    name: "output",
    value: "FILE",
    kind: "file",
    group: "keygen",
    origin: "new",
    summary: "write into this new file, which only its owner can read, in place of printing",
  },
  {
    name: "json",
    value: null,
    group: "output",
    origin: "new",
    summary: "print the result, or the error, as a line of JSON on standard output",
  },
  {
    name: "datagrams",
    value: null,
    group: "demo",
    origin: "new",
    summary: "log what each datagram of control and the peers says",
  },
  { name: "silent", value: null, group: "log", origin: "original", summary: "no log, no live line, no warnings" },
  {
    name: "quiet",
    value: null,
    group: "log",
    origin: "new",
    summary: "no datagrams in the log, only what happens",
  },
  {
    name: "raw-logging",
    value: null,
    group: "log",
    origin: "original",
    summary: "log datagrams with their signatures",
  },
  { name: "version", value: null, group: "log", origin: "original", summary: "print the version and exit" },
] as const satisfies readonly OptionSpec[];

export type OptionName = (typeof OPTIONS)[number]["name"];

/** How the help and the README write a flag: with one dash, as the original's users do. */
export function termOf({ name, value, valueIs }: OptionSpec): string {
  if (value === null) return `-${name}`;
  return valueIs === "optional" ? `-${name}[=${value}]` : `-${name} ${value}`;
}
