import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./packages.js";

/** How a script ended and what it printed, both streams together. */
export interface Run {
  /** The exit status, or the signal that ended it. */
  readonly status: number | string;
  readonly output: string;
}

/** Longest life of a block; what hangs is killed and fails. */
const limitMs = 20_000;

const driver = join(import.meta.dirname, "run-terminals.mjs");

const loopbackOnly = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"];

/**
 * Starts a program in a network of its own, nothing but a loopback interface, where this machine gives us one:
 * examples use fixed ports, and so may others on this machine.
 */
const inOwnNetwork: readonly string[] =
  [
    ["unshare", "--net", ...loopbackOnly],
    ["unshare", "--map-root-user", "--net", ...loopbackOnly],
  ].find(([command = "", ...args]) => spawnSync(command, [...args, "true"]).status === 0) ?? [];

/** What a reader's shell starts with: an empty directory, `netpunch` installed, a HOME of its own. */
export interface Home {
  readonly path: string;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The caller removes its `path`. */
export function createHome(): Home {
  const path = mkdtempSync(join(tmpdir(), "netpunch-blocks-"));
  const bin = join(path, ".bin");
  const directory = join(path, "work");
  mkdirSync(bin);
  mkdirSync(directory);
  const command = join(bin, "netpunch");
  writeFileSync(command, `#!/bin/sh\nexec node ${join(root, "packages/cli/dist/netpunch.mjs")} "$@"\n`);
  chmodSync(command, 0o755);
  return { path, directory, env: { PATH: bin + delimiter + process.env["PATH"], HOME: path, TZ: "UTC" } };
}

/** Runs scripts side by side; with more than one, the first is interrupted when the others have ended. */
export async function runTerminals(scripts: readonly string[], { directory, env }: Home): Promise<readonly Run[]> {
  const [command = "", ...args] = [...inOwnNetwork, process.execPath, driver];
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ scripts, directory, limitMs }));
  let printed = "";
  for await (const chunk of child.stdout) printed += chunk;
  return JSON.parse(printed);
}
