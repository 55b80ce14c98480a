import { ControlName } from "../control-name.js";
import { Session } from "./session.js";
import type { SessionCore, SessionCoreOptions } from "./session-core.js";

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
  const { port, keepAliveMs, relayAfterMs = 0 } = options;
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new RangeError(`"port" expected 1 to 65535, got ${port}`);
  }
  if (!(relayAfterMs >= 0)) throw new RangeError(`"relayAfterMs" expected 0 or more, got ${relayAfterMs}`);
  if (keepAliveMs !== undefined && !(keepAliveMs >= 1000 && keepAliveMs < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`"keepAliveMs" expected 1000 or more, got ${keepAliveMs}`);
  }
  return new Session(options, name);
}
