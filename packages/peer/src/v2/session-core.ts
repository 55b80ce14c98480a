import type { SessionKeys } from "@netpunch/crypto";
import type { Core, Instant, Output } from "@netpunch/transport";
import type { Endpoint, v1 } from "@netpunch/wire";
import { ControlName } from "../control-name.js";
import type { PeerEvent } from "../events.js";
import type { Path } from "../path.js";
import { Session } from "./session.js";
import type { SessionPhase } from "./session.table.js";

/** Which session, and what the core cannot know by itself. */
export interface SessionCoreOptions {
  /** `sessionKeys()` of the session's name and the secret. */
  readonly keys: SessionKeys;
  /** A cryptographically secure source of so many bytes: ids, nonces, transactions and jitter come from it. */
  readonly random: (length: number) => Uint8Array;
  /** The socket's local port, 1 to 65535; the partner is told it with the machine's own addresses. */
  readonly port: number;
  /** In the session of a pair of v1's slots: which of the two we are. */
  readonly slot?: v1.Slot;
  /** Pings the partner through the hole so often, 1,000 or more; default: never. */
  readonly keepAliveMs?: number;
}

/** One peer in a session of v2, as a protocol core. */
export interface SessionCore extends Core<PeerEvent> {
  readonly phase: SessionPhase;
  /** Where the hole leads; null until both directions are known to work, and again where the partner restarts before it confirmed. */
  readonly hole: Endpoint | null;
  /** The same with the socket that it starts from. */
  readonly path: Path | null;
  /**
   * Says goodbye to control, so that the place in the session is free at once, and falls silent: for right before the socket is
   * closed or handed over. Its owner sends the outputs, as those of `handle()`.
   */
  leave(now: Instant): readonly Output<PeerEvent>[];
}

/**
 * Makes the core of one peer of a session: announces itself to control, checks the partner's addresses, and is connected when
 * it knows that both directions work. It asks for control's address with `resolve` outputs, and takes the machine's own with
 * `addresses` inputs. "done" comes when nothing is owed to the partner any more.
 *
 * @throws RangeError, TypeError for keys of another size, a port or a `keepAliveMs` that cannot be.
 */
export function createSessionCore(options: SessionCoreOptions): SessionCore {
  return createSession(options, new ControlName());
}

/** The same, as those see it who run other protocols beside it. */
export function createSession(options: SessionCoreOptions, name: ControlName): Session {
  const { port, keepAliveMs } = options;
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new RangeError(`"port" expected 1 to 65535, got ${port}`);
  }
  if (keepAliveMs !== undefined && !(keepAliveMs >= 1000 && keepAliveMs < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`"keepAliveMs" expected 1000 or more, got ${keepAliveMs}`);
  }
  return new Session(options, name);
}
