import { spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { randomBytes } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import { type Bench, median, quantile, type Row, shorten, type Table } from "./bench.js";
import { Server, type Speaker, type Speakers } from "./load.js";
import { Run, releasePair } from "./run.js";
import { PAIRS, sideBySide } from "./side-by-side.js";
import { channelData, openChannel } from "./turn.js";

const SIZES = [100, 1_200] as const;
/** What is asked of the relay at its limit: half as much again as the five pairs may send that use up the total. */
const LIMIT = { pairs: 5, sizeBytes: 1_200, perSecond: 1_500 } as const;
const PHASES = 5;
const PHASE_MS = 2_000;

async function* run(): AsyncIterable<Table> {
  const rows: Row[] = [];
  const servers = hasTurn() ? (["relay", "turn"] as const) : (["relay"] as const);
  for (const sizeBytes of SIZES) {
    for (const server of servers) {
      const measured = await sideBySide("udp4", talkers(sizeBytes), server);
      rows.push({
        "relayed by": server === "relay" ? "control" : "coturn",
        "bytes each": sizeBytes,
        ...named(measured),
      });
    }
  }
  yield {
    title:
      "Datagrams relayed by control, and by coturn (TURN's ChannelData) where it is installed, beside a bare dgram echo: medians of one-second pairs in turns",
    wanted: `CPU for each at most 1.3 of the echo's and 1.5 of coturn's, in ${PAIRS} pairs with over 95 % of a core for each server`,
    rows,
  };
  yield {
    title: "Introductions, one after the other, while the relay is idle and while it runs at its limit, in turns",
    wanted: "the 99th percentile of their delay within 5 ms of the idle one",
    rows: await introductions(),
  };
}

/** Two by two the ends of a relayed pair: what one hears, it answers. To an echo each of them talks alone. */
function talkers(sizeBytes: number): Speakers {
  return async (server, sockets) => {
    if (server === "relay") {
      for (const pair of inPairs(sockets)) await releasePair(pair);
    }
    if (server === "turn") {
      for (const [client, peer] of inPairs(sockets)) await openChannel(client, peer);
    }
    const isClient = (index: number) => server === "turn" && index % 2 === 0;
    return sockets.map((_socket, index) => new Talker(sizeBytes, isClient(index) ? channelData : asItIs));
  };
}

function inPairs(sockets: readonly Socket[]): readonly (readonly [Socket, Socket])[] {
  return sockets.flatMap((first, index) => {
    const second = sockets[index + 1];
    return index % 2 === 0 && second !== undefined ? [[first, second] as const] : [];
  });
}

const asItIs = (payload: Uint8Array): Uint8Array => payload;

/** The side-by-side's headings say "control", as it was made for that. */
function named(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([heading, value]) => [heading.replace("control", "relay"), value]),
  );
}

function hasTurn(): boolean {
  return spawnSync("turnserver", ["--version"]).error === undefined;
}

class Talker implements Speaker {
  readonly #bytes: Uint8Array;

  /** @param framed what the relay's protocol puts around it */
  constructor(sizeBytes: number, framed: (payload: Uint8Array) => Uint8Array) {
    // Begins as no word of control's does.
    this.#bytes = framed(new Uint8Array(sizeBytes).fill(0x80));
  }

  prepare(): void {}

  next(): Uint8Array {
    return this.#bytes;
  }

  isRight(reply: Uint8Array): boolean {
    return Buffer.compare(reply, this.#bytes) === 0;
  }
}

async function introductions(): Promise<readonly Row[]> {
  const server = new Server("relay", "udp4", "limited");
  await server.listen();
  const crowd = await Crowd.gather(server.port);
  const phases = { idle: [] as Phase[], "at its limit": [] as Phase[] };
  await introduceFor(500, server.port);
  for (let i = 0; i < PHASES; i++) {
    phases.idle.push(await measured(server));
    crowd.start();
    phases["at its limit"].push(await measured(server));
    crowd.stop();
  }
  crowd.close();
  server.stop();
  return Object.entries(phases).map(([relay, all]) => {
    const delays = all.flatMap((phase) => phase.delaysMs);
    return {
      relay,
      "introductions/s": shorten(median(all.map((phase) => phase.delaysMs.length / phase.seconds))),
      "median, ms": shorten(median(delays)),
      "99 %, ms": shorten(quantile(delays, 0.99)),
      "longest, ms": shorten(quantile(delays, 1)),
      "relayed/s": shorten(median(all.map((phase) => phase.relayed / phase.seconds))),
    };
  });
}

interface Phase {
  readonly delaysMs: readonly number[];
  readonly seconds: number;
  readonly relayed: number;
}

async function measured(server: Server): Promise<Phase> {
  const before = (await server.memory()).heard;
  const start = performance.now();
  const delaysMs = await introduceFor(PHASE_MS, server.port);
  const seconds = (performance.now() - start) / 1000;
  return { delaysMs, seconds, relayed: (await server.memory()).heard - before };
}

/** Introduces two runs after the other; how long it took from the second one's announce to the news at the first. */
async function introduceFor(ms: number, port: number): Promise<readonly number[]> {
  const [first, second] = [await connected(port), await connected(port)];
  const delaysMs: number[] = [];
  for (const until = performance.now() + ms; performance.now() < until; ) {
    const sid = randomBytes(v2.SID_BYTES);
    const [ann, bob] = [new Run(sid, first), new Run(sid, second)];
    await ann.prove();
    await ann.take();
    await bob.prove();
    const news = ann.introduced();
    const start = performance.now();
    await Promise.all([bob.take(), news]);
    delaysMs.push(performance.now() - start);
    for (const run of [ann, bob]) run.bye();
  }
  first.close();
  second.close();
  return delaysMs;
}

/** Pairs that ask more of the relay than it gives. */
class Crowd {
  readonly #sockets: readonly Socket[];
  readonly #bytes = new Uint8Array(LIMIT.sizeBytes).fill(0x80);
  #timer: NodeJS.Timeout | undefined;
  readonly #alive: NodeJS.Timeout;

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
    // Between the phases, too, nothing may end of silence.
    this.#alive = setInterval(() => this.#sayOnce(), 5_000);
  }

  static async gather(port: number): Promise<Crowd> {
    const sockets: Socket[] = [];
    for (let i = 0; i < LIMIT.pairs; i++) {
      const pair = [await connected(port), await connected(port)] as const;
      await releasePair(pair);
      sockets.push(...pair);
    }
    return new Crowd(sockets);
  }

  start(): void {
    let owed = 0;
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      owed += ((now - last) * LIMIT.perSecond) / 1000;
      last = now;
      for (; owed >= 1; owed -= 1) this.#sayOnce();
    }, 2);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    clearInterval(this.#alive);
    for (const socket of this.#sockets) socket.close();
  }

  /** One datagram of each pair: what fits the one direction takes from the other. */
  #sayOnce(): void {
    for (const [index, socket] of this.#sockets.entries()) if (index % 2 === 0) socket.send(this.#bytes);
    this.#sockets.forEach((socket, index) => {
      // The others say a little, so that nobody counts as silent.
      if (index % 2 === 1 && Math.random() < 0.01) socket.send(this.#bytes.subarray(0, 10));
    });
  }
}

async function connected(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  await new Promise<void>((resolve) => socket.connect(port, "127.0.0.1", () => resolve()));
  return socket;
}

/** What a relayed datagram costs, and whether introductions suffer from it. */
export const relay: Bench = { name: "relay", run };
