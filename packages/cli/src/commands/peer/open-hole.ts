import { secretKind } from "@netpunch/crypto";
import {
  type CommonOptions,
  type Hole,
  type PeerEvent,
  punch,
  type SessionMeeting,
  type SlotMeeting,
} from "@netpunch/peer";
import type { Observer } from "@netpunch/transport";
import { resultFields } from "../../command-line/fields.js";
import { type Meeting, partnerOf } from "../../command-line/meeting.js";
import type { PeerTask } from "../../command-line/task.js";
import type { Fields } from "../../command-line/template.js";
import { createDatagramLog, createTroubleLog, type DatagramLog } from "../../log/datagram-log.js";
import { describeForPeer } from "../../log/describe.js";
import { createEventLog } from "../../log/event-log.js";
import type { Log } from "../../log/log.js";
import type { Console } from "../../process/console.js";
import { Failure } from "../../process/failure.js";
import { resultJson } from "../../process/json.js";
import type { Stop } from "../../process/stop.js";
import { Downgrade } from "./downgrade.js";
import { FirstContact } from "./first-contact.js";
import { prepareSecrets, type Secrets, speaksV2 } from "./prepared-secrets.js";
import { HINT_AFTER_MS, Waiting } from "./waiting.js";

const LIVE_LINE_EVERY_MS = 250;

/** Punches, leaves the local port to whoever comes next, and prints the result. */
export async function openHole(task: PeerTask, console: Console, log: Log, stop: Stop): Promise<Fields> {
  const { local, remote, meeting, logging } = task;
  const waiting = new Waiting({ meeting, remote, preparing: preparation(task) });
  const downgrade = new Downgrade(meeting);
  const socket = new SocketUse();
  const endWaiting = showWaiting(waiting, logging === "off" ? null : console, log);
  log.info(`Start in peer mode on ${local} to server at ${remote}`);
  const observers = [socket, waiting, downgrade, createEventLog(log, meeting)];
  const { hole, keyDerivationMs } = await meet(task, observers, log, stop).finally(() => {
    endWaiting();
    if (socket.used) log.info("close: ok");
  });
  if (stop.received !== null) throw stoppedBy(stop, task);
  const why = downgrade.of(hole);
  if (why !== null && logging !== "off") console.note(`Warning: ${downgrade.warning(why)}`);
  const fields = resultFields(local, hole.local, hole.remote);
  const report = { ...hole.report, keyDerivationMs };
  console.print(task.output === "json" ? resultJson(meeting, fields, { report }, why) : task.template(fields));
  return fields;
}

/** A hole, and how long it took to make keys of the secrets before. */
interface Met {
  readonly hole: Hole;
  readonly keyDerivationMs: number;
}

/** Resolves when the hole is there, the partner needs us no more and the port is free. */
async function meet(task: PeerTask, observers: readonly Observer<PeerEvent>[], log: Log, stop: Stop): Promise<Met> {
  const { local, localPort, remote, meeting, timeoutMs, relay, relayAfterMs } = task;
  const hopeless = new AbortController();
  let datagrams: DatagramLog | null = null;
  try {
    const startedAt = performance.now();
    const secrets = await prepareSecrets(task, stop.signal);
    const keyDerivationMs = performance.now() - startedAt;
    datagrams = await datagramLog(task, secrets, log);
    const hole = await punch({
      local,
      localPort,
      relay,
      ...(relayAfterMs === null ? {} : { relayAfterMs }),
      control: remote,
      ...meetingOptions(meeting, secrets),
      signal: AbortSignal.any([stop.signal, hopeless.signal]),
      observers: [...observers, datagrams, new FirstContact((failure) => hopeless.abort(failure))],
      ...(timeoutMs === null ? {} : { timeoutMs }),
    });
    await release(hole, stop.signal);
    return { hole, keyDerivationMs };
  } catch (error) {
    throw stop.received === null ? error : stoppedBy(stop, task);
  } finally {
    datagrams?.flush();
  }
}

type MeetingOptions = Pick<CommonOptions, "secret"> & (SessionMeeting | SlotMeeting);

function meetingOptions(meeting: Meeting, { secret, sessionSecret }: Secrets): MeetingOptions {
  if (meeting.type === "slot") return { slot: meeting.slot, protocol: meeting.protocol, secret };
  return { session: meeting.name, secret, ...(sessionSecret === null ? {} : { sessionSecret }) };
}

async function datagramLog({ meeting, logging }: PeerTask, secrets: Secrets, log: Log): Promise<DatagramLog> {
  if (logging === "off" || logging === "events") return createTroubleLog(log);
  return createDatagramLog(log, await describeForPeer(meeting, secrets), logging);
}

/** Lets go of the hole; a signal cuts the wait for the partner short, which can take seconds where datagrams are lost. */
async function release(hole: Hole, signal: AbortSignal): Promise<void> {
  const cutShort = () => hole.socket.close();
  signal.addEventListener("abort", cutShort, { once: true });
  try {
    await hole.release();
  } finally {
    signal.removeEventListener("abort", cutShort);
  }
}

export function stoppedBy(stop: Stop, { meeting }: PeerTask): Failure {
  const message = `stopped by ${stop.received} before there was a hole to ${partnerOf(meeting)}`;
  return new Failure("stopped", message, { exitCode: stop.exitCode(1) });
}

/** What takes a moment before the first datagram goes out; "" where nothing does. */
function preparation({ meeting, secretKind: kind }: PeerTask): string {
  const sessionSecret = meeting.type === "session" ? meeting.secret : null;
  const kinds = [kind, sessionSecret === null ? null : secretKind(sessionSecret)];
  return speaksV2(meeting) && kinds.includes("passphrase") ? "making a key of the passphrase" : "";
}

/** Shows the live line, and one hint in the log; returns what ends both. */
function showWaiting(waiting: Waiting, console: Console | null, log: Log): () => void {
  const draw = () => {
    const news = waiting.news();
    if (news !== null) log.info(news);
    console?.live(waiting.text(), waiting.short());
  };
  draw();
  const ticker = setInterval(draw, LIVE_LINE_EVERY_MS);
  const tell = () => log.info(waiting.text());
  process.on("SIGUSR1", tell);
  const hint = setTimeout(() => {
    const text = waiting.hint();
    if (text !== null) log.info(text);
  }, HINT_AFTER_MS);
  return () => {
    process.off("SIGUSR1", tell);
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
