import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Bench, shorten, type Table } from "./bench.js";
import type { SessionsReport } from "./servers/sessions.js";

const BINDINGS = 300_000;

async function* run(): AsyncIterable<Table> {
  const child = fork(join(import.meta.dirname, "servers/sessions.ts"), [String(BINDINGS)], {
    execArgv: ["--import", "tsx", "--expose-gc"],
  });
  const [report] = (await once(child, "message")) as [SessionsReport];
  const { bindings, residentBytes, heapBytes, phases } = report;
  yield {
    title: `Memory of ${BINDINGS} live bindings of v2, each of a peer with three addresses`,
    wanted: "1.5 KiB each or less",
    rows: [
      {
        bindings,
        "resident MB": shorten(residentBytes / 1e6),
        "of it heap, MB": shorten(heapBytes / 1e6),
        "KiB each": shorten(residentBytes / bindings / 1024),
      },
    ],
  };
  yield {
    title: "How long a turn of the event loop takes with as many, garbage collections counted",
    wanted: "less than 50 ms",
    rows: phases.map(({ phase, turns, medianMs, longestMs, mostCpuMs }) => ({
      what: phase,
      turns,
      "median ms": shorten(medianMs),
      "longest ms": shorten(longestMs),
      "most CPU ms": shorten(mostCpuMs),
    })),
  };
}

/** What a full house takes of memory, and how long it keeps the event loop. */
export const controlSessions: Bench = { name: "control-sessions", run };
