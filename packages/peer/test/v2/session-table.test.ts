import { describe, expect, test } from "vitest";
import { SESSION, type SessionNext, type SessionPhase, type SessionSignal } from "../../src/core.js";
import { CONTROL, PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, host, LOWER, reach } from "./bench-of-one.js";

const phases = Object.keys(SESSION) as SessionPhase[];
const NEAR = "192.168.1.7:5000";
const OTHER = new Uint8Array(8).fill(2);

const leads = (next: SessionNext) => next !== "stay" && next !== "never";

/** The partner says something about the nomination that stands. */
const about = (
  peer: BenchOfOne,
  type: "confirm" | "done",
  said: "nominate" | "confirm",
  from: Uint8Array,
  at = PARTNER,
) => peer.say(peer.peerFrame(type, { from, txid: peer.txidTo(at, said) }), at);

/** Each cell that leads somewhere, and what brings a peer there from the start. */
const ways: readonly (readonly [SessionPhase, SessionSignal, (peer: BenchOfOne) => void])[] = [
  ["announcing", "bound", (peer) => peer.bind()],
  ["announcing", "introduced", (peer) => peer.say(peer.peerFrame("ping"), PARTNER)],
  ["waiting", "introduced", (peer) => peer.introduce()],
  ["checking", "parted", (peer) => peer.say(peer.infoFrame({ pushSeq: 3, cause: "push" }), CONTROL)],
  ["checking", "introduced", (peer) => peer.introduce(OTHER, undefined, 3)],
  [
    "checking",
    "answered",
    (peer) => {
      peer.introduce(
        LOWER,
        [{ kind: "reflexive", endpoint: { address: "203.0.113.1", port: 9 } }, host("10.0.0.2:5000")],
        3,
      );
      peer.pong("203.0.113.1:9");
    },
  ],
  ["checking", "chosen", (peer) => peer.pong()],
  [
    "checking",
    "nominated",
    (peer) => {
      peer.introduce(HIGHER, undefined, 3);
      peer.pong(PARTNER, HIGHER);
      peer.say(peer.peerFrame("nominate", { from: HIGHER }), PARTNER);
    },
  ],
  ["choosing", "parted", (peer) => peer.say(peer.infoFrame({ pushSeq: 3, cause: "push" }), CONTROL)],
  ["choosing", "introduced", (peer) => peer.introduce(OTHER, undefined, 3)],
  ["choosing", "chosen", (peer) => peer.pong("192.168.1.7:5000")],
  ["choosing", "chosen", (peer) => peer.until(150)],
  ["nominating", "introduced", (peer) => peer.introduce(OTHER, undefined, 3)],
  [
    "nominating",
    "chosen",
    (peer) => {
      peer.introduce(OTHER, [host(NEAR), { kind: "reflexive", endpoint: { address: "203.0.113.2", port: 5000 } }], 3);
      peer.say(peer.peerFrame("ping", { from: OTHER }), NEAR);
      peer.pong(PARTNER, OTHER);
      peer.until(500);
      about(peer, "confirm", "nominate", OTHER, NEAR);
    },
  ],
  ["nominating", "confirmed", (peer) => about(peer, "confirm", "nominate", LOWER)],
  ["nominating", "exhausted", (peer) => peer.until(5400)],
  ["finishing", "exhausted", (peer) => peer.until(105)],
  ["confirming", "introduced", (peer) => peer.introduce(OTHER, undefined, 3)],
  ["confirming", "done", (peer) => about(peer, "done", "confirm", HIGHER)],
  [
    "confirming",
    "exhausted",
    (peer) => {
      for (let ms = 200; ms <= 5000; ms += 200) {
        peer.until(ms);
        peer.say(peer.peerFrame("nominate", { from: HIGHER, txid: peer.txidTo(PARTNER, "confirm") }), PARTNER);
      }
      peer.until(6000);
    },
  ],
];

describe("the table", () => {
  test.each(ways)("%s, %s", (phase, signal, act) => {
    const peer = new BenchOfOne();
    reach[phase](peer);
    expect(peer.core.phase).toBe(phase);
    act(peer);
    const entered = peer.told("phase").map((event) => "phase" in event && event.phase);
    expect(leads(SESSION[phase][signal])).toBe(true);
    expect(peer.told("impossible")).toEqual([]);
    expect(entered).toContain(SESSION[phase][signal]);
  });

  test("has no other cell that leads anywhere", () => {
    const leading = phases.flatMap((phase) =>
      Object.entries(SESSION[phase]).flatMap(([signal, next]) => (leads(next) ? [`${phase} ${signal}`] : [])),
    );
    expect(leading.toSorted()).toEqual([...new Set(ways.map(([phase, signal]) => `${phase} ${signal}`))].toSorted());
  });

  test.each(phases)("%s: what the partner, control and its clock say out of turn changes nothing", (phase) => {
    const peer = new BenchOfOne();
    reach[phase](peer);
    const { hole, deadline } = peer.core;
    const type = ["ping", "pong", "nominate", "confirm", "done"] as const;
    for (const each of type.slice(1)) peer.say(peer.peerFrame(each, { from: LOWER }), "203.0.113.77:7");
    for (const each of type.slice(1)) peer.say(peer.peerFrame(each, { from: HIGHER }), "203.0.113.77:7");
    for (const each of type) peer.say(peer.peerFrame(each, { from: OTHER, to: HIGHER }), PARTNER);
    peer.feed({ type: "wake" });
    expect(peer.core.phase).toBe(phase);
    expect(peer.core.hole).toEqual(hole);
    if (phase !== "checking") expect(peer.core.deadline).toEqual(deadline);
  });

  test("every phase can be reached, and only the two ends cannot be left", () => {
    const reached = new Set<string>(["announcing", ...phases.flatMap((phase) => Object.values(SESSION[phase]))]);
    expect(phases.filter((phase) => !reached.has(phase))).toEqual([]);
    const stuck = phases.filter((phase) => Object.values(SESSION[phase]).every((next) => !leads(next)));
    expect(stuck).toEqual(["connected", "unconfirmed"]);
  });
});
