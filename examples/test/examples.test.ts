import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";

const node = ["--conditions=@netpunch/source", "--import", "tsx"];
const example = (name: string) => join(import.meta.dirname, `../src/${name}.ts`);
const env = { ...process.env, NETPUNCH_SECRET: "TheSecretWord" };

/** A program at work; its lines are read one by one. */
class Program {
  static readonly started: Program[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(name: string, ...args: string[]) {
    this.#child = spawn(process.execPath, [...node, example(name), ...args], {
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    Program.started.push(this);
  }

  async line(): Promise<string> {
    const { value } = await this.#lines.next();
    return value;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  kill(signal?: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<number | null> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }
}

async function startControl(): Promise<{ program: Program; address: string }> {
  const program = new Program("control-node", "127.0.0.1:0");
  const port = /^listening on port (\d+)$/.exec(await program.line())?.[1];
  return { program, address: `127.0.0.1:${port}` };
}

afterEach(() => {
  for (const program of Program.started.splice(0)) program.kill("SIGKILL");
});

describe("the examples", () => {
  it("chat: two programs meet and talk", async () => {
    const { address } = await startControl();
    const [a, b] = [new Program("chat", address, "home"), new Program("chat", address, "home")];
    expect(await a.line()).toMatch(/^connected in \d+ ms, type a line$/);
    expect(await b.line()).toMatch(/^connected in \d+ ms, type a line$/);
    a.type("hello b\n");
    expect(await b.line()).toBe("> hello b");
    b.type("hello a\n");
    expect(await a.line()).toBe("> hello a");
    expect([await a.ended(), await b.ended()]).toEqual([0, 0]);
  });

  it("own-socket: the program's own socket carries its datagrams and is closed by itself", async () => {
    const { address } = await startControl();
    const [a, b] = [new Program("own-socket", address, "a"), new Program("own-socket", address, "b")];
    expect([await a.line(), await b.line()]).toEqual(["hello from b", "hello from a"]);
    expect([await a.ended(), await b.ended()]).toEqual([0, 0]);
  });

  it("sctp: a library that wants a socket of node:dgram works over a hole", async () => {
    const { address } = await startControl();
    const ends = ["server", "client"].map((role) => new Program("sctp", address, "streams", role));
    const lines = await Promise.all(ends.map((end) => end.line()));
    expect(lines).toEqual(["the partner sent 100000 bytes", "the partner sent 100000 bytes"]);
    expect(await Promise.all(ends.map((end) => end.ended()))).toEqual([0, 0]);
  });

  it("control-node: tells what it did and ends well when interrupted", async () => {
    const { program } = await startControl();
    program.kill("SIGINT");
    expect(JSON.parse(await program.line())).toMatchObject({ heard: 0 });
    expect(await program.ended()).toBe(0);
  });

  it("which-nats: says what v1 can reach", () => {
    const printed = execFileSync(process.execPath, [...node, example("which-nats")], { encoding: "utf8" });
    expect(`\n${printed}`).toMatchInlineSnapshot(`
      "
                      fullCone        restrictedCone  portRestricted  symmetric
      fullCone        yes             yes             yes             yes
      restrictedCone  yes             yes             yes             yes
      portRestricted  yes             yes             yes             no
      symmetric       yes             yes             no              no
      "
    `);
  });
});
