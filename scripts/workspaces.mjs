import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where the repository begins. */
export const root = resolve(import.meta.dirname, "..");

/**
 * @typedef {object} Manifest
 * @property {Record<string, string>} [scripts]
 *
 * @typedef {object} Workspace
 * @property {string} name
 * @property {string} path Absolute.
 * @property {boolean} private Private packages are never published.
 * @property {Manifest} manifest
 */

/**
 * All workspaces but the root, as pnpm sees them.
 * @returns {readonly Workspace[]}
 */
export function workspaces() {
  /** @type {{ name: string, path: string, private: boolean }[]} */
  const listed = JSON.parse(pnpm(["ls", "--recursive", "--depth", "-1", "--json"]));
  return listed
    .filter(({ path }) => path !== root)
    .map(({ name, path, private: hidden }) => ({
      name,
      path,
      private: hidden,
      manifest: JSON.parse(readFileSync(join(path, "package.json"), "utf8")),
    }))
    .sort((a, b) => a.path.localeCompare(b.path));
}

/**
 * Runs pnpm, which `pnpm <script>` and `npx -p pnpm` put on the PATH (turbo needs it there, too).
 * @param {readonly string[]} args
 * @returns {string} What it printed.
 */
export function pnpm(args) {
  try {
    return execFileSync("pnpm", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
    const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const [spec] = packageManager.split("+");
    throw new Error(`pnpm is not on the PATH: start this as "npx -y ${spec} check" or "npm test"`, { cause: error });
  }
}
