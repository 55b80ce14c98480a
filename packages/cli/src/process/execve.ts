type Execve = (file: string, args: readonly string[], environment: NodeJS.ProcessEnv) => never;

/**
 * `process.execve`: node has it since 22.15 and 23.11, on POSIX; null elsewhere. Before node 26 a failure aborts the
 * process, so call it only where it cannot fail.
 */
export const execve: Execve | null = "execve" in process ? (process.execve as Execve) : null;
