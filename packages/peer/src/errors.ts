/** Why no hole came about. Each code says what its user can do in {@link PunchError.advice}. */
export type PunchErrorCode =
  /** Nothing came from control. In v1 it is silent until the partner is there, and in both to everybody with another secret. */
  | "control-silent"
  /** The partner is not there. v2's control says so; in v1 it is known only where control named the partner once. */
  | "partner-absent"
  /** The partner is there, and speaks v1 only, which this peer may not. */
  | "partner-v1"
  /** Two others are in the session, or another run holds our slot. */
  | "session-full"
  /** Control serves no more runs: from our address, or at all. */
  | "over-limit"
  /** Control named the partner's addresses, but nothing came from there. */
  | "partner-unheard"
  /** The partner's datagrams arrive here, ours do not arrive there. */
  | "one-way"
  /** `release()` in v2: the partner never said that it knows of the hole; it may have none. */
  | "unconfirmed"
  /** `release()` of a relayed hole: control never said that it goes on relaying for the program that comes next. */
  | "relay-lost"
  /** `relay: "only"`, and control does not relay for us. */
  | "relay-refused"
  /** Control's name, or the local one, has no usable address. */
  | "host-not-found"
  /** Control has addresses, and none that the local socket can send to: IPv6 alone, and a local IPv4 address, say. */
  | "no-common-family"
  /** Another socket has the local port. */
  | "address-in-use"
  /** The local address is not this machine's. */
  | "address-not-available"
  /** The system forbids this port or address; ports under 1024 often need privileges. */
  | "permission-denied"
  /** The socket failed, or its owner closed it during the drill. */
  | "socket-error";

/** A punch that ended without a hole, or one that cannot be handed over. Its message holds no secret. */
export class PunchError extends Error {
  override readonly name = "PunchError";
  readonly code: PunchErrorCode;
  /** What to check or to do, in a sentence or two for the person at the keyboard. */
  readonly advice: string;

  constructor(code: PunchErrorCode, message: string, options: { readonly advice: string; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = options.advice;
  }
}
