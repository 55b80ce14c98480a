import type { Instant } from "@netpunch/simnet";
import { formatEndpoint, ipFamily, ipScope } from "@netpunch/wire";
import type { Run } from "../run/run.js";
import { duration } from "./duration.js";
import { reasonsOf } from "./reasons.js";

/** How a run came out, in words. */
export interface Verdict {
  readonly outcome: "connected" | "one-sided" | "not-connected";
  /** From the later start until both were connected; null: not both. */
  readonly tookMs: number | null;
  /** When the verdict is known: both are connected, or the run is over. */
  readonly at: Instant;
  readonly headline: string;
  readonly explanation: string;
  /** What would help; empty where nothing needs to. */
  readonly help: readonly string[];
}

/** Judges a run by what happened in it. */
export function judge(run: Run): Verdict {
  const { a, b } = run.peers;
  if (a.connectedAt !== null && b.connectedAt !== null && isBelieved(run))
    return connected(run, a.connectedAt, b.connectedAt);
  const ended = { at: run.endsAt, tookMs: null };
  if (a.connectedAt !== null || b.connectedAt !== null) {
    return { ...ended, ...oneSided(run) };
  }
  const [explanation, ...help] = reasonsOf(run);
  return {
    ...ended,
    outcome: "not-connected",
    headline: `Not connected after ${duration(run.endsAt - laterStart(run))}`,
    explanation,
    help,
  };
}

/** Words of the programs that went nowhere say more than what the two believe. */
function isBelieved({ talked }: Run): boolean {
  return talked === null || talked === "both";
}

function oneSided({ peers, choices, talked }: Run): Pick<Verdict, "outcome" | "headline" | "explanation" | "help"> {
  const { a, b } = peers;
  if (a.connectedAt !== null && b.connectedAt !== null) {
    return {
      outcome: "one-sided",
      headline: `Both believe it, and ${talked === "one" ? "words get through one way only" : "no word gets through"}`,
      explanation: "Each heard the other at some address, but where they send to now they are not heard.",
      help: ["A NAT that keeps its port (endpoint-independent mapping) on one side."],
    };
  }
  const [happy, sad] = a.connectedAt !== null ? ["a", "b"] : ["b", "a"];
  const isOriginal = choices.protocol === "original" || (choices.protocol === "auto" && happy === "b");
  return {
    outcome: "one-sided",
    headline: `Only peer ${happy} is connected`,
    explanation: isOriginal
      ? `Peer ${happy} printed its result and ended, as the original does at the first close that it hears. A ping of its own that was still under way made peer ${sad} start over, and nobody answers it any more.`
      : `Peer ${happy} knows that both directions work; peer ${sad} was never told, and its user waits.`,
    help: isOriginal
      ? [
          "Ours stays until a partner can no longer be stranded, and speaks the same messages.",
          "Protocol v2 ends in a handshake.",
        ]
      : ["Protocol v2 ends in a handshake that leaves nobody behind."],
  };
}

function connected(run: Run, a: Instant, b: Instant): Verdict {
  const tookMs = Math.max(a, b) - laterStart(run);
  return {
    outcome: "connected",
    tookMs,
    at: Math.max(a, b),
    headline: `Connected in ${duration(tookMs)}`,
    explanation: [pathOf(run), fellBack(run), waited(run, tookMs)].filter((text) => text !== "").join(" "),
    help:
      run.choices.protocol === "original" && tookMs > 5000
        ? ["Our v1 speaks the same messages and does not wait: change control alone, and the half minute is gone."]
        : [],
  };
}

function pathOf({ peers, origin }: Run): string {
  const { a, b } = peers;
  if (a.hole === null || b.hole === null) return "";
  const ends = `a sends to ${formatEndpoint(a.hole)}, b to ${formatEndpoint(b.hole)}`;
  if (origin === "live") return `A direct path on this machine: ${ends}.`;
  if (ipFamily(a.hole.address) === 6) return `A direct path over IPv6: ${ends}.`;
  if (ipScope(a.hole.address) === "private") return `A direct path inside their own network: ${ends}.`;
  return `A direct path across the internet: ${ends}.`;
}

function fellBack({ choices }: Run): string {
  if (choices.protocol !== "auto") return "";
  return "It was made by v1, as b knows nothing else: a tried v2 first, and says aloud that it fell back, as who watches the path may replay what v1 says.";
}

function waited({ choices }: Run, tookMs: number): string {
  if (choices.protocol !== "original" || tookMs < 5000) return "";
  return "It took so long as the original's control only answers: who asked before its partner came has gone to sleep for half a minute.";
}

function laterStart({ startsAt }: Run): Instant {
  return Math.max(startsAt.a, startsAt.b);
}
