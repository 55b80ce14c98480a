import type { Net } from "./net.js";

/** The parts of a simulation that deeds reach. */
export interface Stage {
  readonly net: Net;
  stopControl(): void;
  startControl(): void;
  /** Says what was done, for the marks on the time axis. */
  mark(text: string): void;
}
