import { isSlotSession, type Secret } from "@netpunch/crypto";
import type { Observer, UdpSocket } from "@netpunch/transport";
import { v1 } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";

export interface PunchOptions {
  /** Control's public address: `"vps.example:7777"`, `"203.0.113.1:7777"` or `"[2001:db8::1]:7777"`. */
  readonly control: string;
  /**
   * What control and both peers share: bytes as they are, or a string for its UTF-8 bytes. Never empty. In v2 a line end at
   * its end does not count, and a passphrase (anything but a `np2_…` of `netpunch keygen`) takes 0.3 s to make a key of; where
   * it is needed several times, `prepareSecret` of `@netpunch/crypto` does that once.
   */
  readonly secret: Secret;
  /** The session's name, any text, the same for both peers: protocol v2. Either this or `slot`. */
  readonly session?: string;
  /** A secret that only the two peers have, so that who shares control with them cannot pose as one. Only with `session`. */
  readonly sessionSecret?: Secret;
  /** Our slot, one letter a-z; the partner takes the other one of a-b, c-d, ... y-z. Either this or `session`. */
  readonly slot?: string;
  /**
   * What a slot is spoken with. Default "auto": v2 where control and partner speak it, else v1, as the original does. "v2"
   * never falls back, and a session never does.
   */
  readonly protocol?: "auto" | "v1" | "v2";
  /** Local address; default `":0"`, any free port of all addresses. Not together with `socket`. */
  readonly local?: string;
  /** A bound UDP socket of the caller's, of node:dgram's shape. It is never closed by us, whatever happens. */
  readonly socket?: UdpSocket;
  /** Gives up after so many milliseconds, 1 to 2,147,483,647; default: never, as partners may come tomorrow. */
  readonly timeoutMs?: number;
  /**
   * Keeps the hole open: asks the partner so often through it, in milliseconds, 1,000 to 2,147,483,647. Default: never, as
   * most applications speak often enough themselves. NATs forget a UDP mapping after 2 minutes (RFC 4787 REQ-5), Linux
   * after 30 s to 2 minutes: 15,000 suits all. v2 only.
   */
  readonly keepAliveMs?: number;
  /**
   * Told how the partner fares after the hole is there: "silent" and "back" with `keepAliveMs`; "restarted" where another run
   * of it came to the session, so that this hole probably leads nowhere any more. v2 only.
   */
  readonly onPartner?: (change: PartnerChange) => void;
  /** Ends the wait; `punch()` rejects with the signal's reason. Has no effect on a hole that is there. */
  readonly signal?: AbortSignal;
  /** Logging, tracing: see each datagram and each event of the drill. */
  readonly observers?: readonly Observer<PeerEvent>[];
}

export type PartnerChange = "silent" | "back" | "restarted";

/** Whom we meet, and by which protocol: what the options come to. */
export type Meeting =
  | { readonly protocol: "v1" | "v2" | "auto"; readonly slot: v1.Slot }
  | { readonly protocol: "v2"; readonly session: string };

/** Longer timers fire at once in JavaScript (HTML standard, timers: a signed 32-bit number of milliseconds). */
const MAX_TIMEOUT_MS = 2_147_483_647;
/** chosen: below a second it would be traffic, and a partner's silence of three of them means nothing. */
const MIN_KEEP_ALIVE_MS = 1000;
const PROTOCOLS: readonly unknown[] = ["auto", "v1", "v2"];

/** Checks what TypeScript cannot. Addresses and secrets are checked where they are read. */
export function checkOptions(options: PunchOptions): Meeting {
  const { local, socket, timeoutMs, keepAliveMs } = options;
  if (local !== undefined && socket !== undefined) {
    throw new TypeError(`"local" and "socket" expected at most one of them, got both`);
  }
  checkMs("timeoutMs", timeoutMs, 1);
  checkMs("keepAliveMs", keepAliveMs, MIN_KEEP_ALIVE_MS);
  return meetingOf(options);
}

function meetingOf({ slot, session, sessionSecret, protocol }: PunchOptions): Meeting {
  if ((slot === undefined) === (session === undefined)) {
    throw new TypeError(`"slot" and "session" expected one of them, got ${slot === undefined ? "none" : "both"}`);
  }
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    throw new TypeError(`"protocol" expected "auto", "v1" or "v2", got ${JSON.stringify(protocol)}`);
  }
  if (session !== undefined) {
    if (typeof session !== "string" || session === "") {
      throw new TypeError(`"session" expected a name, got ${JSON.stringify(session)}`);
    }
    if (isSlotSession(session)) {
      throw new RangeError(
        `"session" expected a name that is no pair of slots (for those there is "slot"), got "${session}"`,
      );
    }
    if (protocol === "auto" || protocol === "v1") {
      throw new TypeError(`"protocol" expected "v2" or nothing with a session, got "${protocol}"`);
    }
    return { protocol: "v2", session };
  }
  if (!v1.isSlot(slot)) throw new TypeError(`"slot" expected one letter a-z, got ${JSON.stringify(slot)}`);
  if (sessionSecret !== undefined)
    throw new TypeError(`"sessionSecret" expected only with "session", got one with "slot"`);
  return { protocol: protocol ?? "auto", slot };
}

function checkMs(name: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(value >= least && value <= MAX_TIMEOUT_MS)) {
    throw new RangeError(`"${name}" expected ${least} to ${MAX_TIMEOUT_MS}, got ${value}`);
  }
}
