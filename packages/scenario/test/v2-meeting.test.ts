import { natPresets } from "@netpunch/simnet";
import { describe, expect, test } from "vitest";
import { meet, type Side, talk } from "../src/index.js";
import { HOME, offsetOf, pairOf, seeds } from "./seeds.js";

const session = { protocol: "v2", session: "home" } as const;
const open: Side = session;

describe("two peers in a session, 25 ms one way", () => {
  test("meet 150 ms after the second's first word, however long the first has waited", () => {
    // A round trip to control for the cookie, half to control, half to the waiting peer, one between the two.
    for (const startsAtMs of [100, 250, 1000, 12_345, 31_000, 60_000]) {
      const { tookMs, outcomes } = meet({ seed: startsAtMs, a: open, b: { ...open, startsAtMs } });
      expect(tookMs, `${startsAtMs} ms apart`).toBe(150);
      expect([outcomes.a.roundTripMs, outcomes.b.roundTripMs]).toEqual([50, 50]);
    }
  });

  test("behind home routers it takes the LANs' four times half a millisecond more", () => {
    // Two round trips' worth through one LAN to control, and twice through both between the peers.
    const { tookMs, holes } = meet({ seed: 1, a: HOME, b: { ...HOME, startsAtMs: 12_345 } });
    expect(tookMs).toBe(152);
    expect(holes).toEqual({
      a: { address: "203.0.113.2", port: 5000 },
      b: { address: "203.0.113.1", port: 5000 },
    });
  });

  test("at any of a thousand moments of a minute they take as long", () => {
    const slow = seeds(1000)
      .map((seed) => ({ seed, offsetMs: offsetOf(seed), tookMs: meet({ seed, ...pairOf(seed) }).tookMs }))
      .filter(({ tookMs }) => tookMs !== 152);
    expect(slow).toEqual([]);
  });

  test("started in the same moment, or in the middle of the other's first words, they are no slower", () => {
    for (let startsAtMs = 0; startsAtMs < 200; startsAtMs += 5) {
      const { tookMs } = meet({ seed: startsAtMs, a: open, b: { ...open, startsAtMs } });
      expect(tookMs, `${startsAtMs} ms apart`).toBeLessThanOrEqual(150);
      expect(tookMs).not.toBeNull();
    }
  });

  test("both know soon that the other knows: the controlling side half a round trip later, the other one after that", () => {
    const { connectedAt, outcomes } = meet({ seed: 1, a: open, b: { ...open, startsAtMs: 1000 } });
    const [first, second] = [outcomes.a, outcomes.b].toSorted(
      (one, other) => (one.connectedAt ?? 0) - (other.connectedAt ?? 0),
    );
    expect(Math.max(connectedAt.a ?? 0, connectedAt.b ?? 0)).toBe(1150);
    expect(Math.min(first?.confirmedAt ?? 0, second?.confirmedAt ?? 0)).toBe(1200);
    expect(Math.max(first?.confirmedAt ?? 0, second?.confirmedAt ?? 0)).toBe(1225);
  });

  test("an hour apart they still meet at once", () => {
    expect(meet({ seed: 2, a: HOME, b: { ...HOME, startsAtMs: 3_600_000 } }).tookMs).toBe(152);
  });
});

