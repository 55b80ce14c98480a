/**
 * The drill at a glance: where a peer goes from each phase on each signal, and what it sends on the way.
 * Data only; `drill.ts` runs it and `guards.ts` decides what counts as a signal.
 */

import { times } from "../times.js";

export type Phase = "discovering" | "pinging" | "ponging" | "knocking" | "closing" | "connected";

export type Signal =
  /** Control named an address of the partner that is new to us. */
  | "introduced"
  /** Control named the address that we have already. */
  | "reminded"
  /** The partner's ping (x) arrived: we hear it. */
  | "pinged"
  /** Its pong (y) arrived from an address that we pinged: it hears us too. */
  | "ponged"
  /** Its close (z) arrived: it has heard our pong. */
  | "closed"
  /**
   * The same, but a ping of ours may still reach the partner after the pong that it closed on. The original takes that ping
   * for a new start and waits for an answer, so it needs our closes.
   */
  | "crossed"
  /** The phase has sent its last message and waited its last pause. */
  | "exhausted";

/** "stay" changes nothing, not even a timer; a phase that names itself starts over. */
export type Next = Phase | "stay";

export const DRILL = {
  discovering: {
    introduced: "pinging",
    reminded: "pinging",
    pinged: "ponging",
    ponged: "stay",
    closed: "stay",
    crossed: "stay",
    exhausted: "stay",
  },
  pinging: {
    introduced: "pinging",
    reminded: "stay",
    pinged: "ponging",
    ponged: "closing",
    closed: "connected",
    crossed: "closing",
    exhausted: "knocking",
  },
  ponging: {
    introduced: "ponging",
    reminded: "stay",
    pinged: "stay",
    ponged: "closing",
    closed: "connected",
    crossed: "closing",
    exhausted: "knocking",
  },
  knocking: {
    introduced: "pinging",
    reminded: "stay",
    pinged: "ponging",
    ponged: "closing",
    closed: "connected",
    crossed: "closing",
    exhausted: "stay",
  },
  closing: {
    introduced: "stay",
    reminded: "stay",
    pinged: "stay",
    ponged: "stay",
    closed: "connected",
    crossed: "stay",
    exhausted: "connected",
  },
  connected: {
    introduced: "stay",
    reminded: "stay",
    pinged: "stay",
    ponged: "stay",
    closed: "stay",
    crossed: "stay",
    exhausted: "stay",
  },
} as const satisfies Record<Phase, Record<Signal, Next>>;

/** What a phase sends: first at once, then after every pause. */
export interface Pace {
  readonly sends: readonly ("announce" | "ping" | "close")[];
  /** Milliseconds after each sending; the last one repeats where the phase has no end. */
  readonly pausesMs: readonly number[];
  /** "exhausted" after the last pause, or the last pause for ever. */
  readonly afterwards: "exhausted" | "repeat";
}

export const PACING: Readonly<Record<Phase, Pace>> = {
  // The original's burst (protocol-v1, "The original's drill"); where it then sleeps 30 s, we ask every second.
  discovering: { sends: ["announce"], pausesMs: [...times(5, 100), 1000], afterwards: "repeat" },
  // The original's ten pings, 100 ms apart. They open our NAT for the partner as much as they test its.
  pinging: { sends: ["ping"], pausesMs: times(10, 100), afterwards: "exhausted" },
  // We hear the partner. Each of its pings earns one pong; ours go on until it answers one.
  ponging: { sends: ["ping"], pausesMs: times(10, 100), afterwards: "exhausted" },
  // chosen: a second keeps every NAT's filter open (RFC 4787 REQ-5 asks for 2 minutes, conntrack gives an unreplied
  // flow 30 s) and is polite to a host that may have nothing to do with us any more.
  knocking: { sends: ["announce", "ping"], pausesMs: [1000], afterwards: "repeat" },
  // Seven where the original sends five: at 30 % loss five leave a partner behind in 0.24 % of cases, seven in 0.02 %.
  closing: { sends: ["close"], pausesMs: times(7, 20), afterwards: "exhausted" },
  connected: { sends: [], pausesMs: [], afterwards: "repeat" },
};
