import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
/** As deep below the package as `dist`, as the command reads `../package.json`. */
export const COMMAND = `${PACKAGE}reports/netpunch.mjs`;

/** Bundles the command from the sources of all packages, so that its tests need no build and never meet a stale one. */
export async function setup(): Promise<void> {
  await build({
    entryPoints: [`${PACKAGE}src/netpunch.ts`],
    outfile: COMMAND,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    conditions: ["@netpunch/source"],
    external: ["commander"],
    logLevel: "warning",
  });
  chmodSync(COMMAND, 0o755);
}
