import { deferred, type UdpSocket } from "@netpunch/transport";
import {
  type BoundSocket,
  createLocalAddressWatch,
  createResolver,
  createSuspendWatch,
  type Driver,
  drive,
  endpointOn,
  openSocket,
  probePort,
  systemWords,
  type TransportError,
} from "@netpunch/transport/udp";
import { type Endpoint, sameEndpoint } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";
import { explain, explainTransport } from "./explain.js";
import { isRefusal, relayRefused } from "./explain-relay.js";
import { createHole, type Hole, relayLost, unconfirmed } from "./hole.js";
import { MessageQueue } from "./message-queue.js";
import type { Meeting, PartnerChange, PunchOptions } from "./options.js";
import type { Progress } from "./progress.js";
import type { PunchCore } from "./punch-core.js";
import type { PunchReport } from "./report.js";
import { leftBehind, sharing } from "./shared-socket.js";
import { SilenceWatch } from "./silence.js";

const PARTNER_CHANGES: Readonly<Partial<Record<PeerEvent["type"], PartnerChange>>> = {
  partnerSilent: "silent",
  partnerBack: "back",
  partnerRestarted: "restarted",
};

/**
 * How long a caller's own socket hides what still comes for a run that has ended. Control forgets a run after 40 s and names
 * it to nobody any more; a partner's words may be under way for 10 s then. chosen: more than both.
 */
const LEFT_BEHIND_MS = 60_000;

/** A core at work on a socket: the hole that it makes, or the reason why there is none. */
export class Attempt {
  readonly #core: PunchCore;
  readonly #bound: BoundSocket;
  readonly #options: PunchOptions<UdpSocket>;
  readonly #progress: Progress;
  readonly #silence: SilenceWatch;
  readonly #driver: Driver;
  readonly #messages = new MessageQueue((dropped) => this.#observe({ type: "unreadDropped", dropped }));
  readonly #connected = deferred<Endpoint>();
  readonly #confirmed = deferred<void>();
  readonly #handedOver = deferred<void>();
  #isLeft = false;
  #isPresent = false;
  /** Where the hole led last: a core whose partner restarted has none for a moment. */
  #remote: Endpoint | null = null;

