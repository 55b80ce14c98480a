import type { Obstacle } from "@netpunch/scenario";
import { type Choices, SIDES, type SideName } from "../run/choices.js";
import type { Run } from "../run/run.js";
import { duration } from "./duration.js";
import { exacting, moving, obstacleBetween, whereItHelps } from "./obstacle.js";

/** Why two did not meet: an explanation, and then what would help, the best first. */
export type Reasons = readonly [explanation: string, ...help: string[]];

/** Looks for why a run did not connect. */
export function reasonsOf(run: Run): Reasons {
  for (const rule of RULES) {
    const found = rule(run.choices, run);
    if (found !== null) return found;
  }
  return ["They did not find each other in time.", "Give them longer: more patience."];
}

type Rule = (choices: Choices, run: Run) => Reasons | null;

const blocked: Rule = (choices) => {
  const sides = SIDES.filter((side) => choices[side].place === "blocked");
  if (sides.length === 0) return null;
  return [
    `The firewall ${at(sides)} lets no UDP through: not a single datagram of this peer leaves its network.`,
    "Ask whoever runs it to allow outgoing UDP to control's port and to the partner.",
    "Another network (a mobile phone's, say) will do. netpunch's relay needs UDP to control, too.",
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

/** Between NATs of their own v1 gets through where v2 does: each pings what control saw of the other. */
const twoNats: Rule = (choices) => {
  const obstacle = obstacleBetween(choices);
  const consequence = obstacle === null ? undefined : OF_ANOTHER_PORT[obstacle]?.(choices);
  if (consequence === undefined) return null;
  return [
    `The NAT ${at(moving(choices))} takes another port for each remote address, so the one that control saw is not the one that the partner hears from. ${consequence}`,
    ...betterRouters(choices),
    "Forward a UDP port on one side, or use IPv6 on both: then there is nothing to translate.",
  ];
};

/** Why another port than the known one is too much for a pair. */
const OF_ANOTHER_PORT: Partial<Record<Obstacle, (choices: Choices) => string>> = {
  "unknown-port": (choices) =>
    `The network ${at(exacting(choices))} lets in only the exact addresses and ports that were sent to, and which port that would have to be, nobody knows.`,
  "both-closed": () => "Neither lets the first ping in, as it comes from a port that nobody has sent to.",
  chase: () => "Each answer comes from a port that nobody has sent to: the two chase each other's ports for ever.",
};

function betterRouters(choices: Choices): readonly string[] {
  const keeps = whereItHelps(choices, { mapping: "endpoint-independent" });
  const byAddress = whereItHelps(choices, { filtering: "address-dependent" });
  const open = whereItHelps(choices, { filtering: "endpoint-independent" }).filter((side) => !byAddress.includes(side));
  const found = [
    [keeps, "keeps its port (endpoint-independent mapping, RFC 4787 REQ-1)"] as const,
    [byAddress, "filters by address only (RFC 4787 REQ-8)"] as const,
    [open, "lets in whoever sends to a port in use (endpoint-independent filtering, RFC 4787 REQ-8)"] as const,
  ].filter(([sides]) => sides.length > 0);
  if (found.length === 0)
    return ["Routers on both sides that keep their port (endpoint-independent mapping, RFC 4787 REQ-1)."];
  return found.map(([sides, does]) => `A router ${at(sides, "or")} that ${does}.`);
}

/** v2's peers ask control so often while they wait. */
const WAITING_S = 5;

const forgetful: Rule = (choices) => {
  const sides = SIDES.filter((side) => choices[side].place === "custom" && choices[side].knobs.lifetimeS <= WAITING_S);
  if (sides.length === 0 || choices.protocol !== "v2") return null;
  return [
    `The NAT ${at(sides)} forgets a door so fast that control's word, and the partner's pings, find it gone: a peer that waits sends every ${WAITING_S} s.`,
    "A NAT that remembers for two minutes, as RFC 4787 REQ-5 asks.",
    "Start both at the same time.",
  ];
};

const chance: Rule = ({ loss }) => {
  if (loss < 0.05) return null;
  return [
    `These networks can be crossed, but ${Math.round(loss * 100)} % of all datagrams are lost each way, and this time too many were.`,
    "Another seed, or more time, gets through.",
  ];
};

/** chosen: two of its cycles of 30.5 s. */
const PATIENT_S = 61;

const asleep: Rule = ({ protocol, limitS }) => {
  if ((protocol !== "original" && protocol !== "auto") || limitS >= PATIENT_S) return null;
  return [
    `The original asks control for half a second and then sleeps for 30, and its control only answers: within ${duration(limitS * 1000)} one of them slept whenever the other spoke.`,
    "More patience: a minute and a half.",
    "Our v1 speaks the same messages and does not sleep.",
  ];
};

const RULES: readonly Rule[] = [blocked, controlGone, families, oneNat, twoNats, chance, forgetful, asleep];

function at(sides: readonly SideName[], word = "and"): string {
  return sides.map((side) => `at ${side}`).join(` ${word} `);
}
