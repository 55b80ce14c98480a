import { canMeet } from "@netpunch/scenario";
import type { Instant } from "@netpunch/simnet";
import { formatEndpoint, ipFamily, ipScope } from "@netpunch/wire";
import { type Choices, SIDES, type SideName } from "../run/choices.js";
import { natOf } from "../run/places.js";
import type { Run } from "../run/run.js";

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
  if (a.connectedAt !== null && b.connectedAt !== null && run.talked !== "nobody")
    return connected(run, a.connectedAt, b.connectedAt);
  const ended = { at: run.endsAt, tookMs: null };
  if (a.connectedAt !== null || b.connectedAt !== null) {
    return { ...ended, ...oneSided(run) };
  }
  const [explanation, ...help] = reasons(run);
  return {
    ...ended,
    outcome: "not-connected",
    headline: `Not connected after ${duration(run.endsAt - laterStart(run))}`,
    explanation: explanation ?? "",
    help,
  };
}

function oneSided({ peers, choices }: Run): Pick<Verdict, "outcome" | "headline" | "explanation" | "help"> {
  const { a, b } = peers;
  if (a.connectedAt !== null && b.connectedAt !== null) {
    return {
      outcome: "one-sided",
      headline: "Both believe it, and no word gets through",
      explanation: "Each heard the other at some address, but where they send to now nobody hears them.",
      help: ["A NAT that keeps its port (endpoint-independent mapping) on one side."],
    };
  }
  const [happy, sad] = a.connectedAt !== null ? ["a", "b"] : ["b", "a"];
  const isOriginal = choices.protocol === "original";
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
    explanation: `${pathOf(run)} ${waited(run, tookMs)}`.trim(),
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

function waited({ choices }: Run, tookMs: number): string {
  if (choices.protocol !== "original" || tookMs < 5000) return "";
  return "It took so long as the original's control only answers: who asked before its partner came has gone to sleep for half a minute.";
}

function laterStart({ startsAt }: Run): Instant {
  return Math.max(startsAt.a, startsAt.b);
}

/** Why not, and then what would help, the best first. */
function reasons(run: Run): readonly string[] {
  const { choices } = run;
  const rules = [blocked, controlGone, families, oneNat, twoNats, chance];
  for (const rule of rules) {
    const found = rule(choices, run);
    if (found !== null) return found;
  }
  return ["They did not find each other in time.", "Give them longer: a larger limit."];
}

type Rule = (choices: Choices, run: Run) => readonly string[] | null;

const blocked: Rule = (choices) => {
  const sides = SIDES.filter((side) => choices[side].place === "blocked");
  if (sides.length === 0) return null;
  return [
    `The firewall at ${sides.join(" and at ")} lets no UDP through: not a single datagram of this peer leaves its network.`,
    "Ask whoever runs it to allow outgoing UDP to control's port and to the partner.",
    "Another network (a mobile phone's, say) will do. netpunch has no relay.",
  ];
};

const controlGone: Rule = (_, { control, startsAt }) => {
  const stopped = control.find(({ value }) => value.state === "stopped");
  if (stopped === undefined || stopped.at > Math.max(startsAt.a, startsAt.b) + 1000) return null;
  return [
    "Control was gone before it could introduce them, and nobody else knows where they are.",
    "Start it again: the peers go on asking, and need no restart.",
  ];
};

const families: Rule = ({ a, b, protocol }) => {
  if (protocol === "v2" || (a.place === "ipv6") === (b.place === "ipv6")) return null;
  return [
    "One peer announced itself over IPv6 and the other over IPv4. v1 knows one address for each peer, and these two cannot send to each other.",
    "Protocol v2 carries several addresses for each peer, of both families.",
    "With v1: give the peer control's IPv4 address instead of its name.",
  ];
};

const oneNat: Rule = ({ a, protocol }) => {
  if (a.place !== "same-nat" || protocol === "v2") return null;
  return [
    "Both stand behind one NAT, and control knows each only by its outside. This NAT does not lead that way back in (it does not hairpin).",
    "Protocol v2 names the addresses inside as well, and they meet in their own network.",
    "With v1: switch NAT loopback (hairpinning) on in the router.",
  ];
};

const twoNats: Rule = (choices) => {
  const [a, b] = [natFacts(choices, "a"), natFacts(choices, "b")];
  if (a === null || b === null || canMeet(a, b)) return null;
  const symmetric = SIDES.filter((side) => natFacts(choices, side)?.mapping !== "endpoint-independent");
  return [
    `The NAT at ${symmetric.join(" and at ")} takes another port for each remote address, so the one that control saw is not the one that the partner hears from, and the other side's filter lets only known ports in.`,
    "One router that keeps its port (endpoint-independent mapping, RFC 4787 REQ-1) is enough, or one that filters by address only.",
    "Forward a UDP port on one side, or use IPv6 on both: then there is nothing to translate.",
  ];
};

const chance: Rule = ({ loss }) => {
  if (loss < 0.05) return null;
  return [
    `These NATs can be crossed, but ${Math.round(loss * 100)} % of all datagrams are lost each way, and this time too many were.`,
    "Another seed, or more time, gets through.",
  ];
};

/** What a side's NAT does; a firewall, or none, keeps the address as it is. */
function natFacts(choices: Choices, side: SideName) {
  const { place, knobs } = choices[side];
  const nat = natOf(place, knobs);
  if (nat !== null) {
    const { mapping = "endpoint-independent", filtering = "address-and-port-dependent" } = nat;
    return { mapping, filtering };
  }
  if (place === "public") return { mapping: "endpoint-independent", filtering: "endpoint-independent" } as const;
  return place === "firewall"
    ? ({ mapping: "endpoint-independent", filtering: "address-and-port-dependent" } as const)
    : null;
}

/** Milliseconds as a reader says them: "101 ms", "30.2 s", "10 min". */
export function duration(ms: number): string {
  if (ms > 0 && ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Number((ms / 60_000).toFixed(1))} min`;
}
