import type { Core, Datagram, Input, Instant, LocalAddress, Output } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import { SimnetError } from "./errors.js";
import type { Timer } from "./event-queue.js";
import type { Packet } from "./packet.js";
import type { RecordedInput, Running, RunOptions } from "./running.js";
import { assertOpen, type Machine, type Port, type Reader, type Received } from "./socket.js";

/** Linux: net.core.rmem_default, 212,992 bytes, at 768 for each small datagram with its bookkeeping. */
const RECEIVE_BUFFER_DATAGRAMS = 277;
/** chosen: no core of sense asks for so many wakes at one instant. */
const MAX_WAKES_AT_ONCE = 1000;
/** chosen: what a core finds in a view that it kept, as a driver would have read the next datagram into it. */
const SCRIBBLE = 0xdd;

export class Process<Event> implements Running<Event> {
  readonly core: Core<Event>;
  state: "waiting" | "running" | "paused" | "closed" = "waiting";
  readonly events: { at: Instant; event: Event }[] = [];
  doneAt: Instant | null = null;
  readonly passed: (Received & { socket: number })[] = [];
  sent = 0;
  received = 0;
  readonly inputs: RecordedInput[] = [];
  readonly #host: Machine;
  readonly #options: RunOptions<Event>;
  readonly #ports: Port[];
  /** What came while the process slept. */
  #waiting: Input[] = [];
  /** The addresses that the core knows, as a text in which only they matter, not their order. */
  #told: string | null = null;
  #wake: Timer | null = null;
  #wokenAt: Instant = Number.NaN;
  #wakesAtOnce = 0;

  constructor(host: Machine, core: Core<Event>, options: RunOptions<Event>) {
    this.core = core;
    this.#host = host;
    this.#options = options;
    const sockets: RunOptions<Event>["sockets"] = options.sockets ?? [
      options.port === undefined ? {} : { port: options.port },
    ];
    this.#ports = sockets.map(({ port, address }, socket) => host.reserve(port, address, this.#readerOf(socket)));
    const { world } = host;
    this.#wake = world.at(options.startAtMs ?? world.now, () => this.#start());
  }

  get local(): Endpoint {
    return (this.#ports[0] as Port).local;
  }

  get locals(): readonly Endpoint[] {
    return this.#ports.map((port) => port.local);
  }

  send(remote: Endpoint, bytes: Uint8Array): void {
    const port = this.#ports[0] as Port;
    assertOpen(port);
    this.sent++;
    // Refused or not, that is the application's affair: the core hears only of its own sends.
    port.send(remote, bytes);
  }

  wake(): void {
    // Planned, as a callback of the core may ask for it, and inputs never nest.
    this.#host.world.at(this.#host.world.now, () => this.#feed({ type: "wake" }));
  }

  pause(): void {
    if (this.state !== "running")
      throw new TypeError(`"pause" expected a running process, got one that is ${this.state}`);
    this.state = "paused";
    this.#disarm();
  }

  resume(): void {
    if (this.state !== "paused")
      throw new TypeError(`"resume" expected a paused process, got one that is ${this.state}`);
    this.state = "running";
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) this.#host.world.at(this.#host.world.now, () => this.#feed(input));
    this.readdressed();
    this.#arm();
  }

  close(): void {
    this.state = "closed";
    this.#waiting = [];
    this.#disarm();
    for (const port of this.#ports) port.close();
  }

  #start(): void {
    this.#wake = null;
    this.state = "running";
    for (const port of this.#ports) port.state = "open";
    this.#feed({ type: "start" });
    this.#tellAddresses();
  }

  /** The host has other addresses; planned, as a callback of the core may have given them, and inputs never nest. */
  readdressed(): void {
    this.#host.world.at(this.#host.world.now, () => this.#tellAddresses());
  }

  /** Tells the core which addresses its sockets serve, where it does not know; a sleeper looks when it is awake. */
  #tellAddresses(): void {
    if (this.state !== "running") return;
    const addresses = this.#host.localAddresses.filter(({ address }) => this.#serves(address));
    const text = textOf(addresses);
    if (text === this.#told) return;
    this.#told = text;
    this.#feed({ type: "addresses", addresses });
  }

  #serves(address: string): boolean {
    return this.#ports.some((port) => port.address === null || port.address === address);
  }

