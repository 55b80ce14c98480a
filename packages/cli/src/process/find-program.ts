import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";

/** The program's path as `execvp` finds it: names with a slash as they are, others through PATH. */
export function findProgram(name: string, searchPath: string | undefined): string | null {
  if (process.platform === "win32") return name;
  if (name.includes("/")) return mayRun(name) ? resolve(name) : null;
  // POSIX: an empty part of PATH is the current directory.
  const directories = (searchPath ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter);
  const found = directories.map((directory) => resolve(directory, name)).find(mayRun);
  return found ?? null;
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
