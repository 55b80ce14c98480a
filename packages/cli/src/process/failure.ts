/**
 * Why the command ends with an error, for a person (`message`, `advice`) and for a program (`code`).
 *
 * Codes of its own: `usage` (a flag that does not exist or has no value), `bad-arguments` (flags that cannot be meant),
 * `stopped` (by a signal), `no-route`, `command-failed`; others come from @netpunch/peer and @netpunch/control.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: string;
  readonly advice: string | null;
  readonly exitCode: number;

  constructor(
    code: string,
    message: string,
    options: { readonly advice?: string; readonly exitCode?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = options.advice ?? null;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** What any thrown value says to the user. `PunchError` and `ControlError` have codes; a bug has none. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure("internal", String(error));
  const code = "code" in error && typeof error.code === "string" ? error.code : "internal";
  const advice = "advice" in error && typeof error.advice === "string" ? { advice: error.advice } : {};
  return new Failure(code, error.message, { ...advice, cause: error });
}

/** An error of the system in words: "no such file or directory". */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? (code === "" ? String(error) : code);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
};

/** Whether a machine said that nobody listens on its port, which no sending from here could find out. */
export function isRefusal(error: Error): boolean {
  return "code" in error && error.code === "refused";
}
