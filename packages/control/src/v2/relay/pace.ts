/**
 * A pair ends when one of its ends was silent for so long.
 *
 * chosen: as long as a binding lasts, and more than two keepalives of a program that keeps its mapping (25 s).
 */
export const RELAY_IDLE_MS = 60_000;

/** An end counts as silent after this: its NAT may have given its port to somebody else (conntrack: 30 s unreplied). */
export const RELAY_SILENT_MS = 30_000;

/** chosen: enough for a program that is only slow to answer, and no flood for a stranger who has the port now. */
export const SILENT_PER_SECOND = 10;

/** The longest datagram that passes before both have chosen the relay. chosen: twice the longest frame between peers. */
export const LONGEST_FRAME_BYTES = 128;

/** chosen: a nomination sends 20 in its busiest second, and has to pass however much data there is. */
export const RESERVED_PER_SECOND = 20;

/** What the net adds to a datagram: IPv6's header (40 bytes) and UDP's (8). */
export const PACKET_OVERHEAD_BYTES = 48;

/** chosen: to pass a tiny datagram on takes as long as one of this size. */
export const LEAST_COST_BYTES = 128;

/** chosen: a warning for each pair in so long is enough to find it, and too little to fill a log. */
export const WARN_EVERY_MS = 10_000;
