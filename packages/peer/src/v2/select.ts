import type { Instant } from "@netpunch/transport";
import { ipScope } from "@netpunch/wire";
import { type Path, samePath } from "../path.js";
import { CHECKING, EARLY_MS } from "./schedules.js";
import type { Answer, Target } from "./target.js";

/** What the choice of a path depends on, besides the targets themselves. */
export interface Circumstances {
  /** Since when the partner's listed addresses have been pinged; or the partner has been known, where it listed none yet. */
  readonly since: Instant;
  /** The IPs that the partner listed. */
  readonly listedIps: ReadonlySet<string>;
  /** Whether control saw both of us at one IP, so that both are behind one NAT. */
  readonly sharesNat: boolean;
  /** Whether an address inside of that NAT is waited for. */
  readonly expectsNear: boolean;
  /** When the direct ways have had their time, so that the relay may be taken. */
  readonly relayAt: Instant;
  /** The only path that may be taken now: one that was nominated; null: any. */
  readonly only: Only | null;
}

export interface Only {
  readonly path: Path;
  readonly since: Instant;
  /** "early": another one may be taken after a while. */
  readonly until: "early" | "for good";
}

/** The path to take, if there is one, and what would change that without any news. */
export interface Selection {
  readonly choice: Target | null;
  /** What stands between the best target that answered and its choice; null: nothing, or nothing answered. */
  readonly waitsFor: Tier["waitsFor"] | "early" | null;
  /** When the choice may be another one though nothing happens. */
  readonly changesAt: Instant | null;
}

/** A class of paths. */
interface Tier {
  includes(target: Target, around: Circumstances): boolean;
  /** What has its time before a path of this class is taken. */
  readonly waitsFor: "near" | "listed" | "direct" | null;
  /** Until when. A pause is never shorter than two round trips: what is waited for may be as far away. */
  opensAt(answer: Answer, around: Circumstances): Instant;
}

type Answered = Target & { readonly answer: Answer };

const ALWAYS = Number.NEGATIVE_INFINITY;

/** Best first; a path belongs to the first class that includes it. */
const TIERS: readonly Tier[] = [
  // Inside of the NAT that both are behind.
  { includes: (target, around) => around.expectsNear && isNear(target, around), waitsFor: null, opensAt: () => ALWAYS },
  // Listed; at a listed IP (a symmetric NAT's other port); or the partner's own router inside of our common NAT.
  {
    includes: ({ kind, path }, around) =>
      path.via === "direct" &&
      (kind !== "peer-reflexive" || around.listedIps.has(path.remote.address) || isInside(path, around)),
    waitsFor: "near",
    opensAt: (answer, { expectsNear }) => (expectsNear ? answer.at + atLeast(CHECKING.nearMs, answer) : ALWAYS),
  },
  // Nobody listed it. It may be somebody who repeats the partner's pings from there: the last resort.
  {
    includes: ({ path }) => path.via === "direct",
    waitsFor: "listed",
    opensAt: (answer, { since }) => since + atLeast(CHECKING.lastResortMs, answer),
  },
  // Control passes on what we send: everything goes by it, at its pace, so it comes after all that is direct.
  { includes: () => true, waitsFor: "direct", opensAt: (_answer, { relayAt }) => relayAt },
];

const NOTHING: Selection = { choice: null, waitsFor: null, changesAt: null };
const LAST_RESORT = TIERS.findIndex(({ waitsFor }) => waitsFor === "listed");

/** Which path to take. It depends on nothing else, so whoever asks again after each piece of news misses none. */
export function select(targets: readonly Target[], now: Instant, around: Circumstances): Selection {
  const answered = targets
    .filter((target): target is Answered => target.answer !== null)
    .map((target) => ({ target, tier: tierOf(target, around) }))
    .toSorted((a, b) => a.tier - b.tier || a.target.answer.at - b.target.answer.at);
  const [best] = answered;
  if (best === undefined) return NOTHING;
  const { only } = around;
  if (only === null) return wait(best.target, best.tier, now, around);
  const nominated = answered.find(({ target }) => samePath(target.path, only.path));
  if (nominated !== undefined) {
    // Where a better one answered, an address that nobody listed is suspicious, whoever nominates it.
    const isRefused = nominated.tier === LAST_RESORT && best.tier < LAST_RESORT;
    return isRefused ? NOTHING : wait(nominated.target, nominated.tier, now, around);
  }
  if (only.until === "for good") return NOTHING;
  const changesAt = only.since + atLeast(EARLY_MS, best.target.answer);
  if (now < changesAt) return { choice: null, waitsFor: "early", changesAt };
  return wait(best.target, best.tier, now, around);
}

function wait(target: Answered, tier: number, now: Instant, around: Circumstances): Selection {
  const { waitsFor = null, opensAt } = TIERS[tier] ?? {};
  const changesAt = opensAt?.(target.answer, around) ?? ALWAYS;
  return now < changesAt ? { choice: null, waitsFor, changesAt } : { choice: target, waitsFor: null, changesAt: null };
}

function tierOf(target: Target, around: Circumstances): number {
  return TIERS.findIndex((tier) => tier.includes(target, around));
}

/** Whether the way there leaves no NAT that both are behind. */
export function isNear({ kind, path }: Target, around: Circumstances): boolean {
  return kind === "host" || (kind === "peer-reflexive" && isInside(path, around));
}

/** Nobody knows beforehand the address that the partner's own router has inside of a carrier's NAT or a larger LAN. */
function isInside({ remote }: Path, { sharesNat }: Circumstances): boolean {
  return sharesNat && ipScope(remote.address) === "private";
}

function atLeast(ms: number, { roundTripMs }: Answer): number {
  return Math.max(ms, 2 * roundTripMs);
}
