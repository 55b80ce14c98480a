/** What a server process says: where it listens, once; the CPU time that it has used, when asked. */
export type Answer = { readonly port: number } | { readonly cpuMicros: number };

/** Tells the parent process where this one listens, and how much CPU it has used whenever it asks. */
export function serve(port: number): void {
  const say = (answer: Answer) => process.send?.(answer);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    say({ cpuMicros: user + system });
  });
  process.on("disconnect", () => process.exit());
  say({ port });
}
