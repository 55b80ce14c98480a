// biome-ignore-all lint/style/noExcessiveLinesPerFile: the relay has made it too long; it is to be split.
import type { Endpoint } from "@netpunch/wire";
import type { Core, Datagram, Input, Instant, Output, SocketId } from "../core.js";
import type { Observer } from "../observer.js";
import { type BoundSocket, closeOwned } from "./dgram-socket.js";
import { audienceOf, DrivenSocket, type SocketEvents } from "./driven-socket.js";
import { LocalAddressTimer, type LocalAddressWatch } from "./local-address-timer.js";
import { type Rescan, RescanTimer } from "./rescan-timer.js";
import { Resolution } from "./resolution.js";
import { SuspendTimer, type SuspendWatch } from "./suspend-watch.js";
import { TransportError } from "./transport-error.js";
import { WakeTimer } from "./wake-timer.js";

/** What a driver works with, and whom it tells. */
export interface DriveOptions<Event> {
  /** The core's sockets, in the order of their `SocketId`; at least one. */
  readonly sockets: readonly BoundSocket[];
  /** See everything, in the order given; default none. */
  readonly observers?: readonly Observer<Event>[];
  /** Answers the core's `resolve`; make it with `createResolver`. At most one call is under way at a time. */
  readonly resolve?: (signal: AbortSignal) => Promise<readonly Endpoint[]>;
  /** Finds sockets for new addresses of a multi-homed server; make it with `createRescan`. Default: none are looked for. */
  readonly rescan?: Rescan;
  /** Opens the socket that the core asks for with `openSocket`; the driver takes it over. Default: it gets none. */
  readonly openSocket?: () => Promise<BoundSocket>;
  /** Tells the core its machine's addresses; make it with `createLocalAddressWatch`. Default: it is told none. */
  readonly localAddresses?: LocalAddressWatch;
  /** Tells the core that its machine was suspended; make it with `createSuspendWatch`. Default: it is not told. */
  readonly suspends?: SuspendWatch;
  /** When it stops by itself; waiting for that alone keeps no process alive. Default: never. */
  readonly stopsAfterMs?: number;
  onEvent?(event: Event): void;
  /** The core owes nobody anything any more: time to `close()`. The driver goes on until then. */
  onDone?(): void;
  /** A datagram that is the application's; the socket's own `message` listeners have got it already. */
  onPass?(datagram: Datagram): void;
  /** A socket's error (the driver goes on), or what has stopped the driver: `socket-closed`, `core-failed`. */
  onError?(error: TransportError): void;
}

/** A core at work. */
export interface Driver {
  /** The monotonic clock that the core's instants are on. */
  now(): Instant;
  /** Sends a datagram of the application's from one of the sockets; a refusal by the machine is told to the observers. */
  send(datagram: Datagram): void;
  /** Has the core look at the time, and at what it wants to be woken for: for after its owner told it something. */
  wake(): void;
  /** The core's sockets, in the order of their `SocketId`; a rescan adds to them, and so does a core that asks for more. */
  readonly sockets: readonly BoundSocket[];
  /** Lets go of the sockets, which stay open, clears the timer and aborts a lookup. Nothing is delivered afterwards. */
  stop(): void;
  /** Stops, then closes the sockets that are ours; resolves when they are closed. */
  close(): Promise<void>;
}

/**
 * Runs a core over UDP sockets.
 *
 * `start` is fed in a microtask, so callbacks may use the returned driver; where they are watched, the machine's
 * addresses follow before anything else. Outputs are carried out in order; what they
 * cause (a listener that sends, a failed send) is fed afterwards, never into a `handle()` that has not returned.
 * While the driver runs, it stands before the sockets' `message` listeners: they see passed datagrams only.
 *
 * A callback or observer that throws disturbs nothing: its error surfaces as an uncaught one, in a microtask.
 *
 * @throws RangeError when there is no socket
 */
export function drive<Event>(core: Core<Event>, options: DriveOptions<Event>): Driver {
  if (options.sockets.length === 0) throw new RangeError(`"sockets" expected at least one, got none`);
  return new UdpDriver(core, options);
}

