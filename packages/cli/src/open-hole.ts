import { type Hole, type PeerEvent, punch } from "@netpunch/peer";
import type { Observer } from "@netpunch/transport";
import type { Console } from "./console.js";
import { createDatagramLog } from "./datagram-log.js";
import { Failure } from "./failure.js";
import { resultFields } from "./fields.js";
import { FirstContact } from "./first-contact.js";
import { resultJson } from "./json.js";
import type { Log } from "./log.js";
import { labelOf, partnerOf } from "./meeting.js";
import type { Stop } from "./stop.js";
import type { PeerTask } from "./task.js";
import type { Fields } from "./template.js";
import { HINT_AFTER_MS, Waiting } from "./waiting.js";

const LIVE_LINE_EVERY_MS = 250;

/** Punches, leaves the local port to whoever comes next, and prints the result. */
export async function openHole(task: PeerTask, console: Console, log: Log, stop: Stop): Promise<Fields> {
  const { local, remote, meeting, logging } = task;
  const datagrams = logging === "off" || logging === "events" ? null : createDatagramLog(log, task.secret, logging);
  const waiting = new Waiting(remote, partnerOf(meeting));
  const socket = new SocketUse();
  const endWaiting = showWaiting(waiting, logging === "off" ? null : console, log);
  log.info(`Start in peer mode on ${local} to server at ${remote}`);
  const hole = await meet(task, [socket, waiting, ...(datagrams === null ? [] : [datagrams])], stop).finally(() => {
    endWaiting();
    datagrams?.flush();
    if (socket.used) log.info("close: ok");
  });
  if (stop.received !== null) throw stoppedBy(stop, task);
  const fields = resultFields(local, hole.local, hole.remote);
  console.print(task.output === "json" ? resultJson(labelOf(meeting), fields, hole) : task.template(fields));
  return fields;
}

/** Resolves when the hole is there, the partner needs us no more and the port is free. */
async function meet(task: PeerTask, observers: readonly Observer<PeerEvent>[], stop: Stop): Promise<Hole> {
  const { local, remote, meeting, secret, timeoutMs } = task;
  if (meeting.type === "session") throw new Failure("bad-arguments", "sessions are not wired up yet");
  const hopeless = new AbortController();
  try {
    const hole = await punch({
      local,
      control: remote,
      slot: meeting.slot,
      secret,
      signal: AbortSignal.any([stop.signal, hopeless.signal]),
      observers: [...observers, new FirstContact((failure) => hopeless.abort(failure))],
      ...(timeoutMs === null ? {} : { timeoutMs }),
    });
    await hole.release();
    return hole;
  } catch (error) {
    throw stop.received === null ? error : stoppedBy(stop, task);
  }
}

export function stoppedBy({ received }: Stop, { meeting }: PeerTask): Failure {
  return new Failure("stopped", `stopped by ${received} before there was a hole to ${partnerOf(meeting)}`);
}

/** Shows the live line, and one hint in the log; returns what ends both. */
function showWaiting(waiting: Waiting, console: Console | null, log: Log): () => void {
  const ticker = setInterval(() => console?.live(waiting.text()), LIVE_LINE_EVERY_MS);
  const hint = setTimeout(() => {
    const text = waiting.hint();
    if (text !== null) log.info(text);
  }, HINT_AFTER_MS);
  return () => {
    clearInterval(ticker);
    clearTimeout(hint);
    console?.live("");
  };
}

/** Knows whether a punch came so far that there was a socket, which then is closed when the punch ends. */
class SocketUse implements Observer<PeerEvent> {
  used = false;

  event(): void {
    this.used = true;
  }
}
