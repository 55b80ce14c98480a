import type { SessionKeys } from "@netpunch/crypto";
import type { Core, Instant, Output } from "@netpunch/transport";
import type { Endpoint, v1 } from "@netpunch/wire";
import type { PeerEvent } from "../events.js";
import type { Path } from "../path.js";
import type { RelayMode } from "./relaying.js";
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
  /** Whether control may relay: where there is no direct path ("auto", the default), "never", or "only" so. */
  readonly relay?: RelayMode;
  /** How long after the partner came the relay may be taken, where we control; default 10,000. */
  readonly relayAfterMs?: number;
  /** Since when the partner has been there, as an earlier run of ours knows: that counts for `relayAfterMs`. Default: it is new. */
  readonly metAt?: Instant | null;
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
  /** Since when the partner has been there; null: it never was. */
  readonly metAt: Instant | null;
  /**
   * Where the hole is relayed, control has to know that another program is to have the socket. Its owner wakes the core afterwards.
   * The socket is free once a "relay" event says "released", and must not be handed over where it says "lost".
   */
  handOver(): void;
}
