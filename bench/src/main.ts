// `pnpm bench [names] [--json] [--save]`: tables on standard output; --save keeps them in results.json, too.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Table } from "./bench.js";
import { connectTime } from "./connect-time.js";
import { controlKeepalives } from "./control-keepalives.js";
import { controlMemory } from "./control-memory.js";
import { controlReplies } from "./control-replies.js";
import { controlSessions } from "./control-sessions.js";
import { envelope } from "./envelope.js";
import { footprint } from "./footprint.js";
import { loss } from "./loss.js";
import { markdown } from "./markdown.js";
import { relay } from "./relay.js";

/** Tables of a benchmark, and where and when they were made. */
interface Report {
  readonly date: string;
  readonly machine: string;
  readonly tables: readonly Table[];
}

const all = [
  envelope,
  connectTime,
  loss,
  controlReplies,
  controlKeepalives,
  controlMemory,
  controlSessions,
  relay,
  footprint,
];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, save: { type: "boolean" } },
});
const unknown = positionals.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0)
  throw new RangeError(`expected ${all.map(({ name }) => name).join(", ")}, got ${unknown.join(", ")}`);

const reports: Record<string, Report> = {};
for (const bench of all.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const tables: Table[] = [];
  for await (const table of bench.run()) {
    tables.push(table);
    if (!values.json)
      console.log(`\n${table.title}${table.wanted ? `\nwanted: ${table.wanted}` : ""}\n\n${markdown(table)}`);
  }
  reports[bench.name] = { date: new Date().toISOString().slice(0, 10), machine: describeMachine(), tables };
}
if (values.json) console.log(JSON.stringify(reports, null, 2));
if (values.save) save();

function describeMachine(): string {
  const [first] = cpus();
  return `${first?.model.trim()}, ${cpus().length} cores, ${process.platform}, Node ${process.versions.node}`;
}

/** Benchmarks that did not run keep what they have. */
function save(): void {
  const file = join(import.meta.dirname, "../results.json");
  const before: Record<string, Report> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  writeFileSync(file, `${JSON.stringify({ ...before, ...reports }, null, 2)}\n`);
}
