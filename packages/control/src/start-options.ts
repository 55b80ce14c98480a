import { parseControlKey, type Secret } from "@netpunch/crypto";
import type { Observer } from "@netpunch/transport";
import { type Budgets, completeBudgets } from "./budgets.js";
import type { ControlEvent } from "./events.js";
import type { KeptEnd } from "./v2/relay/kept.js";
import { completeRelay, type RelayOption } from "./v2/relay/options.js";

export interface ControlOptions {
  /**
   * Where to listen: `":7777"` for every address of the machine, `"192.0.2.1:7777"`, `"[::1]:7777"`, `"localhost:0"`.
   * Port 0 leaves the choice to the system.
   */
  readonly local: string;
  /**
   * What control and its peers share: bytes as they are, or a string for its UTF-8 bytes. Never empty. Or the control
   * key made from it (`np2c_...`), with which control serves v2 only, and can neither be a peer nor pass for one. Or what
   * `prepareSecret` of `@netpunch/crypto` made of either, so that a passphrase is not stretched again.
   */
  readonly secret: Secret;
  /** Ends it: before it listens, `startControl` rejects with the signal's reason; afterwards it is as `close()`. */
  readonly signal?: AbortSignal;
  /** Logging, tracing: see each datagram and each event. */
  readonly observers?: readonly Observer<ControlEvent>[];
  /** Those limits that shall differ from the defaults. */
  readonly budgets?: Partial<Budgets>;
  /**
   * How much it relays between peers that find no direct path: limits that shall differ from the defaults (10 Mbit/s for
   * each pair, 50 Mbit/s in all), or `"off"`.
   */
  readonly relay?: RelayOption;
  /** Ends of the relay that were handed to other programs before a restart: what `keptEnds()` was then. Default none. */
  readonly keptEnds?: readonly KeptEnd[];
}

/** What a node starts with, checked but for the address, which the transport reads. */
export interface StartOptions {
  readonly local: string;
  readonly secret: Secret;
  readonly budgets: Budgets;
  readonly relay: RelayOption;
  readonly keptEnds: readonly KeptEnd[];
}

/**
 * Checks what TypeScript cannot, all of it before a socket is open.
 *
 * @throws TypeError or RangeError that names the option.
 */
export function checkOptions(options: ControlOptions): StartOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`"options" expected an object with "local" and "secret", got ${kindOf(options)}`);
  }
  const { local, secret, budgets, observers = [], relay, signal, keptEnds = [] } = options;
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError(`"signal" expected an AbortSignal, got ${kindOf(signal)}`);
  }
  for (const observer of arrayOf("observers", observers)) {
    if (typeof observer !== "object" || observer === null) {
      throw new TypeError(`"observers" expected objects with methods, got ${kindOf(observer)}`);
    }
  }
  arrayOf("keptEnds", keptEnds);
  // Says also what a control key with a character missing is.
  parseControlKey(secret);
  return { local, secret, budgets: completeBudgets(budgets), relay: completeRelay(relay) ?? "off", keptEnds };
}

function arrayOf(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`"${name}" expected an array, got ${kindOf(value)}`);
  return value;
}

/** Never the value itself, which may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}
