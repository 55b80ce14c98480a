/** What hangs on one signal. */
interface Hanging {
  readonly entries: Set<() => void>;
  readonly abort: () => void;
}

const hangingOn = new WeakMap<AbortSignal, Hanging>();

/**
 * Calls `run` when the signal aborts, unless the returned function was called before. One listener of the signal serves all
 * that wait for it, so node takes no number of them for a leak. It goes with the last of them.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const { entries, abort } = hangingOn.get(signal) ?? listen(signal);
  // Each call is an entry of its own, also for a function that waits twice.
  const entry = () => run();
  entries.add(entry);
  return () => {
    if (!entries.delete(entry) || entries.size > 0) return;
    signal.removeEventListener("abort", abort);
    hangingOn.delete(signal);
  };
}

function listen(signal: AbortSignal): Hanging {
  const entries = new Set<() => void>();
  const abort = () => {
    hangingOn.delete(signal);
    for (const run of [...entries]) if (entries.delete(run)) run();
  };
  signal.addEventListener("abort", abort, { once: true });
  const hanging = { entries, abort };
  hangingOn.set(signal, hanging);
  return hanging;
}
