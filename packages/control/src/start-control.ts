import { randomBytes } from "@netpunch/crypto";
import { deferred, onAbort } from "@netpunch/transport";
import {
  type BoundSocket,
  closeOwned,
  createRescan,
  type DriveOptions,
  type Driver,
  drive,
  openListeners,
  parseListenAddress,
  TransportError,
} from "@netpunch/transport/udp";
import type { Endpoint } from "@netpunch/wire";
import { type ControlCore, createControlCore } from "./control-core.js";
import { controlKeys } from "./control-keys.js";
import { checkDrainTime, untilNone } from "./drain.js";
import { ControlError } from "./errors.js";
import type { ControlEvent } from "./events.js";
import { createNodeFrameMac } from "./node/frame-mac.js";
import { type ControlOptions, checkOptions } from "./start-options.js";
import type { ControlStats } from "./stats.js";
import type { KeptEnd } from "./v2/relay/kept.js";

/** A protocol that a control node speaks. */
export type ControlProtocol = "v1" | "v2";

/** A control node that listens. */
export interface Control extends AsyncDisposable {
  /** What it speaks: both, or v2 alone where it was given a control key. */
  readonly protocols: readonly ControlProtocol[];
  /**
   * Where it listens now: several where a machine has several addresses, so that answers leave from the one asked; it
   * follows when the machine gets more of them.
   */
  readonly addresses: readonly Endpoint[];
  /**
   * Settles when all its sockets are closed: resolves after `close()` or an abort, rejects with a `ControlError` where
   * it had to stop by itself. A rejection that nobody listens to stays without effect.
   */
  readonly closed: Promise<void>;
  /** What it has heard, answered and dropped up to now. */
  stats(): ControlStats;
  /**
   * The ends of the relay that other programs have now. They know nothing of a relay and could not ask for it again, so
   * whoever restarts a node keeps these and gives them to the next one. They change with each event `relayReleased` and
   * `relayEnded`.
   */
  keptEnds(): readonly KeptEnd[];
  /**
   * Takes no more ends of the relay and waits until no other program uses it any more, at most so long; everything else
   * goes on. Resolves with the ends that would be lost by closing now.
   *
   * @throws RangeError for a time that is none.
   */
  drain(options: { readonly forMs: number }): Promise<readonly KeptEnd[]>;
  /** Closes the sockets, resolves when nothing of it is left; a second call does no harm. */
  close(): Promise<void>;
}

/**
 * Starts a control node on UDP.
 *
 * A passphrase takes some 0.3 s to derive keys from before it listens, a generated or prepared secret or a control key none.
 *
 * @throws TypeError or RangeError (a rejection, like all others) that names the wrong option; `ControlError` where it
 * cannot listen; the signal's reason where that aborted.
 * @example
 * const control = await startControl({ local: ":7777", secret: "TheSecretWord" });
 * console.log(control.addresses);
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const { local, secret, budgets, relay, keptEnds } = checkOptions(options);
  const { signal, observers = [] } = options;
  parseListenAddress(local, "local");
  const keys = await controlKeys(secret, signal === undefined ? {} : { signal });
  const sockets = await open(local, signal);
  const own = sockets.map((socket) => socket.local);
  const createFrameMac = createNodeFrameMac;
  const protocols: readonly ControlProtocol[] = keys.v1 === null ? ["v2"] : ["v1", "v2"];
  const control = await begin(() => {
    const core = createControlCore({ keys, random: randomBytes, createFrameMac, budgets, own, relay, keptEnds });
    return new RunningControl(core, protocols, { sockets, observers, rescan: createRescan(local) });
  }, sockets);
  const forget = signal && onAbort(signal, () => void control.close());
  control.closed.catch(() => {}).finally(forget);
  if (signal?.aborted) {
    // It fired between the last socket's opening and here.
    await control.close();
    signal.throwIfAborted();
  }
  return control;
}

/** Whatever throws once sockets are open, none of them stays. */
async function begin(make: () => RunningControl, sockets: readonly BoundSocket[]): Promise<RunningControl> {
  try {
    return make();
  } catch (error) {
    await Promise.all(sockets.map(closeOwned));
    throw error;
  }
}

async function open(local: string, signal: AbortSignal | undefined): Promise<readonly BoundSocket[]> {
  try {
    return await openListeners(local, signal === undefined ? {} : { signal });
  } catch (error) {
    throw asControlError(error);
  }
}

class RunningControl implements Control {
  readonly protocols: readonly ControlProtocol[];
  readonly closed: Promise<void>;
  readonly #core: ControlCore;
  readonly #driver: Driver;
  readonly #end: { resolve(): void; reject(error: unknown): void };

  constructor(core: ControlCore, protocols: readonly ControlProtocol[], options: DriveOptions<ControlEvent>) {
    const { promise, resolve, reject } = deferred<void>();
    this.#core = core;
    this.protocols = protocols;
    this.closed = promise;
    this.#end = { resolve, reject };
    // Whoever does not ask for `closed` is not to be stopped by its rejection.
    promise.catch(() => {});
    this.#driver = drive(core, { ...options, onError: (error) => this.#stopOn(error) });
  }

  get addresses(): readonly Endpoint[] {
    return this.#driver.sockets.map((socket) => socket.local);
  }

  stats(): ControlStats {
    return this.#core.stats(this.#driver.now());
  }

  keptEnds(): readonly KeptEnd[] {
    return this.#core.keptEnds();
  }

  async drain({ forMs }: { readonly forMs: number }): Promise<readonly KeptEnd[]> {
    checkDrainTime(forMs);
    this.#core.drain();
    await untilNone(() => this.keptEnds().length, forMs, this.closed);
    return this.keptEnds();
  }

  async close(): Promise<void> {
    await this.#driver.close();
    this.#end.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stopOn(error: TransportError): void {
    // The driver goes on after an error of a socket, as the next datagram may well be sent.
    if (error.code === "socket-error") return;
    void this.#driver.close().then(() => this.#end.reject(asControlError(error)));
  }
}

/** The transport's errors in our own class; all others (misuse, the reason of an abort) as they are. */
function asControlError(error: unknown): unknown {
  return error instanceof TransportError ? new ControlError(error.code, error.message, { cause: error }) : error;
}
