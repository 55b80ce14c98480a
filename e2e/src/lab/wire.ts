import { join } from "node:path";

/** How long frames take through a cable, and what becomes of them; one way each. Times are in milliseconds. */
export interface Wire {
  /** From the machine to the router above it, and back. One number is for both ways. */
  readonly delayMs: number | { readonly up: number; readonly down: number };
  /** Up to so much is added at random to each frame, so that some overtake others. Default 0. */
  readonly jitterMs?: number;
  /** Of all frames, at random. Default 0. */
  readonly lossPercent?: number;
}

/** The two ends of a wire, in the namespace in which it runs: the machine's cable is in one, the router's in the other. */
export const WIRE_ENDS = { down: "down0", up: "up0" } as const;

/** What carries the frames; it needs Python 3. It ends when an end goes away. */
export function wireCommand({ delayMs, jitterMs = 0, lossPercent = 0 }: Wire): readonly string[] {
  const { up, down } = typeof delayMs === "number" ? { up: delayMs, down: delayMs } : delayMs;
  const numbers = [up, down, jitterMs, lossPercent].map(String);
  return ["python3", join(import.meta.dirname, "wire.py"), WIRE_ENDS.down, WIRE_ENDS.up, ...numbers];
}
