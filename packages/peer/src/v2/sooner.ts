import type { Deadline } from "@netpunch/transport";

/** The first of several deadlines; null where there is none. */
export function sooner(...deadlines: readonly (Deadline | null)[]): Deadline | null {
  return deadlines.reduce((first, each) => (first === null || (each !== null && each.at < first.at) ? each : first));
}
