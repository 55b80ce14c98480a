import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { userEnvironment } from "./shell.js";

/** File names by package name. */
type Tarballs = Readonly<Record<string, string>>;

declare module "vitest" {
  export interface ProvidedContext {
    /** Packed as for the registry, by package name. */
    tarballs: Tarballs;
    /** An empty project where a user ran `npm install` for all packages. */
    everything: string;
    /** An empty project where a user ran `npm install @netpunch/peer`. */
    peerOnly: string;
  }
}

const root = resolve(import.meta.dirname, "../..");

/** The package manager of this repository, with its version, as npx wants it. */
export const pnpm: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.split("+")[0];

/** Packs all published packages once, and installs them once, for all test files. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), "netpunch-e2e-"));
  const tarballs = await packPublished(join(directory, "tarballs"));
  const [everything, peerOnly] = await Promise.all([
    install(join(directory, "everything"), Object.keys(tarballs), tarballs),
    install(join(directory, "peer-only"), ["@netpunch/peer"], tarballs),
  ]);
  provide("tarballs", tarballs);
  provide("everything", everything);
  provide("peerOnly", peerOnly);
  return () => rmSync(directory, { recursive: true });
}

async function packPublished(into: string): Promise<Tarballs> {
  const manifests: { name: string; private?: boolean; version: string }[] = readdirSync(join(root, "packages"))
    .map((room) => join(root, "packages", room, "package.json"))
    .map((file) => JSON.parse(readFileSync(file, "utf8")));
  const published = manifests.filter((manifest) => manifest.private !== true);
  const filters = published.flatMap(({ name }) => ["--filter", name]);
  await run("npx", ["-y", pnpm, ...filters, "pack", "--pack-destination", into], root);
  return Object.fromEntries(
    published.map(({ name, version }) => [name, join(into, `${name.slice(1).replace("/", "-")}-${version}.tgz`)]),
  );
}

/** Our packages come from tarballs, all others from the registry, as they would for a user. */
async function install(into: string, names: readonly string[], tarballs: Tarballs): Promise<string> {
  mkdirSync(into);
  const files = Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]));
  const dependencies = Object.fromEntries(names.map((name) => [name, files[name]]));
  const overrides = Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
  writeFileSync(join(into, "package.json"), JSON.stringify({ private: true, type: "module", dependencies, overrides }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], into);
  return into;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(command, args, { cwd, env: userEnvironment });
}
