import { v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { type Drill, type MeetingOptions, meet, type Side, talk } from "../src/index.js";
import { NATS } from "../src/nat-grid.js";

const home = NATS["EIM/APDF"] ?? "public";
const auto: Side = { place: home, protocol: "auto", afterwards: "hold" };
const session: Side = { place: home, protocol: "v2", afterwards: "hold" };
const original: Side = { place: home, drill: "original" };
const ourV1: Side = { place: home, protocol: "v1", afterwards: "hold" };

const OFFSETS_MS = [0, 20, 100, 250, 300, 350, 1000, 12_000, 45_000];

/** Meets at each offset, whoever comes first; the times, with the protocol of each side's hole. */
function outcomesOf(first: Side, second: Side, options: Partial<MeetingOptions> = {}) {
  return OFFSETS_MS.map((startsAtMs) => {
    const meeting = meet({ seed: startsAtMs, a: first, b: { ...second, startsAtMs }, ...options });
    const { a, b } = meeting.outcomes;
    return { startsAtMs, tookMs: meeting.tookMs ?? Number.POSITIVE_INFINITY, protocols: [a.protocol, b.protocol] };
  });
}

describe("a peer in a slot", () => {
  test("meets another one of today by v2, in the time that v2 takes", () => {
    for (const [first, second] of [
      [auto, auto],
      [auto, session],
      [session, auto],
    ] as const) {
      for (const { startsAtMs, tookMs, protocols } of outcomesOf(first, second)) {
        expect(tookMs, `${startsAtMs} ms apart`).toBeLessThanOrEqual(152);
        expect(protocols).toEqual(["v2", "v2"]);
      }
    }
  });

  test("meets the original's peer by v1, as soon as v1 can, and says that it did", () => {
    for (const { startsAtMs, tookMs } of outcomesOf(auto, original)) {
      // The usual time of v1, and a round trip more: who waits in v2 speaks v1 to control as it hears of such a partner.
      expect(tookMs, `auto, ${startsAtMs} ms later the original`).toBeLessThanOrEqual(startsAtMs < 300 ? 450 : 200);
    }
    for (const { startsAtMs, tookMs } of outcomesOf(original, auto)) {
      // A partner that came by v1 is a hint to speak it at once.
      expect(tookMs, `the original, ${startsAtMs} ms later auto`).toBeLessThanOrEqual(450);
    }
    const { peers, outcomes } = meet({ seed: 1, a: auto, b: { ...original, startsAtMs: 1000 } });
    expect(outcomes.a.protocol).toBe("v1");
    expect(peers.a.events.filter(({ event }) => event.type === "protocol").length).toBeGreaterThan(0);
  });

  test("never says a word of v2 to a partner that speaks v1: each would make the original send again", () => {
    const heard: string[] = [];
    for (const sides of [
      { a: auto, b: { ...original, startsAtMs: 1000 } },
      { a: original, b: { ...auto, startsAtMs: 1000 } },
    ]) {
      const { net, outcomes, hosts } = meet({ seed: 1, trace: "full", ...sides });
      expect([outcomes.a.connectedAt, outcomes.b.connectedAt]).not.toContain(null);
      const theirs = sides.a === original ? hosts.a.name : hosts.b.name;
      const delivered = net.trace
        .filter((fate) => fate.type === "delivered" && fate.node === theirs)
        .map(({ id }) => id);
      for (const fate of net.trace) {
        if (fate.type === "sent" && delivered.includes(fate.id) && v2.isFrame(fate.bytes)) heard.push(fate.node);
      }
    }
    expect(heard).toEqual([]);
  });

  test("meets one of ours that speaks v1 alone", () => {
    for (const [first, second] of [
      [auto, ourV1],
      [ourV1, auto],
    ] as const) {
      for (const { startsAtMs, tookMs, protocols } of outcomesOf(first, second)) {
        expect(tookMs, `${startsAtMs} ms apart`).toBeLessThanOrEqual(450);
        expect(protocols).toEqual(["v1", "v1"]);
      }
    }
  });

  test("works with the original's control by v1, from 300 ms on", () => {
    for (const { startsAtMs, tookMs, protocols } of outcomesOf(auto, auto, { control: "original" })) {
      // The original's control tells nobody who waits; ours ask every second.
      expect(tookMs, `${startsAtMs} ms apart`).toBeLessThanOrEqual(1700);
      expect(protocols).toEqual(["v1", "v1"]);
    }
  });

  test("works with a control that has the control key alone, by v2", () => {
    for (const { tookMs, protocols } of outcomesOf(auto, auto, { controlSecret: "control key" })) {
      expect(tookMs).toBeLessThanOrEqual(152);
      expect(protocols).toEqual(["v2", "v2"]);
    }
  });

  test("hears its partner's application by either protocol", () => {
    const late = { startsAtMs: 1000 };
    expect(talk(meet({ seed: 1, a: auto, b: { ...auto, ...late } }))).toBe(true);
    expect(talk(meet({ seed: 1, a: auto, b: { ...ourV1, ...late } }))).toBe(true);
  });

  test("loses a third of all datagrams and still meets whoever is there", () => {
    const link = { latencyMs: 25, jitterMs: 5, loss: 0.3 };
    for (const [name, first, second] of [
      ["auto", auto, auto],
      ["ours of v1", auto, ourV1],
      ["the session", session, auto],
    ] as const) {
      const failing = Array.from({ length: 200 }, (_, seed) => seed).filter((seed) => {
        const meeting = meet({ seed, link, a: first, b: { ...second, startsAtMs: (seed * 37) % 3000 } });
        return meeting.tookMs === null;
      });
      expect(failing, `auto and ${name}`).toEqual([]);
    }
  });
});

describe("a session, or --protocol v2", () => {
  test.each([
    ["the original's control", { control: "original" as Drill, a: session, b: { ...session, startsAtMs: 1000 } }],
    ["the original's peer", { a: session, b: { ...original, startsAtMs: 1000 } }],
    [
      "a named session and the original's control",
      { control: "original" as Drill, a: { ...session, session: "x" }, b: session },
    ],
  ])("never falls back to v1: %s", (_name, sides) => {
    const { net, outcomes } = meet({ seed: 1, trace: "full", limitMs: 10_000, ...sides });
    expect(outcomes.a.connectedAt).toBeNull();
    const words = net.trace.filter((fate) => fate.type === "sent" && fate.node === "a" && !v2.isFrame(fate.bytes));
    expect(words).toEqual([]);
  });
});
