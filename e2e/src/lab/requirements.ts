import { existsSync } from "node:fs";
import { Lab } from "./lab.js";

/** How tests with labs run: several at a time, as they wait more than they work; the limit is for busy machines. */
export const IN_LABS = { concurrent: true, timeout: 120_000 };

/** Why tests of the lab cannot run here; null if they can. */
export function lacking(...programs: readonly string[]): string | null {
  const reason =
    process.getuid?.() === 0 ? (lackingProgram(["ip", "nft", ...programs]) ?? lackingKernel()) : "not run by root";
  if (reason !== null && process.env["NETPUNCH_REQUIRE_ALL"] === "1") {
    throw new Error(`NETPUNCH_REQUIRE_ALL is set, and tests on real NATs cannot run: ${reason}`);
  }
  if (reason !== null) process.stderr.write(`\nSKIPPED, tests on real NATs: ${reason}\n\n`);
  return reason;
}

function lackingProgram(programs: readonly string[]): string | null {
  const missing = programs.filter((program) => !isThere(program));
  return missing.length === 0 ? null : `no ${missing.join(", ")} on this machine (.ci/run installs what is missing)`;
}

function isThere(program: string): boolean {
  const directories = (process.env["PATH"] ?? "").split(":");
  return directories.some((directory) => existsSync(`${directory}/${program}`));
}

/** A container may have root and the programs, and still no right to namespaces or no NAT in its kernel. */
function lackingKernel(): string | null {
  try {
    using lab = new Lab();
    lab.internet.rules(
      "table ip probe { chain c { type nat hook postrouting priority srcnat; masquerade random,fully-random; }; }",
    );
    return null;
  } catch (error) {
    return `this system gives no namespaces or no NAT: ${error instanceof Error ? error.message : error}`;
  }
}
