import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where the repository begins. */
export const root = resolve(import.meta.dirname, "../..");

/** What an exports map says of one entry; the order of its keys matters. */
type Conditions = Readonly<Record<string, string>>;

/** As much of a package.json as the rules read. */
interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly engines?: unknown;
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string };
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Conditions>>;
  readonly publishConfig?: { readonly access?: string; readonly exports?: Readonly<Record<string, Conditions>> };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A directory of `packages/`. */
export interface Package {
  /** The directory's name; the package is `@netpunch/<room>`. */
  readonly room: string;
  readonly path: string;
  readonly manifest: Manifest;
}

/** Every package that is there, published or not. */
export const packages: readonly Package[] = readdirSync(join(root, "packages"))
  .map((room) => ({ room, path: join(root, "packages", room) }))
  .filter(({ path }) => existsSync(join(path, "package.json")))
  .map(({ room, path }) => ({ room, path, manifest: JSON.parse(readFileSync(join(path, "package.json"), "utf8")) }));

/** Those that users install. */
export const published: readonly Package[] = packages.filter(({ manifest }) => manifest.private !== true);

/** Every file below a directory whose path matches, with `/` between names; nothing that git ignores as a rule. */
export function filesBelow(path: string, pattern: RegExp): readonly string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !generated.has(name))
    .flatMap((entry) => {
      const below = join(path, entry.name);
      if (entry.isDirectory()) return filesBelow(below, pattern);
      return pattern.test(below) ? [below] : [];
    });
}

const generated = new Set(["node_modules", "dist", "reports", "coverage", ".git", ".turbo", ".blocks"]);
