import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

/** Where a child runs: in this machine's network, or in one of its own, which shell commands set up. */
export interface Surroundings {
  readonly network?: readonly string[];
}

export const isRoot = process.getuid?.() === 0;
/** A new network namespace dies with its last process, so nothing is left whatever happens to the test. */
const OWN = ["--net", "--mount"];
const UNSHARE = isRoot ? ["unshare", ...OWN] : ["unshare", "--user", "--map-root-user", ...OWN];

/** Why children cannot have networks of their own here; null where they can. */
export function noNamespaces(): string | null {
  const probe = spawnSync(UNSHARE[0] as string, [...UNSHARE.slice(1), "ip", "link", "set", "lo", "up"]);
  if (probe.status === 0) return null;
  return `needs Linux with unshare, ip and the right to make network namespaces: ${probe.error ?? probe.stderr}`;
}

/**
 * Runs a program of `test/children` in a process of its own, bundled with the sources it imports, and gives what it
 * printed: one JSON value. Rejects when it does not end by itself or ends badly.
 */
export async function runChild(
  name: string,
  args: readonly string[] = [],
  around: Surroundings = {},
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "netpunch-child-"));
  try {
    const program = join(folder, "child.mjs");
    await build({
      entryPoints: [fileURLToPath(new URL(`children/${name}.ts`, import.meta.url))],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@netpunch/source"],
      ignoreAnnotations: true, // "sideEffects": false is for users, these programs are nothing else
      logLevel: "error",
    });
    const [command, ...rest] = commandLine([process.execPath, program, ...args], around);
    const { stdout } = await promisify(execFile)(command as string, rest, { timeout: 20_000 });
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function commandLine(program: readonly string[], { network }: Surroundings): readonly string[] {
  if (network === undefined) return program;
  const setup = ["set -e", "ip link set lo up", ...network, 'exec "$@"'].join("\n");
  return [...UNSHARE, "sh", "-c", setup, "sh", ...program];
}
