import { type Control, startControl } from "@netpunch/control";
import { prepareSecret } from "@netpunch/crypto";
import { parseListenAddress } from "@netpunch/transport/udp";
import { formatEndpoint } from "@netpunch/wire";
import type { ControlTask } from "../../command-line/task.js";
import { createControlEventLog } from "../../log/control-event-log.js";
import { createDatagramLog, createLineLimit, createTroubleLog } from "../../log/datagram-log.js";
import { describeForControl } from "../../log/describe.js";
import { createLog, NO_LOG } from "../../log/log.js";
import type { Console } from "../../process/console.js";
import { listeningJson, statsJson } from "../../process/json.js";
import { Stop } from "../../process/stop.js";
import { budgetsFor } from "./capacity.js";
import { Ending } from "./ending.js";
import { RelayState } from "./relay-state.js";
import { statsText } from "./stats.js";

/** Runs a control node until a signal stops it, which is its good end. */
export async function runControl(task: ControlTask, console: Console): Promise<number> {
  const { local, logging, output } = task;
  const written = createLog({ write: (line) => console.note(line), pid: process.pid, label: null });
  const log = logging === "off" ? NO_LOG : written;
  const stop = new Stop(log);
  try {
    // Once for the log and for control.
    const secret = await prepareSecret(task.secret, { signal: stop.signal });
    const datagrams =
      logging === "off" || logging === "events"
        ? createTroubleLog(log)
        : createDatagramLog(log, await describeForControl(secret), logging);
    const budgets = budgetsFor(task);
    const lines = createLineLimit(log);
    const { relay, relayState, drainForMs } = task;
    const state = relayState === null ? null : new RelayState(relayState, (why) => log.info(why));
    const observers = [datagrams, createControlEventLog(log, lines), ...(state === null ? [] : [state.observer])];
    const ending = new Ending(stop.signal, drainForMs, log);
    const { signal } = ending;
    const keptEnds = state?.read() ?? [];
    await using control = await startControl({ local, secret, budgets, relay, keptEnds, signal, observers });
    ending.drains(control, state === null ? "lost" : "kept");
    state?.follow(control);
    const announce = () => {
      log.info(`Start in control mode on ${listensOn(local, control)}`);
      if (!control.protocols.includes("v1")) log.info("protocol v2 only: a control key cannot serve protocol v1");
      if (output === "json") console.print(listeningJson(control.addresses.map(formatEndpoint), control.protocols));
    };
    const report = () => {
      if (output === "json") console.print(statsJson(control.stats()));
      else written.info(statsText(control.stats()));
    };
    await serve(control, task.stats, announce, report);
    state?.finish();
    datagrams.flush();
    lines.flush();
    log.info("close: ok");
    return stop.exitCode(0);
  } catch (error) {
    // A signal may come before it listens.
    if (stop.received !== null && error === stop.signal.reason) return stop.exitCode(0);
    throw error;
  } finally {
    stop.end(stop.exitCode(0));
  }
}

/** Says that it listens, and reports counters when they are due, until control is closed. */
async function serve(
  control: Control,
  stats: ControlTask["stats"],
  announce: () => void,
  report: () => void,
): Promise<void> {
  let unwritable: (error: unknown) => void = () => {};
  const cannotWrite = new Promise<never>((_resolve, reject) => {
    unwritable = reject;
  });
  const reportNow = () => {
    try {
      report();
    } catch (error) {
      unwritable(error);
    }
  };
  // Before anybody can know that it listens: without a listener this signal starts node's debugger.
  process.on("SIGUSR1", reportNow);
  const timer = typeof stats === "number" ? setInterval(reportNow, stats) : undefined;
  try {
    announce();
    await Promise.race([control.closed, cannotWrite]);
  } finally {
    clearInterval(timer);
    process.off("SIGUSR1", reportNow);
  }
  if (stats !== null) report();
}

/** The address as it was given, with the port that it became. */
function listensOn(local: string, control: Control): string {
  const { port } = parseListenAddress(local);
  return port === 0 ? local.replace(/[^:]*$/, String(control.addresses[0]?.port ?? 0)) : local;
}