class UdpDriver<Event> implements Driver {
  readonly #core: Core<Event>;
  readonly #options: DriveOptions<Event>;
  readonly #observers: readonly Observer<Event>[];
  readonly #sockets: DrivenSocket[] = [];
  readonly #timer = new WakeTimer(() => this.#feed({ type: "wake" }));
  readonly #resolution: Resolution;
  readonly #rescan: RescanTimer | undefined;
  readonly #localAddresses: LocalAddressTimer | undefined;
  readonly #suspends: SuspendTimer | undefined;
  readonly #socketEvents: SocketEvents = {
    datagram: (datagram) => this.#feed({ type: "datagram", datagram }),
    sendFailed: (socket, remote, error) => this.#feed({ type: "sendFailed", socket, remote, error }),
    error: (error) => this.#report(error),
    closed: (error) => this.#giveUp(error),
  };
  readonly #end: NodeJS.Timeout | undefined;
  /** What came while the core was busy. */
  readonly #waiting: Input[] = [];
  #busy = false;
  #started = false;
  #stopped = false;
  #closed: Promise<void> | undefined;

  constructor(core: Core<Event>, options: DriveOptions<Event>) {
    this.#core = core;
    this.#options = options;
    this.#observers = options.observers ?? [];
    const { resolve } = options;
    const lookUp = resolve && ((signal: AbortSignal) => this.#lookUp(resolve, signal));
    this.#resolution = new Resolution(lookUp, (answer) => this.#feed(answer));
    for (const bound of options.sockets) this.add(bound);
    this.#rescan = options.rescan && new RescanTimer(options.rescan, this);
    const { localAddresses, suspends } = options;
    this.#suspends = suspends && new SuspendTimer(suspends, () => this.#feed({ type: "resumed" }));
    this.#localAddresses =
      localAddresses &&
      new LocalAddressTimer(
        localAddresses,
        (news) => this.#feed(news),
        (error) => this.#observe((observer) => observer.addressesUnknown?.(error, this.now())),
      );
    const { stopsAfterMs } = options;
    if (stopsAfterMs !== undefined) this.#end = setTimeout(() => this.stop(), stopsAfterMs).unref();
    queueMicrotask(() => this.#start());
  }

  now(): Instant {
    return performance.now();
  }

  send(datagram: Datagram): void {
    if (!this.#stopped) this.#send(datagram, this.now());
  }

  wake(): void {
    this.#feed({ type: "wake" });
  }

  get sockets(): readonly BoundSocket[] {
    return this.#sockets.map((socket) => socket.bound);
  }

  /** Takes one more socket over. */
  add(bound: BoundSocket): void {
    this.#sockets.push(new DrivenSocket(bound, this.#sockets.length, this.#socketEvents));
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#waiting.length = 0;
    this.#timer.clear();
    this.#resolution.abort();
    this.#rescan?.stop();
    this.#localAddresses?.stop();
    this.#suspends?.stop();
    clearTimeout(this.#end);
    for (const socket of this.#sockets) socket.detach();
  }

  close(): Promise<void> {
    this.stop();
    this.#closed ??= Promise.all(this.sockets.map(closeOwned)).then(() => undefined);
    return this.#closed;
  }

  #start(): void {
    if (this.#stopped) return;
    this.#started = true;
    if (this.#localAddresses !== undefined) this.#waiting.unshift(this.#localAddresses.start());
    this.#drain({ type: "start" });
  }

  #feed(input: Input): void {
    if (this.#stopped) return;
    if (this.#started && !this.#busy) this.#drain(input);
    else this.#waiting.push(input);
  }

  /** Handles an input and what it causes. */
  #drain(first: Input): void {
    this.#busy = true;
    for (let input: Input | undefined = first; input !== undefined; input = this.#waiting.shift()) this.#handle(input);
    this.#busy = false;
    if (!this.#stopped) this.#timer.set(this.#core.deadline?.at ?? null);
  }

  #handle(input: Input): void {
    const now = this.now();
    if (this.#observers.length > 0) this.#observeInput(input, now);
    if (this.#stopped) return;
    try {
      for (const output of this.#core.handle(now, input)) {
        this.#carryOut(output, now);
        if (this.#stopped) return;
      }
    } catch (cause) {
      // Callbacks are isolated, so it was the core: half changed, it cannot be trusted with another input.
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#giveUp(new TransportError("core-failed", `the protocol core failed: ${why}`, { cause }));
    }
  }

  #carryOut(output: Output<Event>, now: Instant): void {
    switch (output.type) {
      case "send":
        this.#send(output.datagram, now, output.hops);
        break;
      case "pass":
        this.#pass(output.datagram);
        break;
      case "offer":
        this.#tell(() => this.#socketOf(output.datagram).pass(output.datagram, "ears"));
        break;
      case "resolve":
        void this.#resolution.run();
        break;
      case "openSocket":
        void this.#open();
        break;
      case "closeSocket":
        this.#sockets[output.socket]?.detach();
        void this.#closeSocket(output.socket);
        break;
      case "event":
        this.#observe((observer) => observer.event?.(output.event, now));
        this.#tell(() => this.#options.onEvent?.(output.event));
        break;
      case "done":
        this.#tell(() => this.#options.onDone?.());
        break;
    }
  }

  #pass(datagram: Datagram): void {
    const socket = this.#socketOf(datagram);
    const audience = audienceOf(datagram);
    this.#tell(() => socket.pass(datagram, audience));
    if (audience === "everybody") this.#tell(() => this.#options.onPass?.(datagram));
  }

  async #open(): Promise<void> {
    const { openSocket } = this.#options;
    try {
      if (openSocket === undefined) throw new Error("the core asked for a socket, but there is no openSocket");
      const bound = await openSocket();
      if (this.#stopped) return void (await closeOwned(bound));
      this.add(bound);
      this.#feed({ type: "socketOpened", socket: this.#sockets.length - 1, port: bound.local.port });
    } catch (cause) {
      this.#feed({ type: "socketFailed", error: cause instanceof Error ? cause : new Error(String(cause)) });
    }
  }

  async #closeSocket(socket: SocketId): Promise<void> {
    const bound = this.sockets[socket];
    if (bound !== undefined) await closeOwned(bound);
  }

  #send(datagram: Datagram, now: Instant, hops?: number): void {
    this.#socketOf(datagram).send(datagram, now, hops);
    // Nobody to tell is the rule under load, and a closure for each datagram is not free.
    if (this.#observers.length > 0) this.#observeOutgoing(datagram, now);
  }

  #observeOutgoing(datagram: Datagram, now: Instant): void {
    this.#observe((observer) => observer.datagram?.("out", datagram, now));
  }

  /** Which address leads to the server is told before the server's own, so that the core knows it with its first word. */
  async #lookUp(
    resolve: NonNullable<DriveOptions<Event>["resolve"]>,
    signal: AbortSignal,
  ): Promise<readonly Endpoint[]> {
    const endpoints = await resolve(signal);
    await this.#localAddresses?.towards(endpoints);
    return endpoints;
  }

  #socketOf(datagram: Datagram): DrivenSocket {
    const socket = this.#sockets[datagram.socket];
    if (socket === undefined) throw new RangeError(`there is no socket ${datagram.socket}`);
    return socket;
  }

  #observeInput(input: Input, now: Instant): void {
    if (input.type === "datagram") this.#observe((observer) => observer.datagram?.("in", input.datagram, now));
    if (input.type === "sendFailed") this.#observe((observer) => observer.sendFailed?.(input.remote, input.error, now));
    if (input.type === "resolveFailed") this.#observe((observer) => observer.resolveFailed?.(input.error, now));
  }

  #observe(see: (observer: Observer<Event>) => void): void {
    for (const observer of this.#observers) this.#tell(() => see(observer));
  }

  #report(error: TransportError): void {
    isolate(() => this.#options.onError?.(error));
  }

  #giveUp(error: TransportError): void {
    this.stop();
    this.#report(error);
  }

  /** Any of those told may stop the driver, and the others must not hear of it any more. */
  #tell(run: () => void): void {
    if (!this.#stopped) isolate(run);
  }
}

/** Runs what others wrote so that its exception cannot cut the driver's work short; it surfaces as an uncaught error. */
function isolate(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
