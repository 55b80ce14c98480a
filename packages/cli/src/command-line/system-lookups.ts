/** What reading the command line may look up on this machine. */
export interface SystemLookups {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A small file, or a pipe. @throws as node:fs does; RangeError where it is none that is small */
  readonly readFile: (path: string) => Uint8Array;
  /** The absolute path of a program, null where there is none that may be run. */
  readonly findProgram: (name: string) => string | null;
}
