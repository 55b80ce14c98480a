/** When a drill in vain leaves its place, and how. Data only; `way-out.ts` runs it. */
export const WAY_OUT = {
  /**
   * chosen: where two NATs let each other through, ten pings have gone by in that time. The spread keeps two peers from leaving
   * at the same moment, when each would miss the other.
   */
  otherPort: { leastMs: 2500, spreadMs: 1500 },
  /** chosen: later than a partner that may leave its port, and at the same moment as one that may not. */
  samePort: { leastMs: 4500, spreadMs: 0 },
  /** It is no shorter than so many round trips to control: the way to the partner may be as long. */
  roundTrips: 4,
  /** chosen: 5 s each way, with as much jitter, are 20 s; a longer one is the time that control was gone. */
  longestRoundTripMs: 25_000,
  /** chosen: the same in v1, whose control is silent until the partner is there. */
  longestV1RoundTripMs: 10_000,
  /** Each try has twice the time of the one before, so many times. */
  doublings: 4,
  /** conntrack keeps an unreplied UDP flow for 30 s (nf_conntrack_udp_timeout). */
  silenceMs: 31_000,
  /** v1: a partner that control has not named for so long has gone; it is asked every second. */
  introducedMs: 5000,
  /**
   * How far the first pings of a try go. Two hops leave a machine's own router, and die before the partner's; more of them leave
   * nested ones. null: as far as ever, for routers with no other one between them, in the hope that both first pings cross.
   */
  hops: [2, null, 3, null, 4],
  /** For so long after control has named the partner: it needs that to hear of our port, and to ping it. */
  fewHopsMs: 1500,
} as const;
