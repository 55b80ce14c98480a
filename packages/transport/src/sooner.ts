import type { Deadline } from "./core.js";

/** The first of several deadlines; null where there is none. */
export function sooner(...deadlines: readonly (Deadline | null)[]): Deadline | null {
  let first: Deadline | null = null;
  for (const each of deadlines) if (each !== null && (first === null || each.at < first.at)) first = each;
  return first;
}
