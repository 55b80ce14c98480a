import { parseListenAddress, parseServerAddress } from "@netpunch/transport/udp";
import { systemReason } from "../process/failure.js";
import { didYouMean } from "./did-you-mean.js";
import { DURATION_RANGE, isDuration, parseDurationMs } from "./duration.js";
import { Flags } from "./flags.js";
import type { GoFlags } from "./go-flags.js";
import type { Meeting } from "./meeting.js";
import { isShell, MAX_BINDINGS, type OptionName, type Protocol, SHELLS, type Shell } from "./options.js";
import type { Given } from "./parser.js";
import { readMeeting } from "./read-meeting.js";
import { readRelay, readRelayMode } from "./read-relay.js";
import { type FoundSecret, findSecret, type SecretSources } from "./secret.js";
import type { SystemLookups } from "./system-lookups.js";
import type { ControlTask, KeygenTask, Logging, NodeTask, PeerTask, Program, Task } from "./task.js";
import { DEFAULT_TEMPLATE, parseTemplate, type Template } from "./template.js";

export type Understood =
  | { readonly ok: true; readonly task: Task }
  | { readonly ok: false; readonly mistakes: readonly string[] };

type Words = Extract<GoFlags, { help: false }>;

/** Checks what was given and makes the task of it; collects every mistake, as a user wants to correct them in one go. */
export function understand(given: Given, { operands, unread }: Words, system: SystemLookups): Understood {
  const reader = new Reader(given, system);
  const task = reader.task(operands, unread);
  return reader.mistakes.length > 0 ? { ok: false, mistakes: reader.mistakes } : { ok: true, task };
}

/** What the original does not know: it is refused in control mode, where its own flags are ignored with a warning. */
const ONLY_A_PEERS = [
  "timeout",
  "retry",
  "relay-after",
  "same-port",
  "session",
  "session-secret",
  "session-secret-file",
  "session-secret-env",
  "protocol",
] as const satisfies readonly OptionName[];

const ONLY_CONTROLS = [
  "stats",
  "max-bindings",
  "max-per-source",
  "relay-total",
  "relay-state",
  "drain-for",
] as const satisfies readonly OptionName[];

class Reader {
  readonly mistakes: string[] = [];
  readonly #warnings: string[] = [];
  readonly #given: Given;
  readonly #flags: Flags;
  readonly #system: SystemLookups;

  constructor(given: Given, system: SystemLookups) {
    this.#given = given;
    this.#flags = new Flags(given);
    this.#system = system;
  }

