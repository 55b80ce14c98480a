import { natPresets } from "@netpunch/simnet";
import { describe, expect, test } from "vitest";
import { type MeetingOptions, meet, type Parts, runControl, type Side, talk } from "../src/index.js";
import { NATS } from "../src/nat-grid.js";
import { HOME, seeds } from "./seeds.js";

/** 15 s and a fifth more: the longest time between two keepalives. */
const KEEPALIVE_MS = 18_000;
/** What a meeting takes once control knows both: a round trip for the late one's cookie, and the rest. */
const MEET_MS = 152;
const ROUND_TRIP_MS = 50.5;
const LATE_MS = 40_000;

/** b starts 40 s after a; what happens before is the test's. */
const waiting = (seed: number, prepare: (parts: Parts) => void, more: Partial<MeetingOptions> = {}) =>
  meet({ seed, a: HOME, b: { ...HOME, startsAtMs: LATE_MS }, prepare, ...more });

describe("while a peer waits for its partner", () => {
  test("control is killed and started again: a keepalive later all is as before", () => {
    for (const seed of seeds(20)) {
      const atMs = LATE_MS - KEEPALIVE_MS - ROUND_TRIP_MS;
      const { tookMs } = waiting(seed, ({ net, control, controlHost }) => {
        net.at(atMs - 100, () => control.close());
        net.at(atMs, () => void runControl(controlHost, `${seed} again`));
      });
      expect(tookMs, `seed ${seed}`).toBe(MEET_MS);
    }
  });

  test("control is started again in the moment when the partner comes", () => {
    for (const seed of seeds(20)) {
      const { tookMs } = waiting(seed, ({ net, control, controlHost }) => {
        net.at(LATE_MS - 1, () => control.close());
        net.at(LATE_MS, () => void runControl(controlHost, `${seed} again`));
      });
      expect(tookMs, `seed ${seed}`).toBeLessThanOrEqual(KEEPALIVE_MS + ROUND_TRIP_MS + MEET_MS);
    }
  });

  test("control is away when the partner comes, and back a minute later", () => {
    const meeting = waiting(
      1,
      ({ net, control, controlHost }) => {
        net.at(5000, () => control.close());
        net.at(100_000, () => void runControl(controlHost, "again"));
      },
      { limitMs: 120_000 },
    );
    expect(meeting.tookMs).toBeGreaterThan(60_000);
    expect(meeting.tookMs).toBeLessThan(60_000 + KEEPALIVE_MS + ROUND_TRIP_MS + MEET_MS);
  });

  test("its process sleeps for ten minutes and wakes: it is back at once", () => {
    const startsAtMs = 605_000;
    const { tookMs } = meet({
      seed: 1,
      a: HOME,
      b: { ...HOME, startsAtMs },
      prepare: ({ net, peers }) => {
        net.at(3000, () => peers.a.pause());
        net.at(startsAtMs - 1000, () => peers.a.resume());
      },
    });
    expect(tookMs).toBe(MEET_MS);
  });

  test("its process sleeps through the partner's first tries", () => {
    const { tookMs } = waiting(1, ({ net, peers }) => {
      net.at(LATE_MS - 20_000, () => peers.a.pause());
      net.at(LATE_MS + 3000, () => peers.a.resume());
    });
    expect(tookMs).toBeGreaterThan(3000);
    expect(tookMs).toBeLessThan(4000);
  });

  test("it moves to another network: it is back a round trip later, as its machine tells it", () => {
    for (const seed of seeds(20)) {
      const { tookMs } = waiting(seed, ({ net, hosts }) => {
        const cafe = net.nat("café", NATS["EIM/APDF"]);
        net.at(LATE_MS - 2 * ROUND_TRIP_MS, () => hosts.a.moveTo(cafe));
      });
      expect(tookMs, `seed ${seed}`).toBeLessThanOrEqual(MEET_MS + 1);
    }
  });

  test("its NAT reboots and maps it elsewhere: it is back within a keepalive and a round trip", () => {
    const a = { ...HOME, place: { ...NATS["EIM/APDF"], allocation: "random" } } as const satisfies Side;
    for (const seed of seeds(20)) {
      const rebootedAt = (ms: number) =>
        waiting(seed, ({ net, gateways }) => net.at(ms, () => reboot(gateways.a)), { a });
      expect(rebootedAt(LATE_MS - KEEPALIVE_MS - ROUND_TRIP_MS).tookMs, `seed ${seed}`).toBe(MEET_MS);
      const { tookMs } = rebootedAt(LATE_MS - 100);
      expect(tookMs, `seed ${seed}`).toBeLessThanOrEqual(KEEPALIVE_MS + ROUND_TRIP_MS + MEET_MS);
    }
  });

  test("its network is away while the partner comes, and back ten seconds later", () => {
    for (const seed of seeds(20)) {
      const { tookMs } = waiting(seed, ({ net, hosts }) => {
        net.at(LATE_MS - 1000, () => hosts.a.link.down());
        net.at(LATE_MS + 10_000, () => hosts.a.link.up());
      });
      // Control pushes every half second for ten seconds and then every five; the partner pings as long.
      expect(tookMs, `seed ${seed}`).toBeLessThan(16_000);
    }
  });
});

