import type { Observer, UdpSocket } from "@netpunch/transport";
import { v1 } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";

export interface PunchOptions {
  /** Control's public address: `"vps.example:7777"`, `"203.0.113.1:7777"` or `"[2001:db8::1]:7777"`. */
  readonly control: string;
  /** Our slot, one letter a-z; the partner takes the other one of a-b, c-d, ... y-z. */
  readonly slot: string;
  /** What control and both peers share: bytes as they are, or a string for its UTF-8 bytes. Never empty. */
  readonly secret: string | Uint8Array;
  /** Local address; default `":0"`, any free port of all addresses. Not together with `socket`. */
  readonly local?: string;
  /** A bound UDP socket of the caller's, of node:dgram's shape. It is never closed by us, whatever happens. */
  readonly socket?: UdpSocket;
  /** Gives up after so many milliseconds, 1 to 2,147,483,647; default: never, as partners may come tomorrow. */
  readonly timeoutMs?: number;
  /** Ends the wait; `punch()` rejects with the signal's reason. Has no effect on a hole that is there. */
  readonly signal?: AbortSignal;
  /** Logging, tracing: see each datagram and each event of the drill. */
  readonly observers?: readonly Observer<PeerEvent>[];
}

/** Longer timers fire at once in JavaScript (HTML standard, timers: a signed 32-bit number of milliseconds). */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** Checks what TypeScript cannot, and names the slot. Addresses are checked where they are parsed. */
export function checkOptions(options: PunchOptions): v1.Slot {
  const { slot, local, socket, timeoutMs } = options;
  if (!v1.isSlot(slot)) throw new TypeError(`"slot" expected one letter a-z, got ${JSON.stringify(slot)}`);
  if (local !== undefined && socket !== undefined) {
    throw new TypeError(`"local" and "socket" expected at most one of them, got both`);
  }
  if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new RangeError(`"timeoutMs" expected 1 to ${MAX_TIMEOUT_MS}, got ${timeoutMs}`);
  }
  return slot;
}
