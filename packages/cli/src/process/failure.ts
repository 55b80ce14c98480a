import { getSystemErrorMap } from "node:util";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";

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
  return new Failure(isSystem(error) ? "system" : code, messageOf(error), { ...advice, cause: error });
}

/** One that node throws for what the operating system said: `EROFS: read-only file system, open 'key'`. */
function isSystem(error: Error): boolean {
  return "errno" in error && "syscall" in error;
}

function messageOf(error: Error): string {
  if (!isSystem(error)) return error.message;
  const path = "path" in error && typeof error.path === "string" ? ` ${JSON.stringify(error.path)}` : "";
  return `the system refused to ${"syscall" in error ? error.syscall : "do"}${path}: ${systemReason(error)}`;
}

/** An error of the system in words: "no such file or directory", "read-only file system". */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  // Node's own (ERR_...) have a message for a person; an error of the system's has a name at least.
  return REASONS[code] ?? wordsOf(code) ?? (isSystem(error) ? code : error.message);
}

/** What libuv says of an error: "read-only file system" of EROFS. */
function wordsOf(code: string): string | undefined {
  for (const [name, words] of getSystemErrorMap().values()) if (name === code) return words;
  return undefined;
}

/** Where libuv's own words would puzzle. */
const REASONS: Readonly<Record<string, string>> = {
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
  ENOSPC: "no space is left on the disk",
};

/** Why a datagram could not be sent, and to whom. */
export function sendReason(error: Error, remote: Endpoint): string {
  return isSystem(error) ? `${systemReason(error)} -> ${formatEndpoint(remote)}` : error.message;
}

/** Whether a machine said that nobody listens on its port, which no sending from here could find out. */
export function isRefusal(error: Error): boolean {
  return "code" in error && error.code === "refused";
}
