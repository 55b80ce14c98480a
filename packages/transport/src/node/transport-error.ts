import { getSystemErrorMap } from "node:util";

/**
 * Why the machine, not the network, stopped something.
 *
 * - `address-in-use`: another socket holds the port. Stop its program, or choose another port.
 * - `address-not-available`: no interface of this machine has the address that was asked for. Correct it, or leave it out.
 * - `permission-denied`: the system refuses the port (those below 1024 need a privilege). Choose a higher one.
 * - `host-not-found`: the name has no address now. Check the spelling
 *   and the network; it may be there a moment later.
 * - `no-common-family`: the name or literal has addresses, and none of a family that the socket can send to.
 * - `socket-error`: the system refused a socket for another reason; `cause` has it. On a running driver it is not the end:
 *   the driver goes on.
 * - `socket-closed`: somebody else closed a socket while a driver used it. The driver has stopped.
 * - `refused`: the machine at an address says that nobody listens on its port. Start the program there.
 * - `core-failed`: the protocol core threw, which is a bug in it; `cause` has the error. The driver has stopped.
 */
export type TransportErrorCode =
  | "address-in-use"
  | "address-not-available"
  | "permission-denied"
  | "host-not-found"
  | "no-common-family"
  | "socket-error"
  | "socket-closed"
  | "core-failed"
  | "refused";

/** An outcome of opening, naming or driving sockets; `message` is one sentence that names the address. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The `code` of an error of the system ("EADDRINUSE"), or "" where there is none. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** What a failed `bind` means for whoever asked to listen on `address` (as it was written) and `port`. */
export function bindError(address: string, port: number, cause: unknown): TransportError {
  const fail = (code: TransportErrorCode, why: string) =>
    new TransportError(code, `cannot listen on ${address}: ${why}`, { cause });
  switch (systemCode(cause)) {
    case "EADDRINUSE":
      return fail("address-in-use", "another socket holds the port");
    case "EADDRNOTAVAIL":
      return fail("address-not-available", "no interface of this machine has that address");
    case "EACCES":
    case "EPERM":
      return fail(
        "permission-denied",
        port > 0 && port < 1024 ? "a port below 1024 needs a privilege" : "the system does not permit it",
      );
    case "EINVAL":
      return fail("address-not-available", isLinkLocal(address) ? NEEDS_ZONE : "it is no address to listen on");
    default:
      return fail("socket-error", systemWords(cause));
  }
}

const NEEDS_ZONE = "a link-local address is one of an interface, and is no use without it; choose another address";

function isLinkLocal(address: string): boolean {
  return /^\[?fe[89ab]/i.test(address);
}

/** What the system says, in its own words: "no buffer space available". Of any other error, its message. */
export function systemWords(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const errno = "errno" in cause && typeof cause.errno === "number" ? cause.errno : 0;
  return getSystemErrorMap().get(errno)?.[1] ?? cause.message;
}

/** Whether a bind failed for want of the address: nobody here has it, or the kernel has not even its family. */
export function isMissingHere(error: unknown): boolean {
  if (!(error instanceof TransportError)) return false;
  return error.code === "address-not-available" || systemCode(error.cause) === "EAFNOSUPPORT";
}