  #take(socket: number, { from, bytes }: Packet): void {
    this.received++;
    this.#feed({ type: "datagram", datagram: { socket, remote: from, bytes } });
  }

  /** Tells the core, or keeps it for later while the process sleeps. */
  #feed(input: Input): void {
    if (this.state === "paused") this.#waiting.push(input);
    if (this.state !== "running") return;
    if (this.#options.record === "inputs") this.inputs.push({ now: this.#host.world.now, input });
    if (input.type === "datagram") this.#feedDatagram(input.datagram);
    else this.#obey(this.#handle(input));
    if (this.state === "running") this.#arm();
  }

  /** Lends the bytes for the time of the call only, as the contract of a core has it. */
  #feedDatagram(datagram: Datagram): void {
    const bytes = this.#host.world.receiveBuffer.subarray(0, datagram.bytes.length);
    bytes.set(datagram.bytes);
    this.#obey(this.#handle({ type: "datagram", datagram: { ...datagram, bytes } }));
    bytes.fill(SCRIBBLE);
  }

  #handle(input: Input): readonly Output<Event>[] {
    const { now } = this.#host.world;
    try {
      return this.core.handle(now, input);
    } catch (cause) {
      throw new SimnetError("core-threw", `the core on ${this.#host.name} threw at ${now} ms, on "${input.type}"`, {
        cause,
      });
    }
  }

  #obey(outputs: readonly Output<Event>[]): void {
    const { now } = this.#host.world;
    for (const output of outputs) {
      switch (output.type) {
        case "send":
          this.#send(output);
          break;
        case "pass":
          this.#pass(output.datagram);
          break;
        case "offer":
          // A process has its ports alone, so no other core could take it.
          break;
        case "resolve":
          this.#host.world.at(now + (this.#options.resolveMs ?? 0), () => this.#feed(this.#resolve()));
          break;
        case "openSocket":
          this.#host.world.at(now, () => this.#feed(this.#open()));
          break;
        case "closeSocket":
          this.#ports[output.socket]?.close();
          break;
        case "event":
          this.events.push({ at: now, event: output.event });
          this.#options.onEvent?.(output.event, this);
          break;
        case "done":
          if (this.doneAt !== null) break;
          this.doneAt = now;
          this.#options.onDone?.(this);
      }
    }
  }

  #open(): Input {
    const socket = this.#ports.length;
    const port = this.#host.reserve(undefined, undefined, this.#readerOf(socket));
    port.state = "open";
    this.#ports.push(port);
    return { type: "socketOpened", socket, port: port.number };
  }

  #readerOf(socket: number): Reader {
    return {
      hasRoom: () => this.#waiting.length < RECEIVE_BUFFER_DATAGRAMS,
      take: (packet) => this.#take(socket, packet),
    };
  }

  #send({ datagram: { socket, remote, bytes }, hops }: Extract<Output<Event>, { type: "send" }>): void {
    const port = this.#ports[socket];
    if (port === undefined) throw this.#broken(`sent from socket ${socket}, which it does not have`);
    // A callback may have closed it between two outputs of one call.
    if (port.state !== "open") return;
    this.sent++;
    const error = port.send(remote, bytes, hops);
    if (error === null || this.#options.sendErrors === "ignore") return;
    this.#host.world.at(this.#host.world.now, () => this.#feed({ type: "sendFailed", socket, remote, error }));
  }

  #pass(datagram: Datagram): void {
    const { socket, remote } = datagram;
    const bytes = datagram.bytes.slice();
    this.passed.push({ at: this.#host.world.now, socket, remote, bytes });
    this.#options.onPass?.({ socket, remote, bytes }, this);
  }

  #broken(what: string): SimnetError {
    return new SimnetError("core-broke-contract", `the core on ${this.#host.name} ${what}`);
  }

  #resolve(): Input {
    const { resolve = [] } = this.#options;
    try {
      const endpoints = typeof resolve === "function" ? resolve(this.#host.world.now) : resolve;
      if (endpoints.length > 0) return { type: "resolved", endpoints };
      return { type: "resolveFailed", error: new Error("the name has no address") };
    } catch (error) {
      return { type: "resolveFailed", error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  /** Owes the core one wake, at its deadline. */
  #arm(): void {
    const at = this.core.deadline?.at ?? Number.POSITIVE_INFINITY;
    if (Number.isNaN(at)) throw this.#broken(`has a deadline at NaN: "${this.core.deadline?.why}"`);
    if (this.#wake?.at === Math.max(at, this.#host.world.now)) return;
    this.#disarm();
    if (at < Number.POSITIVE_INFINITY) this.#wake = this.#host.world.at(at, () => this.#onWake());
  }

  #disarm(): void {
    if (this.#wake !== null) this.#host.world.queue.cancel(this.#wake);
    this.#wake = null;
  }

  #onWake(): void {
    this.#wake = null;
    const { now } = this.#host.world;
    this.#wakesAtOnce = now === this.#wokenAt ? this.#wakesAtOnce + 1 : 0;
    this.#wokenAt = now;
    if (this.#wakesAtOnce > MAX_WAKES_AT_ONCE) {
      const { at, why } = this.core.deadline ?? { at: now, why: "none" };
      const deadline = `"${why}", due at ${at} ms`;
      throw new SimnetError(
        "core-busy",
        `the core on ${this.#host.name} was woken ${MAX_WAKES_AT_ONCE} times at ${now} ms and keeps its deadline ${deadline}`,
      );
    }
    this.#feed({ type: "wake" });
  }
}

function textOf(addresses: readonly LocalAddress[]): string {
  return addresses
    .map(({ address, link }) => `${address} ${link}`)
    .sort()
    .join();
}
