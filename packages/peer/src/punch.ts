import { onAbort, type UdpSocket } from "@netpunch/transport";
import {
  adoptSocket,
  type BoundSocket,
  closeOwned,
  type DgramSocket,
  openSocket,
  parseListenAddress,
  parseServerAddress,
} from "@netpunch/transport/udp";
import { Attempt } from "./attempt.js";
import { chooseCore } from "./choose-core.js";
import { explainTransport } from "./explain.js";
import type { Hole } from "./hole.js";
import { checkOptions, type PunchOptions } from "./options.js";
import { Progress } from "./progress.js";

/**
 * Punches a hole: meets the partner with control's help, and resolves when both directions are known to work.
 *
 * Without `timeoutMs` and `signal` it waits for ever. However it ends, none of our sockets, timers and look-ups stays.
 *
 * @throws TypeError or RangeError (a rejection, like all others) that names the wrong option.
 * @throws {@link PunchError} with a code and advice; the signal's reason where that aborted.
 * @example
 * const hole = await punch({ control: "vps.example:7777", session: "home", secret: "our secret" });
 * hole.send(new TextEncoder().encode("hello"));
 * for await (const message of hole.messages) console.log(new TextDecoder().decode(message));
 */
export async function punch<Socket extends UdpSocket = DgramSocket>(
  options: PunchOptions<Socket>,
): Promise<Hole<Socket>> {
  const meeting = checkOptions(options);
  const { control, local, timeoutMs, signal } = options;
  parseServerAddress(control, "control");
  if (local !== undefined) parseListenAddress(local, "local");
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const makeCore = await chooseCore(meeting, options);
  const progress = new Progress({ keyDerivationMs: performance.now() - startedAt });
  const bound = await bind(options);

  const attempt = await begin(() => new Attempt(makeCore(bound.local.port), bound, progress, options), bound);
  const giveUp = () => attempt.giveUp(meeting);
  const abort = () => attempt.reject(signal?.reason);
  const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs - (performance.now() - startedAt));
  const forget = signal && onAbort(signal, abort);
  // The signal may have fired while the socket was being bound.
  if (signal?.aborted) abort();
  try {
    // The caller's own socket, or one that we made with node:dgram.
    return (await attempt.hole()) as Hole<Socket>;
  } catch (error) {
    await attempt.close();
    throw error;
  } finally {
    clearTimeout(timer);
    forget?.();
  }
}

/** Whatever throws once the socket is open, the socket does not stay. */
async function begin(make: () => Attempt, bound: BoundSocket): Promise<Attempt> {
  try {
    return make();
  } catch (error) {
    await closeOwned(bound);
    throw error;
  }
}

async function bind({ socket, local = ":0", signal }: PunchOptions<UdpSocket>): Promise<BoundSocket> {
  try {
    return socket === undefined ? await openSocket(local, signal === undefined ? {} : { signal }) : adoptSocket(socket);
  } catch (error) {
    throw explainTransport(error);
  }
}
