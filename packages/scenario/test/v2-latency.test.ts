import type { LinkQuality } from "@netpunch/simnet";
import { describe, expect, test } from "vitest";
import { type MeetingOptions, meet, type Side } from "../src/index.js";
import { NATS, natGrid } from "../src/nat-grid.js";
import { HOME, pairOf, seeds } from "./seeds.js";

/** One way. All of it is jitter, too: a datagram takes up to twice as long. */
const LATENCIES_MS = [0, 1, 25, 200, 550, 700, 1000, 1500, 2000, 3000, 4000, 5000] as const;

const roundTripMs = ({ latencyMs = 0, jitterMs = 0 }: LinkQuality) => 2 * (latencyMs + jitterMs);
/** Loss costs tries, and these are half a second apart at most while a meeting is young. */
const boundMs = (link: LinkQuality) => 6 * roundTripMs(link) + (link.loss ?? 0) * 30_000 + 100;

/** What is wrong with a meeting, as a line that repeats it. */
function fault(options: MeetingOptions & { readonly link: LinkQuality }): readonly string[] {
  const sent = new Map<string, number>();
  const limitMs = 20 * roundTripMs(options.link) + 60_000;
  const meeting = meet({
    ...options,
    limitMs,
    onFate: (fate) => {
      if (fate.type !== "sent" || fate.node === "control") return;
      const second = `${fate.node} ${Math.floor(fate.at / 1000)}`;
      sent.set(second, (sent.get(second) ?? 0) + 1);
    },
  });
  const { outcomes, tookMs } = meeting;
  const name = `seed ${options.seed}, ${JSON.stringify(options.link)}`;
  const rate = Math.max(...sent.values());
  const isOneSided = (outcomes.a.confirmedAt === null) !== (outcomes.b.confirmedAt === null);
  return [
    ...(tookMs === null || tookMs > boundMs(options.link) ? [`${name}: took ${tookMs} ms`] : []),
    ...(isOneSided ? [`${name}: one-sided, ${JSON.stringify(outcomes)}`] : []),
    ...(rate > 100 ? [`${name}: ${rate} datagrams in a second`] : []),
  ];
}

describe("facts that come in an unlucky order", () => {
  const open: Side = { protocol: "v2", session: "home" };

  /** Control is far, the two are near each other: so their own words may be faster than control's. */
  const near = (seed: number, jitterMs: number, loss: number, more: Partial<MeetingOptions> = {}) =>
    meet({
      seed,
      link: { latencyMs: 1 },
      a: open,
      b: { ...open, startsAtMs: seed % 3000 },
      ...more,
      prepare: (parts) => {
        const far = { latencyMs: 24.5, jitterMs, loss };
        parts.controlHost.link.set({ outbound: far, inbound: far });
        for (const host of Object.values(parts.hosts)) host.link.set({ latencyMs: 0.5, jitterMs: 0.5, loss });
        more.prepare?.(parts);
      },
    });

  test.each([1, 5, 20, 100] as const)("cost nothing, at %d ms of jitter: nobody waits for a keepalive", (jitterMs) => {
    const slow = seeds(500)
      .map((seed) => ({ seed, tookMs: near(seed, jitterMs, 0).tookMs }))
      .filter(({ tookMs }) => tookMs === null || tookMs > 3 * (51 + 2 * jitterMs));
    expect(slow).toEqual([]);
  });

  test("cost as much as the datagrams that are lost, and no keepalive", () => {
    const slow = seeds(500)
      .map((seed) => ({ seed, tookMs: near(seed, 20, 0.1).tookMs }))
      .filter(({ tookMs }) => tookMs === null || tookMs > 6000);
    expect(slow).toEqual([]);
  });

  test("also where a partner that met nobody is started again at once", () => {
    const slow = seeds(200).flatMap((seed) => {
      const againAt = 3000 + (seed % 400);
      const meeting = near(seed, 20, 0, {
        b: { ...open, startsAtMs: againAt - (seed % 97) },
        prepare: ({ net, restart }) => void net.at(againAt, () => restart("b")),
      });
      const { a, b } = meeting.outcomes;
      // A partner that was sure of the first run has its hole; it is told that another run is there.
      const told = meeting.peers.a.events.some(({ event }) => event.type === "partnerRestarted");
      const isLate = b.connectedAt === null || b.connectedAt > againAt + 1000;
      return isLate && !(told || a.unconfirmedAt !== null) ? [`seed ${seed}: ${JSON.stringify(meeting.outcomes)}`] : [];
    });
    expect(slow).toEqual([]);
  });
});

describe("at any latency", () => {
  test.each(LATENCIES_MS)(
    "%d ms one way: two home routers' peers meet in a few round trips, both sure of it",
    (latencyMs) => {
      const links = [0, latencyMs / 4, latencyMs].map((jitterMs) => ({ latencyMs, jitterMs }));
      const faults = seeds(10).flatMap((seed) => links.flatMap((link) => fault({ seed, link, ...pairOf(seed) })));
      expect(faults).toEqual([]);
    },
  );

  test.each([550, 1000, 2000, 5000] as const)(
    "%d ms one way: control's two address families do not take turns",
    (latencyMs) => {
      const faults = seeds(20).flatMap((seed) =>
        [0, latencyMs].flatMap((jitterMs) =>
          fault({ seed, ip: "dual stack", link: { latencyMs, jitterMs }, ...pairOf(seed, seed % 3000) }),
        ),
      );
      expect(faults).toEqual([]);
    },
  );

  test.each([0, 550, 2000, 5000] as const)("%d ms one way: any pair of NATs that meets at 25 ms meets", (latencyMs) => {
    const nats = Object.keys(NATS);
    const pairs = natGrid().apart.filter((pair) => "paths" in pair && nats.includes(pair.a) && nats.includes(pair.b));
    const faults = pairs.flatMap(({ a, b }, at) =>
      [0, latencyMs].flatMap((jitterMs) => {
        const side = (nat: string): Side => ({
          ...HOME,
          place: { ...NATS[nat], allocation: at % 2 ? "random" : "preserving" },
        });
        const sides = { a: side(a), b: { ...side(b), startsAtMs: (at % 3) * 1500 } };
        return fault({ seed: at, link: { latencyMs, jitterMs }, ...sides }).map((line) => `${a} | ${b}, ${line}`);
      }),
    );
    expect(faults).toEqual([]);
  });

  test("with up to 30 %% of the datagrams lost no side is sure alone, and the time is in proportion", {
    timeout: 120_000,
  }, () => {
    const faults = seeds(600).flatMap((seed) => {
      const latencyMs = LATENCIES_MS[seed % LATENCIES_MS.length] ?? 0;
      const link = { latencyMs, jitterMs: latencyMs * ((seed % 3) / 2), loss: (seed % 4) / 10 };
      return fault({ seed, link, ...pairOf(seed, seed % 1000) });
    });
    expect(faults).toEqual([]);
  });
});
