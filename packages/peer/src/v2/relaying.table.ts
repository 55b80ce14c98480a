import type { v2 } from "@netpunch/wire";

/**
 * When a run says RELAY, and what it says. Data only; `relaying.ts` runs it.
 */

const times = (count: number, ms: number): readonly number[] => new Array<number>(count).fill(ms);

/** What our end of the relay is to come to. */
export type RelayWish =
  /** The partner's answers are to come by it as well. */
  | "want"
  /** It is the path that was nominated. */
  | "chosen"
  /** Another program is to have our socket. */
  | "released";

/** Milliseconds after each RELAY that has not come to what it asked for; the last one for ever, but for a release. */
export const RELAY_PAUSES_MS: Readonly<Record<RelayWish, readonly number[]>> = {
  /** chosen: seven times in the five seconds that are left for it, and a third of the announces in the long run. */
  want: [100, 200, 400, 800, 1000, 2000, 5000],
  /** As nominations are, and then as seldom as pings. */
  chosen: [50, 50, 100, ...times(24, 200), 5000],
  /** As nominations are: after the last one it has failed. */
  released: [50, 50, 100, ...times(24, 200), 400],
};

/** The states in which there is nothing to ask for any more, but for keepalives. */
export const SETTLED: Readonly<Record<RelayWish, readonly v2.RelayState[]>> = {
  want: ["open", "carrying"],
  chosen: ["carrying"],
  released: ["released"],
};

export const RELAYING = {
  /**
   * The partner has been there for so long without a hole, or for half of the time after which the relay may be taken, before it is
   * asked for. chosen: nearly all direct paths are found before, and need no place in control's table.
   */
  askAfterMs: 5000,
  /** Default: the relay is taken only so long after the partner came. chosen: the drill has left its place twice by then. */
  afterMs: 10_000,
  /** And only after so long with one run of the partner's, which may be another one than first came, at another port. */
  afterRunMs: 2000,
  /** A partner that was away for longer has its time from the beginning. */
  forgetMs: 5000,
  /** A pair ends after 60 s of silence: three of these may be lost. */
  keepAliveMs: 15_000,
  keepAliveSpread: 0.2,
  /** It was refused: an operator or other peers may change that. */
  refusedMs: 5000,
  /** The pair has ended, or control has forgotten us: asked again so soon, whatever anybody with the control key says. */
  againMs: 500,
} as const;
