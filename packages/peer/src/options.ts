import { isSlotSession, type Secret } from "@netpunch/crypto";
import type { Observer, UdpSocket } from "@netpunch/transport";
import type { DgramSocket } from "@netpunch/transport/udp";
import { v1 } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";

/** In a session, by its name: protocol v2. */
export interface SessionMeeting {
  /** The session's name, any text, the same for both peers. */
  readonly session: string;
  /** A secret that only the two peers have, so that whoever shares control with them cannot pose as one. */
  readonly sessionSecret?: Secret | undefined;
  /** A session is always v2. */
  readonly protocol?: "v2" | undefined;
  readonly slot?: undefined;
}

/** In a pair of slots, as the original's peers meet. */
export interface SlotMeeting {
  /** Our slot, one letter a-z; the partner takes the other one of a-b, c-d, ... y-z. */
  readonly slot: string;
  /**
   * What a slot is spoken with. Default "auto": v2 where control and partner speak it, else v1, as the original does. "v2"
   * never falls back.
   */
  readonly protocol?: "auto" | "v1" | "v2" | undefined;
  readonly session?: undefined;
  readonly sessionSecret?: undefined;
}

/** How to meet, and all the rest. */
export type PunchOptions<Socket extends UdpSocket = DgramSocket> = CommonOptions<Socket> &
  (SessionMeeting | SlotMeeting);

/** What does not depend on where the two meet. */
export interface CommonOptions<Socket extends UdpSocket = DgramSocket> {
  /** Control's public address: `"vps.example:7777"`, `"203.0.113.1:7777"` or `"[2001:db8::1]:7777"`. */
  readonly control: string;
  /**
   * What control and both peers share: bytes as they are, or a string for its UTF-8 bytes. Never empty. In v2 a line end at
   * its end does not count, and a passphrase (anything but a `np2_…` of `netpunch keygen`) takes 0.3 s to make a key of; where
   * it is needed several times, `prepareSecret` of `@netpunch/crypto` does that once.
   */
  readonly secret: Secret;
  /** Local address; default `":0"`, any free port of all addresses. Not together with `socket`. */
  readonly local?: string | undefined;
  /**
   * Whether the hole may begin at another local port than the first one, where a router's old entry is in the way of that: then
   * the drill starts anew from any free port after some seconds, and `hole.local` tells it. "same": never, as with a `socket` of
   * the caller's; a drill in vain then falls silent for half a minute instead. Default "any".
   */
  readonly localPort?: "any" | "same" | undefined;
  /**
   * Whether control may pass the datagrams on where there is no direct path. "auto", the default: yes, after `relayAfterMs`.
   * "never": the punch goes on trying. "only": nothing direct is tried, and the partner is told no address of ours; where control
   * does not relay, the punch rejects. v2 only, so "auto" in a slot relays between two of ours. The hole's `path` is "relayed" then.
   */
  readonly relay?: "auto" | "never" | "only" | undefined;
  /**
   * How long after the partner came the relay is taken, in milliseconds, 0 to 2,147,483,647; default 10,000, as the direct ways
   * need that in bad cases. Of the two peers the one that nominates (the higher run id) goes by its own.
   */
  readonly relayAfterMs?: number | undefined;
  /**
   * A bound UDP socket of the caller's, of node:dgram's shape: all that it hears must come through its own `emit`. It is never
   * closed by us, whatever happens. Many sessions may share one. Its "message" listeners see none of netpunch's datagrams,
   * until 60 s after the hole was released or `punch()` failed.
   */
  readonly socket?: Socket | undefined;
  /** Gives up after so many milliseconds, 1 to 2,147,483,647; default: never, as partners may come tomorrow. */
  readonly timeoutMs?: number | undefined;
  /**
   * Keeps the hole open: asks the partner so often through it, in milliseconds, 1,000 to 2,147,483,647. Default: never, as
   * most applications speak often enough themselves. NATs forget a UDP mapping after 2 minutes (RFC 4787 REQ-5), Linux
   * after 30 s to 2 minutes: 15,000 suits all. v2 only.
   */
  readonly keepAliveMs?: number | undefined;
  /**
   * Told how the partner fares after the hole is there: "silent" and "back" with `keepAliveMs`; "restarted" where another run
   * of it came to the session, so that this hole probably leads nowhere any more; "left" where control says that it has left the
   * session, as it released its hole or ended. `messages` goes on then, as whoever has the partner's socket now may still send.
   * v2 only.
   */
  readonly onPartner?: ((change: PartnerChange) => void) | undefined;
  /** Ends the wait; `punch()` rejects with the signal's reason. Has no effect on a hole that is there. */
  readonly signal?: AbortSignal | undefined;
  /** Logging, tracing: see each datagram and each event of the drill. */
  readonly observers?: readonly Observer<PeerEvent>[] | undefined;
}

export type PartnerChange = "silent" | "back" | "restarted" | "left";

