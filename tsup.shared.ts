import { defineConfig, type Options } from "tsup";

/** How every package is built: ESM for Node and browsers; types come from `tsc -p tsconfig.build.json`. */
export const library = (entry: Record<string, string>, more: Options = {}) =>
  defineConfig({
    entry,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: [/^node:/],
    clean: true,
    dts: false,
    sourcemap: true,
    // "node:dgram" and not "dgram", which Deno and bundlers take for a package.
    removeNodeProtocol: false,
    silent: true,
    ...more,
  });
