import { namespaces, sweep } from "./namespaces.js";

/** Vitest's global setup: removes what labs of killed processes have left, before the tests and after them. */
export function setup(): () => void {
  sweepIfPossible();
  return sweepIfPossible;
}

function sweepIfPossible(): void {
  try {
    namespaces();
  } catch {
    return; // Nobody may look, and no lab can have been here.
  }
  const removed = sweep();
  if (removed.length > 0) process.stderr.write(`removed what a killed process has left: ${removed.join(", ")}\n`);
}
