import type { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, host, LOWER, STRANGER } from "./bench-of-one.js";

const HAIRPIN = "203.0.113.1:61000";
const NEAR = "192.168.1.7:5000";
const OTHER_PORT = "203.0.113.2:61000";
const reflexive = (text: string): v2.Candidate => ({ kind: "reflexive", endpoint: at(text) });

/** A piece of news. An answer, or a list, tells only what has come to us by then; so an answer needs a ping of ours. */
type Fact = "list" | `ping ${string}` | `pong ${string}` | `nominate ${string}`;

interface Case {
  readonly name: string;
  readonly partner: Uint8Array;
  readonly listed: readonly v2.Candidate[];
  readonly facts: readonly Fact[];
  readonly hole: string;
}

const cases: readonly Case[] = [
  {
    name: "controlling",
    partner: LOWER,
    listed: [reflexive(PARTNER)],
    facts: ["list", `ping ${PARTNER}`, `pong ${PARTNER}`],
    hole: PARTNER,
  },
  {
    name: "controlling, somebody repeats the partner's pings",
    partner: LOWER,
    listed: [reflexive(PARTNER)],
    facts: ["list", `ping ${PARTNER}`, `pong ${PARTNER}`, `ping ${STRANGER}`, `pong ${STRANGER}`],
    hole: PARTNER,
  },
  {
    name: "controlling, the partner behind a symmetric NAT",
    partner: LOWER,
    listed: [reflexive(PARTNER)],
    facts: ["list", `ping ${OTHER_PORT}`, `pong ${OTHER_PORT}`],
    hole: OTHER_PORT,
  },
  {
    name: "controlling, behind the partner's NAT",
    partner: LOWER,
    listed: [reflexive(HAIRPIN), host(NEAR)],
    facts: ["list", `ping ${HAIRPIN}`, `pong ${HAIRPIN}`, `ping ${NEAR}`, `pong ${NEAR}`],
    hole: NEAR,
  },
  {
    name: "controlled",
    partner: HIGHER,
    listed: [reflexive(PARTNER)],
    facts: ["list", `ping ${PARTNER}`, `pong ${PARTNER}`, `nominate ${PARTNER}`],
    hole: PARTNER,
  },
  {
    name: "controlled, the partner behind a symmetric NAT",
    partner: HIGHER,
    listed: [reflexive(PARTNER)],
    facts: ["list", `ping ${OTHER_PORT}`, `pong ${OTHER_PORT}`, `nominate ${OTHER_PORT}`, `ping ${STRANGER}`],
    hole: OTHER_PORT,
  },
];

/** Lets a fact come; false: it cannot come yet, as its address was not pinged, or nobody knows the partner. */
function arrive(peer: BenchOfOne, { partner, listed }: Case, fact: Fact): boolean {
  if (fact === "list") {
    peer.introduce(partner, listed);
    return true;
  }
  const [type = "", from = ""] = fact.split(" ");
  if (type === "ping") peer.say(peer.peerFrame("ping", { from: partner }), from);
  else if (!peer.sent.some(({ frame, to }) => frame.type === "ping" && to === from)) return false;
  else if (type === "pong") peer.pong(from, partner);
  else peer.say(peer.peerFrame("nominate", { from: partner }), from);
  return true;
}

describe("a peer has its hole with the last of the facts that it needs, in whatever order they come", () => {
  test.each(cases)("$name", (each) => {
    const order = fc.shuffledSubarray([...each.facts], { minLength: each.facts.length });
    fc.assert(
      fc.property(order, fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 20, maxLength: 20 }), (facts, gaps) => {
        const peer = new BenchOfOne();
        peer.bind();
        let waiting = facts;
        for (let round = 0; waiting.length > 0 && round < 20; round++) {
          peer.until(peer.now + (gaps[round] ?? 0));
          const [first, ...others] = waiting as [Fact, ...Fact[]];
          waiting = arrive(peer, each, first) ? others : [...others, first];
        }
        expect(peer.core.hole, facts.join(", ")).toEqual(at(each.hole));
        expect(peer.told("impossible")).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("one of them was lost, so that it comes with the next ping: never later than that", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.say(peer.peerFrame("ping"), PARTNER);
    peer.pong();
    peer.until(200);
    expect(peer.core.hole).toBeNull();
    // Control's push comes late; nothing else will come any more.
    peer.introduce();
    expect(peer.core.hole).toEqual(at(PARTNER));
  });

  test("control never names the partner: its address is the last resort", () => {
    for (const partner of [LOWER, HIGHER]) {
      const peer = new BenchOfOne();
      peer.bind();
      peer.say(peer.peerFrame("ping", { from: partner }), PARTNER);
      peer.pong(PARTNER, partner);
      if (partner === HIGHER) peer.say(peer.peerFrame("nominate", { from: partner }), PARTNER);
      peer.until(499);
      expect(peer.core.hole).toBeNull();
      peer.until(500);
      expect(peer.core.hole).toEqual(at(PARTNER));
    }
  });
});
