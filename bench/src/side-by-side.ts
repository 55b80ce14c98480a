import { median, type Row, shorten } from "./bench.js";
import { type Family, Server, type ServerName, type Slice, type Speakers } from "./load.js";

/** Pairs of one-second slices that must count, and how many are tried for them. */
export const PAIRS = 11;
const MOST_PAIRS = 60;
/** Below it something else than the server set the rate: the load, or other programs on this machine. */
const LEAST_CORE_SHARE = 0.95;

interface Pair {
  readonly control: Slice;
  readonly echo: Slice;
}

/** A control node beside a bare echo, each in a process of its own, loaded in turns from this one. */
export async function sideBySide(family: Family, speakers: Speakers, server: ServerName = "control"): Promise<Row> {
  const servers = { control: new Server(server, family), echo: new Server("echo", family) };
  await Promise.all([servers.control.start(speakers), servers.echo.start(speakers)]);
  const load = async (): Promise<Pair> => ({
    control: await servers.control.load(1000),
    echo: await servers.echo.load(1000),
  });
  await load();
  const pairs: Pair[] = [];
  while (pairs.filter(isFullyUsed).length < PAIRS && pairs.length < MOST_PAIRS) pairs.push(await load());
  servers.control.stop();
  servers.echo.stop();
  const counted = pairs.filter(isFullyUsed);
  // On a machine too busy for a single one, all of them are shown, and the table says that none counts.
  const shown = counted.length > 0 ? counted : pairs;
  const middle = (value: (pair: Pair) => number) => shorten(median(shown.map(value)));
  return {
    socket: family === "dual" ? "udp6, dual stack" : "udp4",
    "control, replies/s": middle(({ control }) => control.repliesPerSecond),
    "echo, replies/s": middle(({ echo }) => echo.repliesPerSecond),
    "control / echo": middle(({ control, echo }) => control.repliesPerSecond / echo.repliesPerSecond),
    "control, µs CPU": middle(({ control }) => control.cpuMicrosPerReply),
    "echo, µs CPU": middle(({ echo }) => echo.cpuMicrosPerReply),
    "CPU ratio": middle(({ control, echo }) => control.cpuMicrosPerReply / echo.cpuMicrosPerReply),
    "core used, control": middle(({ control }) => control.coreShare),
    "core used, echo": middle(({ echo }) => echo.coreShare),
    "pairs that count": `${counted.length} of ${pairs.length}`,
  };
}

function isFullyUsed({ control, echo }: Pair): boolean {
  return Math.min(control.coreShare, echo.coreShare) > LEAST_CORE_SHARE;
}
