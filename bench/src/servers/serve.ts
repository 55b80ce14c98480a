/** What a server process has used up to now. */
export interface Usage {
  readonly cpuMicros: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Datagrams that it has got, where it counts them. */
  readonly heard: number;
}

/** What a server process says: where it listens, once; what it has used, when asked. */
export type Answer = { readonly port: number } | Usage;

/** Tells the parent process where this one listens, and what it has used whenever it asks. */
export function serve(port: number, heard = (): number => Number.NaN, cpuMicros = ownCpuMicros): void {
  const say = (answer: Answer) => process.send?.(answer);
  process.on("message", (question) => {
    if (question === "memory") globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    say({ cpuMicros: cpuMicros(), residentBytes: rss, heapBytes: heapUsed, heard: heard() });
  });
  process.on("disconnect", () => process.exit());
  say({ port });
}

function ownCpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
