import type { TransportErrorCode } from "@netpunch/transport/udp";

/**
 * Why a control node could not listen, or had to stop.
 *
 * - `address-in-use`: another program has the port. Stop it, or choose another port.
 * - `address-not-available`: no interface of this machine has the address. Correct it, or leave the host out.
 * - `permission-denied`: the system refuses the port; those under 1024 often need a privilege.
 * - `host-not-found`: the host in `local` has no address. Check its spelling.
 * - `socket-error`: the system refused a socket for another reason, see `cause`.
 * - `socket-closed`: somebody closed the running node's socket. Start it anew.
 * - `core-failed`: a bug in netpunch, see `cause`. Please report it.
 */
export type ControlErrorCode = TransportErrorCode;

/** A control node that could not start, or did not end by being closed. Its message holds no secret. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
