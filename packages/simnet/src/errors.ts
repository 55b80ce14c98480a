/**
 * What stopped a simulation:
 * - `core-threw`: a core's `handle()` threw (the cause), which no core may; the message names host, instant and input.
 * - `core-broke-contract`: it sent from a socket that it does not have, or its deadline is no number.
 * - `core-busy`: a core keeps a deadline that has passed: it asked to be woken again and again at one instant.
 * - `clock-stuck`: the network goes on and on at one instant, as when two hosts answer each other over links without latency.
 */
export type SimnetErrorCode = "core-threw" | "core-broke-contract" | "core-busy" | "clock-stuck";

/** The simulated program, not the simulated network, went wrong. */
export class SimnetError extends Error {
  override readonly name = "SimnetError";
  readonly code: SimnetErrorCode;

  constructor(code: SimnetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of a TypeError or RangeError: the argument, what it should be, what came. */
export function expected(argument: string, expectation: string, got: unknown): string {
  return `"${argument}" expected ${expectation}, got ${typeof got === "string" ? JSON.stringify(got) : String(got)}`;
}
