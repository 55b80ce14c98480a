import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lab, Machine } from "./lab.js";
import { labWithPeers } from "./netpunch.js";
import type { Running } from "./running.js";

/** A block of commands that the reader of a page types on one or more machines. */
export interface Step {
  readonly machines: readonly string[];
  readonly commands: string;
  /** What it prints when the reader goes on, though it has not ended; null for commands that end. */
  readonly until: RegExp | null;
}

/** The steps in some sections of a page: `sh` blocks below a comment `<!-- on: machine, machine -->`. */
export function stepsOf(page: string, sections: RegExp): readonly Step[] {
  const chosen = readFileSync(page, "utf8")
    .split(/^(?=## )/m)
    .filter((section) => sections.test(section));
  return chosen.flatMap((section) => {
    const blocks = section.matchAll(/((?:^<!-- [^\n]* -->\n)+)\n```sh\n(.*?)\n```$/gms);
    return [...blocks].flatMap(([, comments = "", commands = ""]) => {
      const machines = noteOf(comments, "on");
      const until = noteOf(comments, "until");
      if (machines === null) return [];
      return { machines: machines.split(", "), commands, until: until === null ? null : new RegExp(until) };
    });
  });
}

function noteOf(comments: string, key: string): string | null {
  return new RegExp(`<!-- ${key}: (.*) -->`).exec(comments)?.[1] ?? null;
}

/** Stands in for the real one, between homes on one disk: `scp FILE root@ADDRESS:`, `scp root@ADDRESS:FILE .` */
const SCP = `#!/bin/sh
for word; do
  shift
  case $word in root@*) word=\${word#root@} word=$HOMES/\${word%%:*}/\${word#*:} ;; esac
  set -- "$@" "$word"
done
exec cp "$@"
`;

/** A server and two machines behind home routers, each with a home directory for its root. */
export class Neighbourhood implements Disposable {
  readonly machines: { readonly server: Machine; readonly a: Machine; readonly b: Machine };
  readonly #net: { readonly lab: Lab } & Disposable;
  readonly #directory = mkdtempSync(join(tmpdir(), "netpunch-homes-"));
  readonly #env: NodeJS.ProcessEnv;

  /** @param installed where `netpunch` is installed. */
  constructor(installed: string) {
    const net = labWithPeers(installed, { a: "port-restricted", b: "port-restricted" });
    this.#net = net;
    this.machines = { server: net.control, a: net.a, b: net.b };
    for (const name of Object.values(HOMES)) mkdirSync(join(this.#directory, name));
    mkdirSync(join(this.#directory, "bin"));
    writeFileSync(join(this.#directory, "bin/scp"), SCP);
    chmodSync(join(this.#directory, "bin/scp"), 0o755);
    const PATH = `${this.#directory}/bin:${installed}/node_modules/.bin:${process.env["PATH"]}`;
    this.#env = { PATH, HOMES: this.#directory };
  }

  home(machine: MachineName): string {
    return join(this.#directory, HOMES[machine]);
  }

  /** Drops this share of the datagrams between the machines, at random. */
  lose(percent: number): void {
    this.#net.lab.lose(percent);
  }

  /** Does what a page says, in its order; each machine's shell starts with its own `settings`. */
  async follow(steps: readonly Step[], settings: Settings = {}): Promise<void> {
    let underWay: Promise<unknown>[] = [];
    for (const { machines, commands, until } of steps) {
      if (until === null) {
        await Promise.all(underWay);
        underWay = [];
      }
      for (const name of machines) {
        if (!isMachine(name)) throw new TypeError(`"on" expected server, a or b, got ${name}`);
        const shell = this.type(name, commands, settings[name]);
        if (until === null) await expectSuccess(shell, commands);
        else underWay.push(shell.saw(until));
      }
    }
    await Promise.all(underWay);
  }

  /** Types commands on a machine, in a shell with these variables besides. */
  type(name: MachineName, commands: string, variables: NodeJS.ProcessEnv = {}): Running {
    const cwd = this.home(name);
    const env = { ...this.#env, HOME: cwd, ...variables };
    return this.machines[name].start(["bash", "-euc", commands], { cwd, env });
  }

  [Symbol.dispose](): void {
    this.#net[Symbol.dispose]();
    rmSync(this.#directory, { recursive: true });
  }
}

type MachineName = "server" | "a" | "b";

/** Variables of the shells on each machine. */
export type Settings = { readonly [name in MachineName]?: NodeJS.ProcessEnv };

/** The server's home is found by its address, which is what the page calls it. */
const HOMES: Readonly<Record<MachineName, string>> = { server: "198.51.100.1", a: "a", b: "b" };

function isMachine(name: string): name is MachineName {
  return name in HOMES;
}

async function expectSuccess(shell: Running, commands: string): Promise<void> {
  const { code, signal } = await shell.ended;
  if (code === 0) return;
  throw new Error(`${commands}\nended with ${code ?? signal} and printed:\n${shell.stdout}${shell.stderr}`);
}
