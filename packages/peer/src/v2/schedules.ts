/**
 * When a session says what, but for what the phases themselves say to the partner (`session.table.ts`). Data only.
 */

import { times } from "../times.js";

/**
 * Announces that are not answered, and pings: at 0, 100, 200, 400 ms, every 500 ms to 10 s, then every 5 s. Milliseconds after
 * each sending, the last one for ever. RFC 8445 section 14.3 has 500 ms as the least retransmission time of a check; a hole
 * wants its first pings faster, as they open filters.
 */
const ASKING_MS: readonly number[] = [100, 100, 200, ...times(19, 500), 5000];

/** How the conversation with control is paced. */
export const ANNOUNCING = {
  askingMs: ASKING_MS,
  /** Over the address family that is not bound: a few tries, then as seldom as keepalives. */
  besideMs: [100, 100, 200, 15_000],
  /** conntrack forgets an unreplied UDP flow after 30 s (nf_conntrack_udp_timeout); RFC 4787 REQ-5 asks for 2 minutes. */
  keepAliveMs: 15_000,
  /** chosen: so that the keepalives of many peers, all started by one power cut, spread. */
  keepAliveSpread: 0.2,
  /** Two others hold the session: we ask whether one has gone. */
  fullMs: 5000,
  /** Control challenges what we said in so many milliseconds, no older announce that somebody kept. chosen: a round trip of 20 s, and more. */
  challengeableMs: 25_000,
  /** chosen: more than are sent in that time; memory is bounded. */
  asked: 64,
  /** Unanswered announces (900 ms of them) after which the name is looked up and the other address family tried. */
  lostAfter: 5,
  /** And so many round trips to control. chosen: with as much jitter as latency one takes twice as long as another. */
  lostRoundTrips: 3,
  /** Unanswered announces (10 s of them) after which control's next address in the family is tried. */
  deadAfter: 23,
  /** chosen: over a long way so many announces of a round trip's are enough, at 30 % loss each way too. */
  mostUnderWay: 4,
  /** Announces that control's frames call for: so many at once, then one in so many milliseconds. */
  promptsAtOnce: 8,
  promptMs: 100,
  byes: 3,
} as const;

/** How the partner's addresses are checked. */
export const CHECKING = {
  askingMs: ASKING_MS,
  /** chosen: between pings, but for the first to each address; RFC 8445 section 14.2 has 50 ms for busier agents. */
  paceMs: 20,
  /** A target that was pinged so recently is not pinged again for hearing it. */
  gapMs: 50,
  /**
   * The pings to an address that it may still answer. A schedule has 25 pings in 20 s, and starting it anew adds four: so answers may
   * take 20 s.
   */
  liveTransactions: 64,
  /**
   * First pings to an address, and pings that start its schedule anew: so many at once, then one in so many milliseconds. chosen: two
   * whole lists of the partner's at once. Whoever has the secret can cause them by other addresses, other runs, or pings from anywhere;
   * so a flood of any of these earns fewer bytes than it has.
   */
  firstPings: { atOnce: 24, everyMs: 2000 },
  /** chosen: a partner behind a symmetric NAT shows a few; whoever replays pings from many addresses gets no more. */
  unlisted: 8,
  /** chosen: so often is one of these pinged for each ping that is heard from there. */
  unlistedPings: 3,
  /**
   * New ones among these. Two NATs that map and answer by port show each other a new one with every datagram; unchecked each would
   * lead to the next ping, 1,400 a second, and to as many mappings.
   */
  newUnlisted: { atOnce: 8, everyMs: 5000 },
  /** An address that nobody listed is taken only after so long without an answer from a listed one, or two round trips. */
  lastResortMs: 500,
  /**
   * Controlling, and behind one NAT with the partner: for so long after another answer an address inside is waited for, or two round
   * trips. chosen: a LAN answers in a few milliseconds, a wireless one that slept in a hundred.
   */
  nearMs: 150,
  /** Transactions of the partner's that are remembered as answered. chosen: more than it makes in a minute. */
  answered: 256,
  /** Transactions of our own that are known again in an early nomination. chosen: twelve addresses' in 20 s are 300. */
  asked: 512,
} as const;

/** Pings through the hole, where the library's user wants it kept alive. */
export const KEEPING_ALIVE = {
  /** An unanswered one is repeated so often, or as often as all of them are. */
  askAgainMs: 1000,
  /** chosen: at 30 % loss each way six in a row are lost in 1.8 % of cases; a partner that is back is told of as well. */
  silentAfter: 6,
} as const;

/**
 * Controlling: for so long no other address is nominated than the one that was before it answered. chosen: three pings to it, and
 * what the partner says of each, have gone by, so that it is seldom another one than the partner took. Or two round trips.
 */
export const EARLY_MS = 500;

/**
 * Controlled: a nomination that could not be taken when it came is taken when its address answers us, so soon. chosen: a later one
 * would have come meanwhile, unless the partner has given up. Where the answer took longer than that by itself, twice as much longer.
 */
export const OFFER_MS = 1000;

/** chosen: a wake that comes so late means that the machine slept, and its NAT may have forgotten us meanwhile. */
export const SLEPT_MS = 2000;

/** With "auto": v1 is not spoken before. Three announces in v2 have gone by then; a round trip is seldom longer. */
export const V2_ALONE_MS = 300;