function reboot(gateway: Parts["gateways"]["a"]): void {
  gateway?.reboot();
}

describe("a partner that is killed and started again", () => {
  test("while it waited, on the same port: the other one meets the new run at once", () => {
    const { tookMs } = meet({
      seed: 1,
      a: HOME,
      b: { ...HOME, startsAtMs: LATE_MS },
      prepare: ({ net, restart }) => void net.at(LATE_MS - 5000, () => restart("a")),
    });
    expect(tookMs).toBe(MEET_MS);
  });

  test("at any moment of the drill, on the same port: both have a hole soon, or are told", () => {
    for (let ms = 1000; ms < 1400; ms += 7) {
      const meeting = meet({
        seed: ms,
        a: { ...HOME, afterwards: "hold" },
        b: { ...HOME, startsAtMs: 1000, afterwards: "hold" },
        limitMs: 20_000,
        prepare: ({ net, restart }) => void net.at(ms, () => restart("b")),
      });
      const { a, b } = meeting.outcomes;
      // Both have all they need by then, and nobody was killed.
      if (meeting.net.now < ms) return;
      const name = `killed after ${ms - 1000} ms: ${JSON.stringify(meeting.outcomes)}`;
      // A partner that was confirmed keeps its hole; it is told that another run is there.
      const told = meeting.peers.a.events.some(({ event }) => event.type === "partnerRestarted");
      if (b.confirmedAt === null) expect(a.unconfirmedAt !== null || told, name).toBe(true);
      else expect(talk(meeting), name).toBe(true);
    }
  });
});

describe("a third machine that has the secret", () => {
  const hold = { ...HOME, afterwards: "hold" } as const;

  test("pushes nobody out of a session that two are in, and takes the place of one who dies", () => {
    // Two that cannot meet: they stay in the session.
    const symmetric: Side = { ...hold, place: natPresets.symmetric, relay: "never" };
    const states: string[] = [];
    const meeting = meet({
      seed: 1,
      a: symmetric,
      b: { ...symmetric, startsAtMs: 1000 },
      limitMs: 90_000,
      prepare: ({ net, join, peers }) => {
        const c = join("c", "a", { ...hold, startsAtMs: 10_000 });
        net.at(60_000, () => {
          states.push(...c.events.flatMap(({ event }) => ("state" in event ? String(event.state) : [])));
          expect(c.events.some(({ event }) => event.type === "connected")).toBe(false);
          peers.b.close();
        });
        net.at(90_000, () => {
          states.push(...c.events.flatMap(({ event }) => ("state" in event ? String(event.state) : [])));
        });
      },
    });
    expect(states).toContain("full");
    expect(states.at(-1)).toBe("present");
    // And the one that stayed is told of the newcomer.
    expect(meeting.peers.a.events.some(({ at, event }) => at > 60_000 && event.type === "candidates")).toBe(true);
  });

  test("does not disturb a pair that meets while it knocks", () => {
    const meeting = meet({
      seed: 1,
      a: hold,
      b: { ...hold, startsAtMs: 1000 },
      prepare: ({ join }) => void join("c", "a", { ...hold, startsAtMs: 1060 }),
    });
    expect(meeting.tookMs).toBe(MEET_MS);
    expect(talk(meeting)).toBe(true);
  });
});

describe("the end", () => {
  test.each(["both ways", "towards the first", "towards the second"] as const)(
    "the wire is cut %s at any moment of it: nobody is sure of a partner that has no hole",
    (way) => {
      for (let cutAtMs = 1100; cutAtMs < 1400; cutAtMs += 3) {
        for (const seed of [1, 2]) {
          const { outcomes } = meet({
            seed,
            a: HOME,
            b: { ...HOME, startsAtMs: 1000 },
            limitMs: 20_000,
            prepare: ({ net, hosts }) => {
              const lost = { loss: 1 };
              net.at(cutAtMs, () => {
                if (way === "both ways") hosts.a.link.set(lost);
                else hosts.a.link.set(way === "towards the first" ? { inbound: lost } : { outbound: lost });
              });
            },
          });
          const name = `cut at ${cutAtMs} ms, seed ${seed}: ${JSON.stringify(outcomes)}`;
          const { a, b } = outcomes;
          if (a.confirmedAt !== null) expect(b.connectedAt, name).not.toBeNull();
          if (b.confirmedAt !== null) expect(a.connectedAt, name).not.toBeNull();
        }
      }
    },
  );
});