  constructor(core: PunchCore, bound: BoundSocket, progress: Progress, options: PunchOptions<UdpSocket>) {
    this.#core = core;
    this.#bound = bound;
    this.#options = options;
    this.#progress = progress;
    const observers = [progress, ...(options.observers ?? [])];
    this.#silence = new SilenceWatch({
      probe: probePort,
      refused: (control, error) => {
        for (const observer of observers) observer.sendFailed?.(control, error, this.#driver.now());
      },
    });
    // Nobody need listen to them.
    this.#connected.promise.catch(() => {});
    this.#confirmed.promise.catch(() => {});
    this.#handedOver.promise.catch(() => {});
    this.#driver = drive(sharing(core), {
      sockets: [bound],
      observers: [this.#silence, ...observers],
      resolve: createResolver(options.control, bound.family),
      localAddresses: createLocalAddressWatch(bound),
      openSocket: () => openAnother(bound),
      suspends: createSuspendWatch(),
      onEvent: (event) => this.#take(event),
      onDone: () => this.#confirmed.resolve(),
      onPass: ({ remote, bytes }) => {
        if (this.#remote !== null && sameEndpoint(remote, this.#remote)) this.#messages.push(bytes);
      },
      onError: (error) => this.#fail(error),
    });
  }

  /** Tells the observers of something that the core does not know of. */
  #observe(event: PeerEvent): void {
    for (const observer of this.#options.observers ?? []) observer.event?.(event, this.#driver.now());
  }

  /** Resolves with the hole, as soon as both directions are known to work. */
  async hole(): Promise<Hole<UdpSocket>> {
    const first = await this.#connected.promise;
    this.#silence.stop();
    return createHole({
      local: this.#start.local,
      remote: () => endpointOn(this.#start, this.#remote ?? first),
      report: this.#progress.report as PunchReport,
      socket: this.#start.socket,
      messages: this.#messages,
      confirmed: this.#confirmed.promise,
      send: (bytes) => this.#driver.send({ socket: this.#core.socket ?? 0, remote: this.#remote ?? first, bytes }),
      handOver: () => this.#handOver(),
      close: () => this.close(),
    });
  }

  /** The socket that the hole starts from. */
  get #start(): BoundSocket {
    return this.#driver.sockets[this.#core.socket ?? 0] ?? this.#bound;
  }

  /** Ends the wait for the hole with this reason. */
  reject(reason: unknown): void {
    this.#connected.reject(reason);
  }

  /** Ends the wait with what is known of why there is none. */
  giveUp(meeting: Meeting): void {
    this.reject(
      explain(this.#progress.findings(this.#driver.now()), {
        meeting,
        controlName: this.#options.control,
        wordsOf: systemWords,
      }),
    );
  }

  /** Resolves when another program may have the socket, as far as control has a part in the hole. */
  async #handOver(): Promise<void> {
    if (this.#core.path?.via !== "relay" || this.#core.handOver === undefined) return;
    this.#core.handOver();
    this.#driver.wake();
    await this.#handedOver.promise;
  }

  /** Says goodbye, and closes what is ours. */
  async close(): Promise<void> {
    this.#silence.stop();
    for (const output of this.#core.leave?.(this.#driver.now()) ?? []) {
      if (output.type === "send") this.#driver.send(output.datagram);
    }
    await this.#driver.close();
    this.#leaveBehind();
  }

  /** No timer and no listener keeps the process alive for it. */
  #leaveBehind(): void {
    if (this.#bound.owned || this.#isLeft) return;
    this.#isLeft = true;
    drive(leftBehind(this.#core), { sockets: [this.#bound], stopsAfterMs: LEFT_BEHIND_MS });
  }

  #take(event: PeerEvent): void {
    if (event.type === "connected") {
      this.#remote = event.endpoint;
      // Control passes data on only when both have chosen the relay.
      if (event.path !== "relayed") this.#connected.resolve(event.endpoint);
    } else if (event.type === "unconfirmed") {
      this.#confirmed.reject(unconfirmed());
      if (this.#remote !== null) this.#connected.resolve(this.#remote);
    } else if (event.type === "relay") {
      this.#takeRelay(event);
    }
    const change = this.#isDeparture(event) ? "left" : PARTNER_CHANGES[event.type];
    if (change !== undefined) this.#options.onPartner?.(change);
  }

  /** Whether control says that the partner of our hole is not in the session any more. */
  #isDeparture(event: PeerEvent): boolean {
    if (event.type !== "session") return false;
    const wasPresent = this.#isPresent;
    this.#isPresent = event.state === "present";
    return this.#remote !== null && wasPresent && event.state === "waiting";
  }

  #takeRelay({ end, reason }: Extract<PeerEvent, { type: "relay" }>): void {
    if (end === "carrying" && this.#remote !== null) this.#connected.resolve(this.#remote);
    else if (end === "released") this.#handedOver.resolve();
    else if (end === "lost") this.#handedOver.reject(relayLost());
    else if (this.#options.relay === "only" && isRefusal(reason)) this.reject(relayRefused(reason));
  }

  #fail(error: TransportError): void {
    // The driver goes on after an error of the socket: the next datagram may well be sent.
    if (error.code === "socket-error") return;
    this.reject(explainTransport(error));
    this.#confirmed.resolve();
    this.#handedOver.resolve();
    this.#messages.end();
  }
}

/** On another port of the same address; of IPv4, as only NATs make it necessary. */
function openAnother({ local }: BoundSocket): Promise<BoundSocket> {
  return openSocket(`${local.address.includes(":") ? "0.0.0.0" : local.address}:0`);
}