/** Whom we meet, and by which protocol: what the options come to. */
export type Meeting =
  | { readonly protocol: "v1" | "v2" | "auto"; readonly slot: v1.Slot }
  | { readonly protocol: "v2"; readonly session: string };

/** Longer timers fire at once in JavaScript (HTML standard, timers: a signed 32-bit number of milliseconds). */
const MAX_TIMEOUT_MS = 2_147_483_647;
/** chosen: below a second it would be traffic, and a partner's silence of three of them means nothing. */
const MIN_KEEP_ALIVE_MS = 1000;
const PROTOCOLS: readonly unknown[] = ["auto", "v1", "v2"];
const RELAY_MODES: readonly unknown[] = ["auto", "never", "only"];

/** Checks what TypeScript cannot, all before anything is opened. Secrets are checked where keys are made of them, which is before, too. */
export function checkOptions(options: PunchOptions<UdpSocket>): Meeting {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `"options" expected an object with "control", "secret" and "session" or "slot", got ${options}`,
    );
  }
  const { control, local, localPort, socket, timeoutMs, keepAliveMs } = options;
  const meeting = meetingOf(options);
  checkText("control", control);
  if (local !== undefined && socket !== undefined) {
    throw new TypeError(`"local" and "socket" expected at most one of them, got both`);
  }
  if (local !== undefined) checkText("local", local);
  if (localPort !== undefined && localPort !== "any" && localPort !== "same") {
    throw new TypeError(`"localPort" expected "any" or "same", got ${shown(localPort)}`);
  }
  checkRelay(options, meeting);
  checkMs("timeoutMs", timeoutMs, 1);
  checkMs("keepAliveMs", keepAliveMs, MIN_KEEP_ALIVE_MS);
  checkCallers(options);
  return meeting;
}

function checkRelay({ relay, relayAfterMs }: PunchOptions<UdpSocket>, meeting: Meeting): void {
  if (relay !== undefined && !RELAY_MODES.includes(relay)) {
    throw new TypeError(`"relay" expected "auto", "never" or "only", got ${shown(relay)}`);
  }
  if (relay === "only" && meeting.protocol === "v1") {
    throw new TypeError(`"relay" expected no "only" with protocol "v1", which knows no relay`);
  }
  checkMs("relayAfterMs", relayAfterMs, 0);
}

/** What the caller wants to be told by, and to stop it with. */
function checkCallers({ onPartner, signal, observers }: PunchOptions<UdpSocket>): void {
  if (onPartner !== undefined && typeof onPartner !== "function") {
    throw new TypeError(`"onPartner" expected a function, got ${nameOf(onPartner)}`);
  }
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError(`"signal" expected an AbortSignal, got ${nameOf(signal)}`);
  }
  if (observers === undefined) return;
  if (!Array.isArray(observers)) throw new TypeError(`"observers" expected an array, got ${nameOf(observers)}`);
  for (const observer of observers) {
    if (typeof observer !== "object" || observer === null) {
      throw new TypeError(`"observers" expected objects with methods, got ${nameOf(observer)}`);
    }
  }
}

/** A value in an error: short texts and numbers as they are, of all else the kind. */
function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : nameOf(value);
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`"${name}" expected a string, got ${nameOf(value)}`);
}

/** What a value is, for an error: never the value itself, which may be a secret in the wrong place. */
function nameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

/** Anything at all, as a caller without TypeScript may say it. */
type Loose = Readonly<Record<"slot" | "session" | "sessionSecret" | "protocol", unknown>>;

function meetingOf(options: object): Meeting {
  const { slot, session, sessionSecret, protocol } = options as Loose;
  if ((slot === undefined) === (session === undefined)) {
    throw new TypeError(`"slot" and "session" expected one of them, got ${slot === undefined ? "none" : "both"}`);
  }
  if (!isProtocol(protocol)) {
    throw new TypeError(`"protocol" expected "auto", "v1" or "v2", got ${shown(protocol)}`);
  }
  if (session !== undefined) return sessionOf(session, protocol);
  if (!v1.isSlot(slot)) throw new TypeError(`"slot" expected one letter a-z, got ${shown(slot)}`);
  if (sessionSecret !== undefined)
    throw new TypeError(`"sessionSecret" expected only with "session", got one with "slot"`);
  return { protocol: protocol ?? "auto", slot };
}

function sessionOf(session: unknown, protocol: SlotMeeting["protocol"]): Meeting {
  if (typeof session !== "string" || session === "") {
    throw new TypeError(`"session" expected a name, got ${shown(session)}`);
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

function isProtocol(value: unknown): value is SlotMeeting["protocol"] {
  return value === undefined || PROTOCOLS.includes(value);
}

function checkMs(name: string, value: unknown, least: number): void {
  if (value === undefined) return;
  if (typeof value !== "number") throw new TypeError(`"${name}" expected a number, got ${nameOf(value)}`);
  if (!(value >= least && value <= MAX_TIMEOUT_MS)) {
    throw new RangeError(`"${name}" expected ${least} to ${MAX_TIMEOUT_MS}, got ${value}`);
  }
}
