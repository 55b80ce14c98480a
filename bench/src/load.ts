import { type ChildProcess, fork } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import type { Answer, Usage } from "./servers/serve.js";

/** What one slice of load came to. */
export interface Slice {
  readonly repliesPerSecond: number;
  /** CPU time of the server for one reply. */
  readonly cpuMicrosPerReply: number;
  /** How much of a core the server used: below 1, it was not the server that set the rate. */
  readonly coreShare: number;
}

export type Family = "udp4" | "dual";
export type ServerName = "control" | "echo" | "relay" | "turn";

/** What one client says to a server over and over, and what is a right reply to it. */
export interface Speaker {
  /** Makes what is said next, so that it costs nothing while the server is measured. */
  prepare(): void;
  next(): Uint8Array;
  isRight(reply: Uint8Array): boolean;
}

/**
 * Makes the speakers for a server, one for each of the clients' sockets. They are connected, which makes their sends
 * cheaper than the server's: the load must never be what sets the rate.
 */
export type Speakers = (server: ServerName, sockets: readonly Socket[]) => Promise<readonly Speaker[]>;

const CLIENTS = 8;
/** Datagrams under way from each socket: enough that the server always finds one waiting. */
const WINDOW = 16;

async function connectedSocket(serverPort: number): Promise<Socket> {
  const socket = createSocket({ type: "udp4" });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  await new Promise<void>((resolve) => socket.connect(serverPort, "127.0.0.1", () => resolve()));
  return socket;
}

/** A server in a process of its own, and the load for it from this one. */
export class Server {
  readonly #child: ChildProcess;
  readonly #name: ServerName;
  #port = 0;
  #flows: readonly Flow[] = [];

  constructor(name: ServerName, family: Family, ...more: readonly string[]) {
    this.#name = name;
    this.#child = fork(join(import.meta.dirname, `servers/${name}.ts`), [family, ...more], {
      execArgv: ["--import", "tsx", "--expose-gc"],
    });
  }

  async start(speakers: Speakers): Promise<void> {
    await this.listen();
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => connectedSocket(this.#port)));
    const said = await speakers(this.#name, sockets);
    this.#flows = sockets.flatMap((socket, index) => {
      const speaker = said[index];
      return speaker === undefined ? [] : [new Flow(socket, speaker)];
    });
  }

  /** Waits until it listens, for those who bring a load of their own. */
  async listen(): Promise<void> {
    const answer = await this.#answer();
    if ("port" in answer) this.#port = answer.port;
  }

  stop(): void {
    for (const flow of this.#flows) flow.close();
    this.#child.disconnect();
  }

  /** Keeps datagrams of all clients under way for so long, and counts the right replies; a wrong one is an error. */
  async load(ms: number): Promise<Slice> {
    const flows = this.#flows;
    for (const flow of flows) flow.prepare();
    const before = await this.#cpuMicros();
    const start = performance.now();
    const rest = stayAwake();
    for (const flow of flows) flow.start();
    await sleep(ms);
    const seconds = (performance.now() - start) / 1000;
    const cpu = (await this.#cpuMicros()) - before;
    const replies = flows.reduce((sum, flow) => sum + flow.replies, 0);
    for (const flow of flows) flow.stop();
    rest();
    // What is still under way belongs to nobody's slice.
    await sleep(50);
    return {
      repliesPerSecond: replies / seconds,
      cpuMicrosPerReply: cpu / replies,
      coreShare: cpu / 1e6 / seconds,
    };
  }

  get port(): number {
    return this.#port;
  }

  /** What the server holds in memory, after a garbage collection, and what it has got up to now. */
  memory(): Promise<Usage> {
    return this.#ask("memory");
  }

  async #cpuMicros(): Promise<number> {
    return (await this.#ask("cpu")).cpuMicros;
  }

  async #ask(what: "cpu" | "memory"): Promise<Usage> {
    this.#child.send(what);
    const answer = await this.#answer();
    if ("port" in answer) throw new Error("the server told its port twice");
    return answer;
  }

  async #answer(): Promise<Answer> {
    const [answer] = await once(this.#child, "message");
    return answer;
  }
}

/** One client's datagrams to one server, for the time of one slice. */
class Flow {
  replies = 0;
  readonly #socket: Socket;
  readonly #speaker: Speaker;
  #topUp: NodeJS.Timeout | undefined;

  constructor(socket: Socket, speaker: Speaker) {
    this.#socket = socket;
    this.#speaker = speaker;
  }

  prepare(): void {
    this.#speaker.prepare();
  }

  start(): void {
    this.replies = 0;
    this.#socket.on("message", this.#hear);
    const fill = () => {
      for (let i = 0; i < WINDOW; i++) this.#send();
    };
    fill();
    let seen = 0;
    // Datagrams may be lost on loopback, too, and a first announce may come before its partner's.
    this.#topUp = setInterval(() => {
      if (this.replies === seen) fill();
      seen = this.replies;
    }, 50);
  }

  stop(): void {
    this.#socket.off("message", this.#hear);
    clearInterval(this.#topUp);
  }

  close(): void {
    this.#socket.close();
  }

  #send(): void {
    this.#socket.send(this.#speaker.next());
  }

  readonly #hear = (bytes: Uint8Array) => {
    if (!this.#speaker.isRight(bytes)) throw new Error(`a wrong reply: ${Buffer.from(bytes).toString("hex")}`);
    this.replies += 1;
    this.#send();
  };
}

/**
 * Keeps this process from sleeping between datagrams, until the function returned is called. On loopback it is the sender
 * who wakes a receiver, which on a virtual machine takes it microseconds of its own CPU time; and the slower a server is,
 * the more of its replies would find the load asleep.
 */
function stayAwake(): () => void {
  let next = setImmediate(again);
  function again(): void {
    next = setImmediate(again);
  }
  return () => clearImmediate(next);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
