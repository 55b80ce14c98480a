import { type Control, startControl } from "@netpunch/control";
import { generateSecret } from "@netpunch/crypto";
import { type Hole, punch } from "@netpunch/peer";
import type { Datagram, Observer } from "@netpunch/transport";
import { formatEndpoint, v1 } from "@netpunch/wire";
import { resultFields } from "../../command-line/fields.js";
import type { Meeting } from "../../command-line/meeting.js";
import type { Logging } from "../../command-line/task.js";
import { DEFAULT_TEMPLATE, parseTemplate } from "../../command-line/template.js";
import { createDatagramLog, createTroubleLog, type DatagramLog } from "../../log/datagram-log.js";
import { describeForPeer } from "../../log/describe.js";
import { createLog, type Log } from "../../log/log.js";
import type { Console } from "../../process/console.js";
import { Failure } from "../../process/failure.js";

/** chosen: on one machine it takes milliseconds; whoever waits longer has a firewall on loopback. */
const TIMEOUT_MS = 10_000;
const LOCAL = "127.0.0.1:0";
const SESSION = "demo";

const PROVED = `
What this proved: this machine runs control and peers, each peer learned the other's address from control alone, and
what they said to each other went directly from one to the other.

What to try next:
  netpunch demo -datagrams    the same, with every datagram that made the hole
  netpunch keygen             a secret for your own control node and peers
  netpunch -h                 how to run them, one command for each machine
`;

/** Lets a control node and two peers meet over real UDP on loopback, and the peers talk through the hole. */
export async function runDemo(logging: Logging, console: Console): Promise<number> {
  const demo = new Demo(logging, console);
  console.print("A control node and two peers in a session of protocol v2, over UDP on this machine:\n");
  await using control = await demo.control();
  const startedAt = performance.now();
  const holes = await Promise.all([demo.peer("a", control), demo.peer("b", control)]);
  await using a = holes[0];
  await using b = holes[1];
  const tookMs = performance.now() - startedAt;
  for (const hole of holes) console.print(demo.result(hole));
  console.print(`Both directions work after ${tookMs.toFixed(1)} ms. Through the hole:\n`);
  await demo.talk(a, b, "hello from a");
  await demo.talk(b, a, "hello from b");
  console.print(PROVED);
  return 0;
}

class Demo {
  readonly #console: Console;
  readonly #logging: Logging;
  readonly #secret = new TextEncoder().encode(generateSecret());

  constructor(logging: Logging, console: Console) {
    this.#logging = logging;
    this.#console = console;
  }

  async control(): Promise<Control> {
    return startControl({ local: LOCAL, secret: this.#secret, observers: await this.#observers("control") });
  }

  async peer(name: "a" | "b", control: Control): Promise<Hole> {
    const [address] = control.addresses;
    if (address === undefined) throw new Failure("internal", "control listens nowhere");
    return punch({
      control: formatEndpoint(address),
      session: SESSION,
      secret: this.#secret,
      local: LOCAL,
      timeoutMs: TIMEOUT_MS,
      observers: await this.#observers(`peer ${name}`),
    });
  }

  result(hole: Hole): string {
    const parsed = parseTemplate(DEFAULT_TEMPLATE);
    return parsed.ok ? parsed.template(resultFields(LOCAL, hole.local, hole.remote)) : "";
  }

  /** Sends a message through the hole and insists that it arrives. */
  async talk(from: Hole, to: Hole, text: string): Promise<void> {
    from.send(new TextEncoder().encode(text));
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const lost = new Promise<never>((_resolve, reject) => {
      timeout.addEventListener("abort", () => reject(new Failure("demo-failed", `"${text}" did not arrive`)));
    });
    const arrived = to.messages[Symbol.asyncIterator]().next();
    const { value } = await Promise.race([arrived, lost]);
    const heard = new TextDecoder().decode(value);
    if (heard !== text) throw new Failure("demo-failed", `expected "${text}", got "${heard}"`);
    this.#console.print(`  ${formatEndpoint(to.local)} heard "${heard}" from ${formatEndpoint(to.remote)}\n`);
  }

  async #observers(who: string): Promise<readonly Observer<unknown>[]> {
    if (this.#logging === "off") return [];
    const log = createLog({ write: (line) => this.#console.note(line), pid: process.pid, label: who });
    const datagrams = await this.#datagramLog(log, this.#logging);
    const netpunchOnly = (direction: "in" | "out", datagram: Datagram) => {
      // What the peers say to each other comes by here too; it is shorter than any datagram of netpunch's.
      if (datagram.bytes.length > v1.ENVELOPE_BYTES) datagrams.datagram(direction, datagram);
    };
    return [{ datagram: netpunchOnly }];
  }

  async #datagramLog(log: Log, logging: Exclude<Logging, "off">): Promise<DatagramLog> {
    if (logging === "events") return createTroubleLog(log);
    const meeting: Meeting = { type: "session", name: SESSION, secret: null };
    const describe = await describeForPeer(meeting, { secret: this.#secret, sessionSecret: null });
    return createDatagramLog(log, describe, logging);
  }
}