describe("the shortest way", () => {
  const { portRestricted, carrierGrade } = natPresets;
  const hold = { ...session, afterwards: "hold" } as const;

  test("two machines in one LAN meet over their own addresses, whether or not the router hairpins", () => {
    for (const hairpin of ["on", "off"] as const) {
      const sides = { a: { ...hold, place: "shared" }, b: { ...hold, place: "shared", startsAtMs: 500 } } as const;
      const meeting = meet({ seed: 3, shared: { ...portRestricted, hairpin }, ...sides });
      expect([meeting.outcomes.a.path, meeting.outcomes.b.path]).toEqual(["host", "host"]);
      expect(meeting.outcomes.a.roundTripMs).toBe(1);
      expect(meeting.tookMs).toBeLessThan(150);
      expect(talk(meeting)).toBe(true);
    }
  });

  test("two programs on one machine meet on it", () => {
    const sides = {
      a: { ...hold, place: portRestricted },
      b: { ...hold, place: "same host", startsAtMs: 500 },
    } as const;
    const meeting = meet({ seed: 3, ...sides });
    expect([meeting.outcomes.a.path, meeting.outcomes.b.path]).toEqual(["host", "host"]);
    expect(meeting.outcomes.a.roundTripMs).toBe(0);
    expect(talk(meeting)).toBe(true);
  });

  test("two LANs with the same private addresses: what answers there is somebody else, and nobody is taken in", () => {
    const lan = { ...portRestricted, lanPrefix: "192.168.0.0/24" };
    const meeting = meet({ seed: 3, a: { ...hold, place: lan }, b: { ...hold, place: lan, startsAtMs: 500 } });
    expect(meeting.hosts.a.addresses).toEqual(meeting.hosts.b.addresses);
    expect([meeting.outcomes.a.path, meeting.outcomes.b.path]).toEqual(["reflexive", "reflexive"]);
    expect(meeting.tookMs).toBe(152);
  });

  test("where both have IPv6, it is used, though IPv4 would do", () => {
    for (const seed of [1, 2, 3, 4]) {
      const side = { ...hold, place: portRestricted, ip: "dual stack" } as const;
      const meeting = meet({ seed, a: side, b: { ...side, startsAtMs: 500 } });
      expect(meeting.holes.a?.address).toContain(":");
      expect(meeting.holes.b?.address).toContain(":");
      expect(talk(meeting)).toBe(true);
    }
  });

  test("one side's IPv6 is no use alone, and no hindrance", () => {
    const sides = {
      a: { ...hold, place: portRestricted, ip: "dual stack" },
      b: { ...hold, place: portRestricted },
    } as const;
    const meeting = meet({ seed: 1, ...sides });
    expect(meeting.tookMs).toBeLessThanOrEqual(200);
    expect(talk(meeting)).toBe(true);
  });

  test("IPv6 with firewalls on both sides takes no longer than IPv4", () => {
    const side = { ...hold, place: "firewall", ip: "ipv6" } as const;
    const meeting = meet({ seed: 1, a: side, b: { ...side, startsAtMs: 1000 } });
    expect(meeting.tookMs).toBeLessThan(180);
    expect(talk(meeting)).toBe(true);
  });

  test("a carrier's subscriber with a router of his own and one without meet inside, hairpin or not", () => {
    for (const hairpin of ["on", "off"] as const) {
      for (const seed of [1, 2, 3, 4]) {
        const a = { ...hold, place: portRestricted, behind: "shared" } as const;
        const b = { ...hold, place: "shared", startsAtMs: 500 } as const;
        const meeting = meet({ seed, shared: { ...carrierGrade, hairpin }, a, b });
        expect([meeting.outcomes.a.path, meeting.outcomes.b.path], `hairpin ${hairpin}`).toEqual([
          "host",
          "peer-reflexive",
        ]);
        expect(talk(meeting)).toBe(true);
      }
    }
  });
});

test("whoever has another secret for the session, or for control, meets nobody", () => {
  const late = { ...HOME, startsAtMs: 1000 };
  expect(meet({ seed: 1, a: HOME, b: { ...late, secret: "Sekret" }, limitMs: 10_000 }).connectedAt).toEqual({
    a: null,
    b: null,
  });
  expect(meet({ seed: 1, a: HOME, b: { ...late, sessionSecret: "ours" }, limitMs: 10_000 }).connectedAt).toEqual({
    a: null,
    b: null,
  });
  const own = { sessionSecret: "ours" };
  expect(meet({ seed: 1, a: { ...HOME, ...own }, b: { ...late, ...own } }).tookMs).toBe(152);
});

test("control with the control key alone serves sessions as fast", () => {
  expect(meet({ seed: 1, controlSecret: "control key", a: HOME, b: { ...HOME, startsAtMs: 1000 } }).tookMs).toBe(152);
});
