import type { Observer } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { LiveRecord, Who } from "../../src/live/record.js";

/** From this process's clock to the machine's: processes must agree on who was first. */
const toMachineMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export function machineNow(): number {
  return performance.now() + toMachineMs;
}

/** Writes a record as a line for the server. */
export function tell(record: LiveRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

export function tellBound(who: Who, local: Endpoint): void {
  tell({ type: "bound", who, at: machineNow(), local });
}

/** Tells of every datagram and event. */
export function observer(who: Who): Observer<{ readonly type: string }> {
  return {
    datagram(direction, { remote, bytes }, at) {
      tell({
        type: "datagram",
        who,
        at: at + toMachineMs,
        direction,
        remote: { ...remote },
        bytes: Buffer.from(bytes).toString("hex"),
      });
    },
    event(event, at) {
      tell({ type: "event", who, at: at + toMachineMs, event });
    },
  };
}

/** Ends when the server does: its end of our standard input closes with it. */
export function endWithServer(): void {
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
  // Nobody is left to tell.
  process.stdout.on("error", () => process.exit(0));
}

/** Says what went wrong, and ends. */
export function fail(who: Who, error: unknown): void {
  tell({ type: "failed", who, at: machineNow(), message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.stdin.destroy();
}
