import { join } from "node:path";
import { type BuildFailure, build } from "esbuild";
import { describe, expect, it } from "vitest";
import { filesBelow, packages, root } from "../src/packages.js";

/** The entries that stand on node:dgram; all others run in a browser. */
const forNode = ["@netpunch/transport/udp", "@netpunch/peer", "@netpunch/control"];

const entries = packages
  .filter(({ room }) => room !== "cli")
  .flatMap(({ manifest }) => Object.keys(manifest.exports ?? {}).map((path) => manifest.name + path.slice(1)));

/** Bundles one entry from its sources, as a browser's bundler does: anything of Node's is an error. */
async function bundle(entry: string): Promise<{ bytes: number; errors: readonly string[] }> {
  try {
    const { outputFiles } = await build({
      stdin: { contents: `export * from ${JSON.stringify(entry)};`, resolveDir: `${root}/checks` },
      bundle: true,
      platform: "browser",
      format: "esm",
      conditions: ["@netpunch/source"],
      write: false,
      logLevel: "silent",
    });
    return { bytes: outputFiles[0]?.contents.length ?? 0, errors: [] };
  } catch (error) {
    return { bytes: 0, errors: (error as BuildFailure).errors.map(({ text }) => text) };
  }
}

describe("bundled for a browser", () => {
  it.each(entries.filter((entry) => !forNode.includes(entry)))("%s needs nothing of Node", async (entry) => {
    expect((await bundle(entry)).errors).toEqual([]);
  });

  it.each(forNode)("%s does not, and the bundler says so", async (entry) => {
    expect(entries).toContain(entry);
    expect((await bundle(entry)).errors.join()).toContain("node:");
  });
});

describe("tests on a clean checkout", () => {
  it.each(packages.map(({ room, path }) => [room, path]))("%s: need nothing that is built", async (room, path) => {
    const { metafile } = await build({
      entryPoints: [...filesBelow(join(path, "test"), /\.test\.ts$/)],
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@netpunch/source"],
      external: ["vitest", "vitest/*", "esbuild", "typescript"],
      outdir: "unwritten",
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    const files = Object.keys(metafile.inputs);
    expect(files.some((file) => file.includes(`packages/${room}/src/`))).toBe(true);
    expect(files.filter((file) => /packages\/\w+\/dist\//.test(file))).toEqual([]);
  });
});
