import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, resolve } from "node:path";

/** One import of a module, by any syntax. */
export interface Import {
  readonly specifier: string;
  /** Gone once compiled. */
  readonly typeOnly: boolean;
}

/** What a TypeScript module imports; comments (and the examples in them) import nothing. */
export function importsOf(source: string): readonly Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const declarations = [...code.matchAll(/^\s*(?:import|export)\b(\s+type\b)?[^"';]*?\bfrom\s*["']([^"']+)["']/gm)];
  const bare = [...code.matchAll(/^\s*import\s*["']([^"']+)["']/gm)];
  const dynamic = [...code.matchAll(/\bimport\s*\(\s*["']([^"']+)["']/g)];
  return [
    ...declarations.map((match) => ({ specifier: match[2] ?? "", typeOnly: match[1] !== undefined })),
    ...[...bare, ...dynamic].map((match) => ({ specifier: match[1] ?? "", typeOnly: false })),
  ];
}

/** What the file at `path` imports. */
export function importsOfFile(path: string): readonly Import[] {
  return importsOf(readFileSync(path, "utf8"));
}

/** The package that a specifier names (`@netpunch/peer/core` is of `@netpunch/peer`); null for files and Node's own. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith(".") || isBuiltin(specifier)) return null;
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The first chain of files that ends where it began. What only types need counts too: neither file can be read alone. */
export function firstCycle(files: readonly string[]): readonly string[] | null {
  const done = new Set<string>();
  for (const file of files) {
    const cycle = cycleFrom(file, [], done);
    if (cycle !== null) return cycle;
  }
  return null;
}

function cycleFrom(file: string, path: readonly string[], done: Set<string>): readonly string[] | null {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return null;
  for (const { specifier } of importsOfFile(file)) {
    const next = specifier.startsWith(".") ? sourceOf(resolve(dirname(file), specifier)) : null;
    const cycle = next === null ? null : cycleFrom(next, [...path, file], done);
    if (cycle !== null) return cycle;
  }
  done.add(file);
  return null;
}

/** The source that stands behind a specifier's ".js"; null where it is none of ours. */
function sourceOf(path: string): string | null {
  return [".ts", ".tsx"].map((ending) => path.replace(/\.js$/, ending)).find((source) => existsSync(source)) ?? null;
}
