import { deferred } from "@netpunch/transport";
import {
  adoptSocket,
  type BoundSocket,
  createResolver,
  drive,
  openSocket,
  parseServerAddress,
  probePort,
} from "@netpunch/transport/udp";
import { type Endpoint, sameEndpoint, v1 } from "@netpunch/wire";
import { createPeerCore } from "./drill.js";
import { explain, explainTransport } from "./explain.js";
import { createHole, type Hole } from "./hole.js";
import { MessageQueue } from "./message-queue.js";
import { checkOptions, type PunchOptions } from "./options.js";
import { type PunchReport, Recorder } from "./report.js";
import { SilenceWatch } from "./silence.js";

/**
 * Punches a hole: meets the partner with control's help, and resolves when both directions are known to work.
 *
 * Without `timeoutMs` and `signal` it waits for ever. However it ends, none of our sockets, timers and look-ups stays.
 *
 * @throws TypeError or RangeError (a rejection, like all others) that names the wrong option.
 * @throws {@link PunchError} with a code and advice; the signal's reason where that aborted.
 * @example
 * const hole = await punch({ control: "vps.example:7777", slot: "a", secret: "our secret" });
 * hole.send(new TextEncoder().encode("hello"));
 * for await (const message of hole.messages) console.log(new TextDecoder().decode(message));
 */
export async function punch(options: PunchOptions): Promise<Hole> {
  const slot = checkOptions(options);
  const core = createPeerCore({ slot, secret: options.secret });
  parseServerAddress(options.control, "control");
  options.signal?.throwIfAborted();
  const bound = await bind(options);

  const recorder = new Recorder();
  const messages = new MessageQueue();
  const connected = deferred<Endpoint>();
  const partnerSafe = deferred<void>();
  const silence = new SilenceWatch({
    probe: probePort,
    refused: (control, error) => {
      for (const observer of observers) observer.sendFailed?.(control, error, driver.now());
    },
  });
  const observers = [recorder, ...(options.observers ?? [])];
  const driver = drive(core, {
    sockets: [bound],
    observers: [silence, ...observers],
    resolve: createResolver(options.control, bound.family),
    onEvent: (event) => {
      if (event.type === "connected") connected.resolve(event.endpoint);
    },
    onDone: () => partnerSafe.resolve(),
    onPass: ({ remote, bytes }) => {
      if (core.hole !== null && sameEndpoint(remote, core.hole)) messages.push(bytes);
    },
    onError: (error) => {
      // The driver goes on after an error of the socket: the next datagram may well be sent.
      if (error.code === "socket-error") return;
      connected.reject(explainTransport(error));
      partnerSafe.resolve();
      messages.end();
    },
  });

  const giveUp = () => connected.reject(explain(recorder.findings(driver.now()), v1.partnerOf(slot), options.control));
  const abort = () => connected.reject(options.signal?.reason);
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(giveUp, options.timeoutMs);
  options.signal?.addEventListener("abort", abort, { once: true });
  // The signal may have fired while the socket was being bound.
  if (options.signal?.aborted) abort();
  try {
    const remote = await connected.promise;
    return createHole({
      local: bound.local,
      remote,
      report: recorder.report as PunchReport,
      socket: bound.socket,
      messages,
      send: (bytes) => driver.send({ socket: 0, remote, bytes }),
      partnerSafe: partnerSafe.promise,
      close: () => driver.close(),
    });
  } catch (error) {
    await driver.close();
    throw error;
  } finally {
    silence.stop();
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
}

async function bind({ socket, local = ":0", signal }: PunchOptions): Promise<BoundSocket> {
  try {
    return socket === undefined ? await openSocket(local, signal === undefined ? {} : { signal }) : adoptSocket(socket);
  } catch (error) {
    throw explainTransport(error);
  }
}
