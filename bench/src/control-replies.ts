import { type Bench, median, type Result } from "./bench.js";
import { createClients, type Family, Server } from "./load.js";

/** One-second slices for each of the two, in turns. */
const pairs = 5;

async function* run(): AsyncIterable<Result> {
  const clients = await createClients();
  for (const family of ["udp4", "dual"] as const) yield* compareOn(family, clients);
  for (const { socket } of clients) socket.close();
}

async function* compareOn(family: Family, clients: Awaited<ReturnType<typeof createClients>>): AsyncIterable<Result> {
  const servers = { control: new Server("control", family), echo: new Server("echo", family) };
  await Promise.all([servers.control.start(), servers.echo.start()]);
  const load = async () => ({
    control: await servers.control.load(clients, 1000),
    echo: await servers.echo.load(clients, 1000),
  });
  await load();
  const turns = [];
  for (let i = 0; i < pairs; i++) turns.push(await load());
  servers.control.stop();
  servers.echo.stop();

  const note = "control's budgets are lifted; all replies are compared to the byte";
  yield {
    what: `${family}: replies per second, control / bare echo`,
    ratio: median(turns.map(({ control, echo }) => control.repliesPerSecond / echo.repliesPerSecond)),
    measured: {
      controlPerSecond: median(turns.map(({ control }) => control.repliesPerSecond)),
      echoPerSecond: median(turns.map(({ echo }) => echo.repliesPerSecond)),
    },
    note,
  };
  yield {
    what: `${family}: CPU time for a reply, control / bare echo`,
    ratio: median(turns.map(({ control, echo }) => control.cpuMicrosPerReply / echo.cpuMicrosPerReply)),
    measured: {
      controlMicros: median(turns.map(({ control }) => control.cpuMicrosPerReply)),
      echoMicros: median(turns.map(({ echo }) => echo.cpuMicrosPerReply)),
    },
    note,
  };
}

/** A control node against a socket that echoes, each in a process of its own, under load from this one. */
export const controlReplies: Bench = { name: "control-replies", run };
