// `pnpm bench [names] [--json]`: every benchmark prints ratios, each measured inside this one run.
import { parseArgs } from "node:util";
import type { Result } from "./bench.js";
import { connectTime } from "./connect-time.js";
import { controlReplies } from "./control-replies.js";
import { envelope } from "./envelope.js";

const all = [envelope, connectTime, controlReplies];
const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
const unknown = positionals.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0)
  throw new RangeError(`expected ${all.map(({ name }) => name).join(", ")}, got ${unknown.join(", ")}`);

for (const bench of all.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  if (!values.json) console.log(`\n${bench.name}`);
  for await (const result of bench.run()) {
    console.log(values.json ? JSON.stringify({ bench: bench.name, ...result }) : describe(result));
  }
}

function describe({ what, ratio, measured, note }: Result): string {
  const values = Object.entries(measured).map(([name, value]) => `${name} ${shorten(value)}`);
  return `  ${what}: ${shorten(ratio)}\n    ${values.join(", ")}${note ? `\n    ${note}` : ""}`;
}

/** Three digits that mean something. */
function shorten(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed() : value.toPrecision(3);
}
