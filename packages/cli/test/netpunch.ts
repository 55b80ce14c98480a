import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { startControl } from "@netpunch/control";
import { createControlCore } from "@netpunch/control/core";
import { type PunchReport, punch, type SessionMeeting, type SlotMeeting } from "@netpunch/peer";
import { drive, openSocket } from "@netpunch/transport/udp";
import { formatEndpoint } from "@netpunch/wire";
import { afterEach } from "vitest";
import { COMMAND } from "./bundle.js";

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the start of the process. */
  readonly tookMs: number;
}

/** A process under test: what it has written, and waits that end as soon as it writes more. */
export class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<End>;
  stdout = "";
  stderr = "";
  readonly #startedAt = performance.now();
  #changed = () => {};

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    this.ended = once(child, "close").then(([code, signal]) => {
      this.#changed();
      return { code, signal, tookMs: performance.now() - this.#startedAt };
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("the process was never there");
    return this.child.pid;
  }

  get log(): readonly string[] {
    return this.stderr.split("\n").filter((line) => line !== "");
  }

  /** Waits until standard output or error matches; fails at once where the process ends without. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    const ended = this.ended.then(() => {
      over = true;
    });
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match !== null) return match;
      if (over) throw new Error(`ended without ${pattern}:\n${this.stdout}${this.stderr}`);
      const change = new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
      await Promise.race([change, ended]);
    }
  }

  /** Sends a signal; resolves to how the process ended, and how long after the signal. */
  async end(signal: NodeJS.Signals): Promise<End & { readonly afterMs: number }> {
    const at = performance.now();
    this.child.kill(signal);
    const end = await this.ended;
    return { ...end, afterMs: performance.now() - at };
  }
}

/** Generated, as a passphrase would cost each process a third of a second. */
export const SECRET = generatedSecret("A");

/** A secret as `netpunch keygen` makes them, one for each letter. */
export function generatedSecret(letter: string): string {
  return `np2_${letter.repeat(42)}A`;
}

const running = new Set<Run>();
const sockets = new Set<Socket>();
const closing = new Set<() => Promise<void>>();

afterEach(async () => {
  for (const run of running) killGroup(run.child);
  await Promise.all([...running].map((run) => run.ended));
  for (const socket of sockets) socket.close();
  await Promise.all([...closing].map((close) => close()));
  closing.clear();
});

/** Ends a process and all that it has started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

/** Starts the command; what is still running when the test ends is killed. */
export function netpunch(args: readonly string[], options: SpawnOptions = {}): Run {
  return start(process.execPath, [COMMAND, ...args], options);
}

export function start(file: string, args: readonly string[], options: SpawnOptions = {}): Run {
  // In a process group of its own, so that what it starts can be killed with it.
  const run = new Run(spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options }));
  running.add(run);
  void run.ended.then(() => running.delete(run));
  return run;
}

/** A UDP socket of the test's own on loopback. */
export async function udpSocket(port = 0): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  return socket;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const socket = await udpSocket();
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

/** A control node in a process of its own; resolves to its address when it listens. */
export async function controlProcess(
  secret = SECRET,
  ...flags: readonly string[]
): Promise<{ run: Run; address: string }> {
  const run = netpunch(["-local", "127.0.0.1:0", "-secret", secret, ...flags]);
  const match = await run.until(/Start in control mode on (127\.0\.0\.1:\d+)\n/);
  return { run, address: match[1] ?? "" };
}

/** A control node in the test's own process, as one more child costs a quarter of a second; its address. */
export async function control(secret = SECRET): Promise<string> {
  const node = await startControl({ local: "127.0.0.1:0", secret });
  closing.add(() => node.close());
  const [address] = node.addresses;
  return address === undefined ? "" : formatEndpoint(address);
}

/** A control node that knows protocol v1 only; its address. */
export async function v1Control(): Promise<string> {
  const socket = await openSocket("127.0.0.1:0");
  const driver = drive(createControlCore({ secret: SECRET }), { sockets: [socket] });
  closing.add(() => driver.close());
  return formatEndpoint(socket.local);
}

type Meeting = SessionMeeting | SlotMeeting;

/** The partner of a peer under test, in the test's own process; resolves when both have let go of the hole. */
export async function partner(
  address: string,
  meeting: Meeting = { slot: "b" },
  secret = SECRET,
): Promise<PunchReport> {
  const abort = new AbortController();
  closing.add(async () => abort.abort());
  const { signal } = abort;
  const hole = await punch({ control: address, ...meeting, secret, local: "127.0.0.1:0", signal });
  await hole.release();
  return hole.report;
}

/** A line of the original's log. */
export const LOG_LINE =
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} \[\d+\] (\[[a-z]\] )?\[(info|error)\] (Start in (control|peer) mode on .+|read: ".*" <- \S+|write: ".*" -> \S+|close: ok|Shutting down due to signal: (interrupt \(0x02\)|terminated \(0x0F\)|hangup \(0x01\)))$/;
