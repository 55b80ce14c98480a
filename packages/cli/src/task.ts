import { parseListenAddress, parseServerAddress } from "@netpunch/transport/udp";
import { v1 } from "@netpunch/wire";
import { parseDurationMs } from "./duration.js";
import { systemReason } from "./failure.js";
import type { GoFlags } from "./go-flags.js";
import { isShell, type OptionName, SHELLS, type Shell } from "./options.js";
import type { Given, ProgramArgument } from "./parser.js";
import { findSecret, type World } from "./secret.js";
import { DEFAULT_TEMPLATE, parseTemplate, type Template } from "./template.js";

/** What a run does: every value is checked, so what can still go wrong is the network's and the system's doing. */
export type Task =
  | { readonly type: "help"; readonly text: string }
  | { readonly type: "version" }
  | { readonly type: "completion"; readonly shell: Shell }
  | { readonly type: "demo"; readonly logging: Logging }
  | ControlTask
  | PeerTask;

/** What the log shows of a datagram: nothing, its payload, or all of its bytes. */
export type Logging = "off" | "payload" | "datagram";

interface NodeTask {
  readonly local: string;
  readonly secret: Uint8Array;
  readonly logging: Logging;
  readonly output: "text" | "json";
  readonly warnings: readonly string[];
}

export interface ControlTask extends NodeTask {
  readonly type: "control";
  /** null: only when asked by SIGUSR1; "atEnd": at the end too; a number: and every so many milliseconds. */
  readonly stats: null | "atEnd" | number;
}

export interface PeerTask extends NodeTask {
  readonly type: "peer";
  readonly slot: v1.Slot;
  readonly remote: string;
  readonly template: Template;
  readonly program: Program | null;
  readonly timeoutMs: number | null;
  readonly repeat: "once" | "for ever";
}

export interface Program {
  /** As it was given. */
  readonly name: string;
  /** Where it was found. */
  readonly path: string;
  readonly arguments: readonly { readonly kind: ProgramArgument["kind"]; readonly render: Template }[];
}

export type Understood =
  | { readonly ok: true; readonly task: Task }
  | { readonly ok: false; readonly mistakes: readonly string[] };

type Words = Extract<GoFlags, { help: false }>;

/** Checks what was given and makes the task of it; collects every mistake, as a user wants to correct them in one go. */
export function understand(given: Given, { operands, unread }: Words, world: World): Understood {
  const reader = new Reader(given, world);
  const task = reader.task(operands, unread);
  return reader.mistakes.length > 0 ? { ok: false, mistakes: reader.mistakes } : { ok: true, task };
}

class Reader {
  readonly mistakes: string[] = [];
  readonly #warnings: string[] = [];
  readonly #given: Given;
  readonly #world: World;

  constructor(given: Given, world: World) {
    this.#given = given;
    this.#world = world;
  }

