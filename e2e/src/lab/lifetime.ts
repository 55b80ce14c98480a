/** What must not outlive this process. */
const open = new Set<() => void>();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls `close` when this process ends, if that was not done before: at its exit, which an uncaught exception leads to as
 * well, or on a signal. What SIGKILL leaves behind is left to the next run's `sweep()`.
 *
 * @returns Forgets it.
 */
export function closeAtExit(close: () => void): () => void {
  if (open.size === 0) listen();
  open.add(close);
  return () => {
    open.delete(close);
    if (open.size === 0) unlisten();
  };
}

function closeAll(): void {
  for (const close of [...open]) close();
}

function onSignal(signal: NodeJS.Signals): void {
  closeAll();
  unlisten();
  // Nobody else wants it: what it does by default is to end us.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function listen(): void {
  process.on("exit", closeAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off("exit", closeAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}
