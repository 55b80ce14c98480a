import { type ChildProcess, fork } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
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

const envelope = createV1Envelope(secretBytes("TheSecretWord"));
/** Announces under way from each socket: enough that the server always finds one waiting. */
const window = 16;

interface Client {
  readonly socket: Socket;
  readonly announce: Uint8Array;
  /** The only right reply of a control node: where the partner's socket is. */
  readonly introduction: Uint8Array;
}

/**
 * Eight sockets as eight peers, in pairs, in this process. They are connected, which makes their sends cheaper than the
 * server's: the load must never be what sets the rate.
 */
async function createClients(serverPort: number): Promise<readonly Client[]> {
  const slots = v1.SLOTS.slice(0, 8);
  const sockets = await Promise.all(
    slots.map(async () => {
      const socket = createSocket({ type: "udp4" });
      socket.bind(0, "127.0.0.1");
      await once(socket, "listening");
      await new Promise<void>((resolve) => socket.connect(serverPort, "127.0.0.1", () => resolve()));
      return socket;
    }),
  );
  return sockets.map((socket, index) => {
    const slot = slots[index] ?? "a";
    const partner = v1.partnerOf(slot);
    const { port } = sockets[index ^ 1]?.address() ?? { port: 0 };
    const endpoint = { address: "127.0.0.1", port };
    return {
      socket,
      announce: envelope.seal(v1.encode({ type: "announce", slot })),
      introduction: envelope.seal(v1.encode({ type: "peerInfo", slot: partner, endpoint })),
    };
  });
}

/** A server in a process of its own. */
export class Server {
  readonly #child: ChildProcess;
  readonly #name: "control" | "echo";
  #port = 0;
  #flows: readonly Flow[] = [];

  constructor(name: "control" | "echo", family: Family) {
    this.#name = name;
    this.#child = fork(join(import.meta.dirname, `servers/${name}.ts`), [family], {
      execArgv: ["--import", "tsx", "--expose-gc"],
    });
  }

  async start(): Promise<void> {
    const answer = await this.#answer();
    if ("port" in answer) this.#port = answer.port;
    const clients = await createClients(this.#port);
    this.#flows = clients.map((client) => new Flow(client, this.#name === "echo" ? "announce" : "introduction"));
  }

  stop(): void {
    for (const flow of this.#flows) flow.close();
    this.#child.disconnect();
  }

  /** Keeps announces of all clients under way for so long, and counts replies that are right to the byte. */
  async load(ms: number): Promise<Slice> {
    const flows = this.#flows;
    const before = await this.#cpuMicros();
    const start = performance.now();
    for (const flow of flows) flow.start();
    await sleep(ms);
    const seconds = (performance.now() - start) / 1000;
    const cpu = (await this.#cpuMicros()) - before;
    const replies = flows.reduce((sum, flow) => sum + flow.replies, 0);
    for (const flow of flows) flow.stop();
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

/** One client's announces to one server, for the time of one slice. */
class Flow {
  replies = 0;
  readonly #client: Client;
  readonly #expected: Uint8Array;
  #topUp: NodeJS.Timeout | undefined;

  constructor(client: Client, reply: "announce" | "introduction") {
    this.#client = client;
    this.#expected = client[reply];
  }

  start(): void {
    this.replies = 0;
    this.#client.socket.on("message", this.#hear);
    const fill = () => {
      for (let i = 0; i < window; i++) this.#send();
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
    this.#client.socket.off("message", this.#hear);
    clearInterval(this.#topUp);
  }

  close(): void {
    this.#client.socket.close();
  }

  #send(): void {
    this.#client.socket.send(this.#client.announce);
  }

  readonly #hear = (bytes: Uint8Array) => {
    if (Buffer.compare(bytes, this.#expected) !== 0)
      throw new Error(`a wrong reply: ${Buffer.from(bytes).toString("hex")}`);
    this.replies += 1;
    this.#send();
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
