import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether this machine has the programs, with a loud word where not; with NETPUNCH_REQUIRE_ALL=1 that is an error. */
export function has(...programs: readonly string[]): boolean {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  const missing = programs.filter((program) => !directories.some((each) => existsSync(join(each, program))));
  if (missing.length === 0) return true;
  const reason = `no ${missing.join(", ")} on this machine`;
  if (process.env["NETPUNCH_REQUIRE_ALL"] === "1")
    throw new Error(`NETPUNCH_REQUIRE_ALL is set, and there is ${reason}`);
  process.stderr.write(`\nSKIPPED: ${reason}\n\n`);
  return false;
}
