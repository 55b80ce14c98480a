import { onTestFinished } from "vitest";

/** Collects what would have ended the process, until the test ends. */
export function uncaughtErrors(): unknown[] {
  const errors: unknown[] = [];
  const others = process.listeners("uncaughtException");
  const collect = (error: unknown) => errors.push(error);
  process.removeAllListeners("uncaughtException").on("uncaughtException", collect);
  onTestFinished(() => {
    process.off("uncaughtException", collect);
    for (const other of others) process.on("uncaughtException", other);
  });
  return errors;
}
