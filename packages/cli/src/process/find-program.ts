import { accessSync, constants, statSync } from "node:fs";
import { delimiter, extname, resolve } from "node:path";

/** What finding a program depends on. */
export interface ProgramSearch {
  /** PATH; undefined where it is not set. */
  readonly path: string | undefined;
  readonly platform?: NodeJS.Platform;
}

/** Where POSIX systems look without a PATH. */
const POSIX_PATH = "/usr/local/bin:/usr/bin:/bin";
/** What a name may be given without. Of those that Windows knows, node starts these; scripts need a shell. */
const WINDOWS_ENDINGS: readonly string[] = [".com", ".exe"];

/** The program's path as the system finds it: names with a slash as they are, others through PATH; null: there is none. */
export function findProgram(name: string, search: ProgramSearch): string | null {
  const { platform = process.platform } = search;
  return platform === "win32" ? findOnWindows(name, search) : findOnPosix(name, search);
}

function findOnPosix(name: string, { path = POSIX_PATH }: ProgramSearch): string | null {
  if (name.includes("/")) return mayRun(name) ? resolve(name) : null;
  // POSIX: an empty part of PATH is the current directory.
  return firstOf(path.split(delimiter).map((directory) => resolve(directory, name)));
}

/** Windows looks in the current directory first, and adds an ending where the name has none. */
function findOnWindows(name: string, { path = "" }: ProgramSearch): string | null {
  const names = extname(name) === "" ? WINDOWS_ENDINGS.map((ending) => name + ending) : [name];
  const directories = /[\\/:]/.test(name) ? ["."] : [".", ...path.split(";").filter((part) => part !== "")];
  return firstOf(directories.flatMap((directory) => names.map((each) => resolve(directory, each))));
}

function firstOf(paths: readonly string[]): string | null {
  return paths.find(mayRun) ?? null;
}

/** Whether it is a file that this user may execute. */
export function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