  task(operands: readonly string[], unread: number): Task {
    const { form } = this.#given;
    if (this.#is("version")) return { type: "version" };
    if (form === "completion") return { type: "completion", shell: this.#shell(operands) };
    if (unread > 0) {
      this.#warnings.push(
        `${unread} words at the end are ignored: flags end at the first word without a dash, or at --`,
      );
    }
    const slot = this.#text("peer") || (form === "peer" ? (operands[0] ?? "") : "");
    this.#checkWords(operands.slice(form === "peer" && this.#text("peer") === "" ? 1 : 0));
    if (form === "demo") return { type: "demo", logging: this.#logging() };
    return form === "peer" || (form === "plain" && slot !== "") ? this.#peer(slot) : this.#control(slot);
  }

  #control(slot: string): ControlTask {
    if (slot !== "") this.mistakes.push("-peer: a control node has no slot");
    if (this.#text("remote") !== "") {
      this.mistakes.push("you do not have to specify remote address in control mode");
    }
    for (const name of ["timeout", "retry"] as const) {
      if (this.#has(name)) this.mistakes.push(`-${name}: only a peer has it`);
    }
    for (const name of ["template", "template-file", "command", "arg", "fields", "raw"] as const) {
      if (this.#has(name)) this.#warnings.push(`-${name} has no effect in control mode`);
    }
    return { type: "control", ...this.#node(), stats: this.#stats() };
  }

  #peer(slot: string): PeerTask {
    if (slot === "") this.mistakes.push("you have to specify a slot (netpunch peer a)");
    else if (!v1.isSlot(slot)) this.mistakes.push(`-peer: expected one letter a-z, got ${JSON.stringify(slot)}`);
    const remote = this.#text("remote");
    if (remote === "") {
      this.mistakes.push(`you have to specify remote address in peer mode role ${JSON.stringify(slot)}`);
    } else this.#try(() => parseServerAddress(remote, "-remote"));
    if (this.#has("stats")) this.mistakes.push("-stats: only a control node has it");
    return {
      type: "peer",
      slot: v1.isSlot(slot) ? slot : "a",
      remote,
      ...this.#node(),
      template: this.#resultTemplate(),
      program: this.#program(),
      timeoutMs: this.#durationMs("timeout"),
      repeat: this.#is("retry") ? "for ever" : "once",
    };
  }

  #node(): NodeTask {
    const found = findSecret(
      { text: this.#text("secret"), file: this.#text("secret-file"), environmentName: this.#text("secret-env") },
      this.#world,
    );
    if (!found.ok) this.mistakes.push(found.message);
    else if (found.warning !== null) this.#warnings.push(found.warning);
    const local = this.#text("local");
    if (local === "") this.mistakes.push("you have to specify local address (-local :5000)");
    else this.#try(() => parseListenAddress(local, "-local"));
    return {
      local,
      secret: found.ok ? found.secret : new Uint8Array(),
      logging: this.#logging(),
      output: this.#is("json") ? "json" : "text",
      warnings: this.#warnings,
    };
  }

  #logging(): Logging {
    if (this.#is("silent")) return "off";
    return this.#is("raw-logging") ? "datagram" : "payload";
  }

  #resultTemplate(): Template {
    const text = this.#text("template");
    const file = this.#text("template-file");
    if (this.#is("json") && (text !== "" || file !== "")) {
      this.mistakes.push("-json and a template both say what to print: choose one");
    }
    if (text !== "") return this.#template("-template", text);
    if (file === "") return this.#template("-template", DEFAULT_TEMPLATE);
    try {
      return this.#template("-template-file", new TextDecoder().decode(this.#world.readFile(file)));
    } catch (error) {
      this.mistakes.push(`-template-file: cannot read ${JSON.stringify(file)}: ${systemReason(error)}`);
      return () => "";
    }
  }

  #template(flag: string, source: string): Template {
    const parsed = parseTemplate(source);
    if (parsed.ok) return parsed.template;
    this.mistakes.push(`${flag}: ${parsed.message}`);
    return () => "";
  }

  #program(): Program | null {
    const name = this.#text("command");
    const given = this.#given.programArguments;
    const args = given.map(({ kind, text }) => ({
      kind,
      render: kind === "raw" ? () => text : this.#template(`-${kind}`, text),
    }));
    if (name === "") {
      if (given.length > 0) this.mistakes.push("-arg, -fields and -raw are for the program of -command: there is none");
      return null;
    }
    const path = this.#world.findProgram(name);
    if (path === null) this.mistakes.push(`-command: there is no program ${JSON.stringify(name)} that can be run`);
    return { name, path: path ?? name, arguments: args };
  }

  #stats(): ControlTask["stats"] {
    const given = this.#given.values.stats;
    if (given === undefined || given === "false") return null;
    return given === "true" ? "atEnd" : this.#durationMs("stats");
  }

  #durationMs(name: "timeout" | "stats"): number | null {
    const text = this.#text(name);
    const ms = text === "" ? null : parseDurationMs(text);
    if (text !== "" && ms === null) {
      this.mistakes.push(
        `-${name}: expected seconds or a duration such as 30s, 500ms or 2m, got ${JSON.stringify(text)}`,
      );
    }
    return ms;
  }

  #shell(operands: readonly string[]): Shell {
    const [shell, ...more] = operands;
    this.#checkWords(more);
    if (isShell(shell)) return shell;
    this.mistakes.push(`you have to specify a shell: ${SHELLS.join(", ")}`);
    return "bash";
  }

  #checkWords(words: readonly string[]): void {
    // Not repeated: a secret of two words without quotes puts its second one here.
    if (words.length > 0) this.mistakes.push("there is a word too many: a value with spaces needs quotes");
  }

  #text(name: OptionName): string {
    return this.#given.values[name] ?? "";
  }

  #is(name: OptionName): boolean {
    return this.#given.values[name] === "true";
  }

  #has(name: OptionName): boolean {
    if (name === "arg" || name === "fields" || name === "raw") {
      return this.#given.programArguments.some(({ kind }) => kind === name);
    }
    const value = this.#given.values[name] ?? "";
    return value !== "" && value !== "false";
  }

  /** Takes over what the transport's own checks say. */
  #try(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.mistakes.push(error instanceof Error ? error.message : String(error));
    }
  }
}