  task(operands: readonly string[], unread: number): Task {
    const { form } = this.#given;
    if (this.#flags.is("version")) return { type: "version" };
    if (form === "completion") return { type: "completion", shell: this.#shell(operands) };
    if (unread > 0) {
      this.#warnings.push(
        `${unread} words at the end are ignored: flags end at the first word without a dash, or at --`,
      );
    }
    if (form === "keygen") return this.#keygen(operands);
    const slot = this.#flags.text("peer") || (form === "peer" ? (operands[0] ?? "") : "");
    this.#checkWords(operands.slice(form === "peer" && this.#flags.text("peer") === "" ? 1 : 0));
    if (form === "demo") return { type: "demo", logging: this.#demoLogging() };
    const isPeer = form === "peer" || (form === "plain" && (slot !== "" || this.#given.values.session !== undefined));
    return isPeer ? this.#peer(slot) : this.#control(slot);
  }

  #control(slot: string): ControlTask {
    if (slot !== "") this.mistakes.push("-peer: a control node has no slot");
    if (this.#flags.text("remote") !== "") {
      this.mistakes.push("you do not have to specify remote address in control mode");
    }
    for (const name of ONLY_A_PEERS) {
      if (this.#given.values[name] !== undefined && this.#given.values[name] !== "false") {
        this.mistakes.push(`-${name}: only a peer has it`);
      }
    }
    for (const name of ["template", "template-file", "command", "arg", "fields", "raw"] as const) {
      if (this.#flags.has(name)) this.#warnings.push(`-${name} has no effect in control mode`);
    }
    return {
      type: "control",
      ...this.#node("taken", "v1"),
      stats: this.#stats(),
      maxBindings: this.#most("max-bindings"),
      maxPerSource: this.#most("max-per-source"),
      relay: readRelay(this.#flags, this.mistakes),
      relayState: this.#flags.text("relay-state") || null,
      drainForMs: this.#durationMs("drain-for"),
    };
  }

  #peer(slot: string): PeerTask {
    const meeting = readMeeting(slot, this.#flags, this.#system, this.mistakes);
    const remote = this.#flags.text("remote");
    if (remote === "") this.mistakes.push(noRemote(slot, meeting));
    else this.#try(() => parseServerAddress(remote, "-remote"));
    for (const name of ONLY_CONTROLS) {
      if (this.#flags.has(name)) this.mistakes.push(`-${name}: only a control node has it`);
    }
    const spoken = meeting.type === "slot" ? meeting.protocol : "v2";
    return {
      type: "peer",
      meeting,
      remote,
      ...this.#node("refused", spoken),
      template: this.#resultTemplate(),
      program: this.#program(),
      timeoutMs: this.#durationMs("timeout"),
      relay: readRelayMode(this.#flags, spoken, this.mistakes),
      relayAfterMs: this.#durationMs("relay-after"),
      localPort: this.#flags.is("same-port") ? "same" : "any",
      repeat: this.#flags.is("retry") ? "for ever" : "once",
    };
  }

  #keygen(operands: readonly string[]): KeygenTask {
    this.#checkWords(operands);
    const controlKey = this.#flags.is("control");
    const found = controlKey ? this.#secret("refused") : null;
    if (!controlKey) {
      for (const name of ["secret", "secret-file", "secret-env"] as const) {
        if (this.#flags.has(name))
          this.mistakes.push(`-${name}: only with -control, as a new secret comes from nothing`);
      }
    }
    if (this.#flags.isEmpty("output")) this.mistakes.push("-output: expected the name of a new file, got none");
    return {
      type: "keygen",
      controlKeyOf: found?.ok === true ? found.secret : null,
      file: this.#flags.text("output") || null,
      output: this.#output(),
    };
  }

  #node(controlKey: SecretSources["controlKey"], spoken: Protocol): NodeTask {
    const found = this.#secret(controlKey);
    // "auto" takes v1 with originals alone, and they have no generated secrets but by hand.
    const counts = spoken === "v1" || (spoken === "auto" && found.ok && found.kind === "passphrase");
    if (found.ok && found.v1Warning !== null && counts) this.#warnings.push(found.v1Warning);
    const local = this.#flags.text("local");
    if (local === "") this.mistakes.push("you have to specify local address (-local :5000)");
    else this.#try(() => parseListenAddress(local, "-local"));
    return {
      local,
      secret: found.ok ? found.secret : new Uint8Array(),
      secretKind: found.ok ? found.kind : "passphrase",
      logging: this.#logging(),
      output: this.#output(),
      warnings: this.#warnings,
    };
  }

  #secret(controlKey: SecretSources["controlKey"]): FoundSecret {
    const found = findSecret(
      {
        flag: "secret",
        text: this.#flags.text("secret"),
        file: this.#flags.text("secret-file"),
        environmentName: this.#flags.text("secret-env"),
        controlKey,
      },
      this.#system,
    );
    if (!found.ok) this.mistakes.push(found.message);
    return found;
  }

  #output(): "text" | "json" {
    return this.#flags.is("json") ? "json" : "text";
  }

  #logging(): Logging {
    if (this.#flags.is("silent")) return "off";
    if (this.#flags.is("quiet") && this.#flags.is("raw-logging")) {
      this.mistakes.push("-quiet and -raw-logging say the opposite of each other: choose one");
    }
    if (this.#flags.is("quiet")) return "events";
    return this.#flags.is("raw-logging") ? "datagram" : "payload";
  }

  /** A demo is to be watched: datagrams only where they are asked for. */
  #demoLogging(): Logging {
    const logging = this.#logging();
    return logging === "payload" && !this.#flags.is("datagrams") ? "events" : logging;
  }

  #resultTemplate(): Template {
    const text = this.#flags.text("template");
    const file = this.#flags.text("template-file");
    if (this.#flags.is("json") && (text !== "" || file !== "")) {
      this.mistakes.push("-json and a template both say what to print: choose one");
    }
    if (text !== "") return this.#template("-template", text);
    if (file === "") return this.#template("-template", DEFAULT_TEMPLATE);
    try {
      return this.#template("-template-file", new TextDecoder().decode(this.#system.readFile(file)));
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
    const name = this.#flags.text("command");
    const given = this.#given.programArguments;
    const args = given.map(({ kind, text }) => ({
      kind,
      render: kind === "raw" ? () => text : this.#template(`-${kind}`, text),
    }));
    if (name === "") {
      if (given.length > 0) this.mistakes.push("-arg, -fields and -raw are for the program of -command: there is none");
      return null;
    }
    const path = this.#system.findProgram(name);
    if (path === null) this.mistakes.push(`-command: there is no program ${JSON.stringify(name)} that can be run`);
    return { name, path: path ?? name, arguments: args };
  }

  #stats(): ControlTask["stats"] {
    const given = this.#given.values.stats;
    if (given === undefined || given === "false") return null;
    return given === "true" ? "atEnd" : this.#durationMs("stats");
  }

  #most(name: "max-bindings" | "max-per-source"): number | null {
    const text = this.#flags.text(name);
    if (text === "") return null;
    const bindings = /^\d+$/.test(text) ? Number(text) : 0;
    if (bindings >= 1 && bindings <= MAX_BINDINGS) return bindings;
    this.mistakes.push(`-${name}: expected a number from 1 to ${MAX_BINDINGS}, got ${JSON.stringify(text)}`);
    return null;
  }

  #durationMs(name: "timeout" | "stats" | "drain-for" | "relay-after"): number | null {
    const text = this.#flags.text(name);
    const ms = text === "" ? null : parseDurationMs(text);
    if (text !== "" && ms === null) {
      const range = isDuration(text) ? `, ${DURATION_RANGE}` : "";
      const expected = `seconds or a duration such as 30s, 500ms or 2m${range}`;
      this.mistakes.push(`-${name}: expected ${expected}, got ${JSON.stringify(text)}`);
    }
    return ms;
  }

  #shell(operands: readonly string[]): Shell {
    const [shell, ...more] = operands;
    this.#checkWords(more);
    if (isShell(shell)) return shell;
    this.mistakes.push(`you have to specify a shell: ${SHELLS.join(", ")}${didYouMean(shell ?? "", SHELLS)}`);
    return "bash";
  }

  #checkWords(words: readonly string[]): void {
    // Not repeated: a secret of two words without quotes puts its second one here.
    if (words.length > 0) this.mistakes.push("there is a word too many: a value with spaces needs quotes");
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

function noRemote(slot: string, meeting: Meeting): string {
  return meeting.type === "slot" && slot !== ""
    ? `you have to specify remote address in peer mode role ${JSON.stringify(slot)}`
    : "you have to specify remote address in peer mode (-remote vps.example:7777)";
}
