// `pnpm playground`: serves the built page on this machine, with real processes for its live mode.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLive, IS_BUILT } from "./live.js";
import { openSite } from "./site.js";

const DEFAULT_PORT = 4747;
const HELP = `Usage: pnpm playground [--port PORT]

Serves the netpunch playground on http://127.0.0.1:${DEFAULT_PORT}/, for this machine only. Its page "Live on this machine" runs a
control node and two peers as processes over UDP on loopback.

  --port PORT   listen there instead; 0: any free port
  --help        print this
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "string") return complain(`${options}\n\n${HELP}`, 2);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const root = join(import.meta.dirname, IS_BUILT ? "../page" : "../dist/page");
  if (!existsSync(join(root, "index.html")))
    return complain("The page is not built yet: run `pnpm playground` in the root of the repository.\n", 1);
  try {
    const site = await openSite({ root, port: options.port, live: createLive() });
    process.stdout.write(`The playground is at ${site.url}\nStop it with Ctrl-C.\n`);
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => void site.close().then(() => process.exit(0)));
    return 0;
  } catch (error) {
    return complain(`${explain(error, options.port)}\n`, 1);
  }
}

function readOptions(): { readonly help: boolean; readonly port: number } | string {
  try {
    const { values } = parseArgs({ options: { port: { type: "string" }, help: { type: "boolean", short: "h" } } });
    const port = Number(values.port ?? DEFAULT_PORT);
    if (!/^\d*$/.test(values.port ?? "") || values.port === "" || port > 65_535)
      return `--port expected 0 to 65535, got "${values.port}"`;
    return { help: values.help ?? false, port };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function explain(error: unknown, port: number): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE")
    return `Port ${port} is taken, perhaps by another playground. Take another: pnpm playground --port 0`;
  if (code === "EACCES") return `This user may not listen on port ${port}. Take one above 1023.`;
  return error instanceof Error ? error.message : String(error);
}

function complain(text: string, status: number): number {
  process.stderr.write(text);
  return status;
}
