import { closeSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { controlKey, formatControlKey, generateSecret, rootKey } from "@netpunch/crypto";
import type { KeygenTask } from "../../command-line/task.js";
import type { Console } from "../../process/console.js";
import { Failure, systemReason } from "../../process/failure.js";
import { keyJson } from "../../process/json.js";

/** Prints a new secret, or the control key of one, or puts it into a new file. */
export async function runKeygen({ controlKeyOf, file, output }: KeygenTask, console: Console): Promise<number> {
  const key = controlKeyOf === null ? generateSecret() : formatControlKey(controlKey(await rootKey(controlKeyOf)));
  const type = controlKeyOf === null ? "secret" : "control-key";
  if (file !== null) writeNew(file, key);
  if (output === "json") console.print(keyJson(type, file === null ? { key } : { file }));
  else if (file === null) console.print(`${key}\n`);
  return 0;
}

/** Without a newline at its end, so that the file is the same secret in protocol v1, which counts every byte. */
function writeNew(file: string, key: string): void {
  const descriptor = openNew(file);
  try {
    writeFileSync(descriptor, key);
  } catch (error) {
    // Half a key, on a disk that is full.
    unlinkSync(file);
    throw cannotWrite(file, systemReason(error), error);
  } finally {
    closeSync(descriptor);
  }
}

/** "x" follows no link and overwrites nothing: what is there may be the only copy of a key in use. */
function openNew(file: string): number {
  try {
    return openSync(file, "wx", 0o600);
  } catch (error) {
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw cannotWrite(file, exists ? "it is there already, and is not overwritten" : systemReason(error), error);
  }
}

function cannotWrite(file: string, why: string, cause: unknown): Failure {
  return new Failure("cannot-write", `-output: cannot write ${JSON.stringify(file)}: ${why}`, { cause });
}
