/** What must not outlive this process. */
const open = new Set<() => void>();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls `close` when this process ends, if that was not done before: at its exit, which an uncaught exception leads to as
 * well, on a signal, or when it works for another process (as Vitest's workers do) and that has died. What SIGKILL leaves
 * behind is left to the next run's `sweep()`.
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

function onDisconnect(): void {
  closeAll();
  process.exit(1);
}

function listen(): void {
  process.on("exit", closeAll);
  process.on("disconnect", onDisconnect);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off("exit", closeAll);
  process.off("disconnect", onDisconnect);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}
