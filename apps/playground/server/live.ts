import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { LIVE_PROTOCOLS, type LiveProtocol, type LiveRecord, type Who } from "../src/live/record.js";
import { machineNow } from "./processes/tell.js";

type Child = ChildProcessByStdio<Writable, Readable, null>;

const MAX_BODY_BYTES = 1000;
/** chosen: peers give up after ten seconds; this is for what hangs. */
const LONGEST_RUN_MS = 20_000;

/** Whether this runs as it was built; else from its sources, in development. */
export const IS_BUILT = !import.meta.filename.endsWith(".ts");
const EXTENSION = IS_BUILT ? "js" : "ts";
const NODE_OPTIONS = IS_BUILT ? [] : ["--conditions=@netpunch/source", "--import", "tsx"];

/** Runs control and two peers as processes, one run at a time, and streams what they see, a line of JSON for each record. */
export function createLive(): (request: IncomingMessage, response: ServerResponse) => void {
  let isBusy = false;
  return (request, response) => {
    void readBody(request).then(async (body) => {
      const protocol = LIVE_PROTOCOLS.find((each) => each === body);
      if (protocol === undefined) return refuse(response, 400, "expected a protocol, v1 or v2");
      if (isBusy)
        return refuse(response, 409, "A run is under way already, perhaps from another tab. Wait for its end.");
      isBusy = true;
      try {
        await new LiveRun(protocol, response).run();
      } finally {
        isBusy = false;
      }
    });
  };
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MAX_BODY_BYTES) return "";
  }
  return body;
}

class LiveRun {
  readonly #protocol: LiveProtocol;
  readonly #response: ServerResponse;
  readonly #children: Child[] = [];
  #hasEnded = false;

  constructor(protocol: LiveProtocol, response: ServerResponse) {
    this.#protocol = protocol;
    this.#response = response;
  }

  async run(): Promise<void> {
    this.#response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    // Who closes the page ends the processes.
    this.#response.on("close", () => this.#end());
    const timeout = setTimeout(() => this.#end(), LONGEST_RUN_MS);
    try {
      const port = await this.#startControl();
      // The page may have gone while control was starting.
      if (this.#hasEnded) return;
      const peers = (["a", "b"] as const).map((who) =>
        this.#start(who, "peer", who, `127.0.0.1:${port}`, this.#protocol),
      );
      await Promise.all(peers.map(({ ended }) => ended));
    } catch (error) {
      this.#write({
        type: "failed",
        who: "control",
        at: machineNow(),
        message: error instanceof Error ? error.message : String(error),
      });
    } finally {
      clearTimeout(timeout);
      this.#end();
      this.#response.end();
    }
  }

  #startControl(): Promise<number> {
    return new Promise((resolve, reject) => {
      const { ended } = this.#start("control", "control", (record) => {
        if (record.type === "bound") resolve(record.local.port);
      });
      void ended.then(() => reject(new Error("control ended before it listened")));
    });
  }

  #start(who: Who, program: string, ...rest: (string | ((record: LiveRecord) => void))[]) {
    const args = rest.filter((each) => typeof each === "string");
    const listener = rest.find((each) => typeof each === "function");
    const file = join(import.meta.dirname, "processes", `${program}.${EXTENSION}`);
    const child = spawn(process.execPath, [...NODE_OPTIONS, file, ...args], {
      cwd: import.meta.dirname,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#children.push(child);
    eachLine(child.stdout, (line) => {
      const record = JSON.parse(line) as LiveRecord;
      this.#write(record);
      listener?.(record);
    });
    const ended = new Promise<void>((resolve) => {
      child.on("close", (code) => {
        this.#write({ type: "ended", who, at: machineNow(), code });
        resolve();
      });
    });
    return { ended };
  }

  #write(record: LiveRecord): void {
    if (!this.#response.writableEnded && !this.#response.destroyed) this.#response.write(`${JSON.stringify(record)}\n`);
  }

  #end(): void {
    this.#hasEnded = true;
    for (const child of this.#children) child.kill();
  }
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}
