import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Bench, median, type Row, shorten, type Table } from "./bench.js";

const root = resolve(import.meta.dirname, "../..");
const START_UPS = 15;
/** What `du` counts: the disk's blocks, as small files take whole ones (stat(2): units of 512 bytes). */
const BLOCK_BYTES = 512;
/** What users would pick instead. */
const OTHERS = [
  ["node-datachannel"],
  ["hyperdht"],
  // As dcutr's README uses it: with a transport, a relay, encryption and multiplexing.
  [
    "libp2p",
    "@libp2p/dcutr",
    "@libp2p/circuit-relay-v2",
    "@libp2p/identify",
    "@libp2p/tcp",
    "@chainsafe/libp2p-noise",
    "@chainsafe/libp2p-yamux",
  ],
] as const;

async function* run(): AsyncIterable<Table> {
  const directory = mkdtempSync(join(tmpdir(), "netpunch-bench-"));
  try {
    const tarballs = await pack(join(directory, "tarballs"));
    const ours = ["@netpunch/cli", "@netpunch/peer"].map((name) => [name]);
    const rows: Row[] = [];
    for (const [index, names] of [...ours, ...OTHERS].entries()) {
      rows.push(await installed(join(directory, String(index)), names, tarballs));
    }
    yield {
      title: "Installed with npm install --ignore-scripts into an empty directory",
      wanted: "@netpunch/peer: under 2 MB and 7 packages",
      rows,
    };
    yield {
      title: `Time to start, medians of ${START_UPS} in turns`,
      rows: await startUps(join(directory, "0", "node_modules/@netpunch/cli/dist/netpunch.mjs")),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** File names of our published packages, packed as for the registry, by package name. */
async function pack(into: string): Promise<Readonly<Record<string, string>>> {
  const published = readdirSync(join(root, "packages"))
    .map((room) => JSON.parse(readFileSync(join(root, "packages", room, "package.json"), "utf8")))
    .filter((manifest) => manifest.private !== true);
  const [pnpm = ""] = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager.split("+");
  const filters = published.flatMap(({ name }) => ["--filter", name]);
  await runAsUser("npx", ["-y", pnpm, ...filters, "pack", "--pack-destination", into], root);
  return Object.fromEntries(
    published.map(({ name, version }) => [
      name,
      `file:${join(into, `${name.slice(1).replace("/", "-")}-${version}.tgz`)}`,
    ]),
  );
}

/** Runs npm as a user's shell would: what the npm or pnpm that started us put into the environment is for itself. */
async function runAsUser(command: string, args: readonly string[], cwd: string): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/.test(name)));
  await promisify(execFile)(command, args, { cwd, env });
}

async function installed(
  into: string,
  names: readonly string[],
  tarballs: Readonly<Record<string, string>>,
): Promise<Row> {
  mkdirSync(into);
  const dependencies = Object.fromEntries(names.map((name) => [name, tarballs[name] ?? "latest"]));
  const overrides = Object.fromEntries(Object.entries(tarballs).filter(([name]) => !names.includes(name)));
  writeFileSync(join(into, "package.json"), JSON.stringify({ private: true, dependencies, overrides }));
  await runAsUser("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], into);
  const modules = join(into, "node_modules");
  const lock = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8"));
  const named = names.map((name) => `${name} ${lock.packages[`node_modules/${name}`].version}`);
  return {
    installed: names.every((name) => name in tarballs) ? names.join(", ") : named.join(", "),
    MB: shorten(diskBytes(modules) / 1e6),
    packages: Object.keys(lock.packages).length,
  };
}

function diskBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * BLOCK_BYTES, 0);
}

async function startUps(netpunch: string): Promise<readonly Row[]> {
  const commands: Record<string, readonly string[]> = {
    "node -e 0": ["-e", "0"],
    "netpunch -version": [netpunch, "-version"],
    "netpunch control, until it listens": [netpunch, "control", "-local", "127.0.0.1:0", "-secret", "x", "-json"],
  };
  const times = Object.keys(commands).map((): number[] => []);
  for (let turn = 0; turn < START_UPS; turn++) {
    for (const [index, args] of Object.values(commands).entries()) times[index]?.push(await startUpMs(args));
  }
  const bare = median(times[0] ?? []);
  return Object.keys(commands).map((command, index) => ({
    command,
    ms: shorten(median(times[index] ?? [])),
    "more than bare node, ms": shorten(median(times[index] ?? []) - bare),
  }));
}

/** Until its first output, or its end. */
async function startUpMs(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), ended]);
  const took = performance.now() - start;
  child.kill();
  await ended;
  return took;
}

/** What an installation weighs, and how long the command takes to start. */
export const footprint: Bench = { name: "footprint", run };
