import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Packed as for the registry, by package name. */
    tarballs: Readonly<Record<string, string>>;
    /** An empty project where a user ran `npm install` for all packages. */
    everything: string;
    /** An empty project where a user ran `npm install @netpunch/peer`. */
    peerOnly: string;
  }
}

const root = resolve(import.meta.dirname, "../..");

/** Packs all published packages once, and installs them once, for all test files. */
export function setup({ provide }: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), "netpunch-e2e-"));
  const tarballs = packPublished(join(directory, "tarballs"));
  provide("tarballs", tarballs);
  provide("everything", install(join(directory, "everything"), Object.keys(tarballs), tarballs));
  provide("peerOnly", install(join(directory, "peer-only"), ["@netpunch/peer"], tarballs));
  return () => rmSync(directory, { recursive: true });
}

function packPublished(into: string): Readonly<Record<string, string>> {
  const manifests: { name: string; private?: boolean; version: string }[] = readdirSync(join(root, "packages"))
    .map((room) => join(root, "packages", room, "package.json"))
    .map((file) => JSON.parse(readFileSync(file, "utf8")));
  const published = manifests.filter((manifest) => manifest.private !== true);
  const [pnpm = ""] = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.split("+");
  const filters = published.flatMap(({ name }) => ["--filter", name]);
  run("npx", ["-y", pnpm, ...filters, "pack", "--pack-destination", into], root);
  return Object.fromEntries(
    published.map(({ name, version }) => [name, join(into, `${name.slice(1).replace("/", "-")}-${version}.tgz`)]),
  );
}

/** Our packages come from tarballs, all others from the registry, as they would for a user. */
function install(into: string, names: readonly string[], tarballs: Readonly<Record<string, string>>): string {
  mkdirSync(into);
  const files = Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]));
  const dependencies = Object.fromEntries(names.map((name) => [name, files[name]]));
  const overrides = Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
  writeFileSync(join(into, "package.json"), JSON.stringify({ private: true, type: "module", dependencies, overrides }));
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], into);
  return into;
}

/** What an outer `npx -p pnpm -c "..."` was asked to do must not reach the npx in here. */
const { npm_config_call: _call, npm_config_package: _package, ...env } = process.env;

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
}
