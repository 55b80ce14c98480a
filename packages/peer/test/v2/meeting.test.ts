import type { NatOptions } from "@netpunch/simnet";
import { describe, expect, test } from "vitest";
import { at, type Met, meet } from "./meet.js";

/** What each side believes at the end. */
function outcome({ a, b }: Met): string {
  const of = (peer: Met["a"]) =>
    at(peer, "unconfirmed") !== null
      ? "unconfirmed"
      : at(peer, "confirmed") !== null
        ? "confirmed"
        : at(peer, "connected") !== null
          ? "connected"
          : "none";
  return `${of(a)} ${of(b)}`;
}

/** From the later start until both were connected. */
function tookMs({ a, b }: Met, startsAtMs: number): number {
  return Math.max(at(a, "connected") ?? Number.NaN, at(b, "connected") ?? Number.NaN) - startsAtMs;
}

describe("two sessions at 25 ms from each other and from control", () => {
  // A round trip to control for the cookie, half of one to control and half to the partner, one between the two.
  test.each([0, 1, 30, 75, 1000, 29_999, 60_000])(
    "meet in 150 ms, the second one starting %i ms later",
    (startsAtMs) => {
      const met = meet({ seed: 1, place: "public", startsAtMs });
      expect(tookMs(met, startsAtMs)).toBe(150);
      expect(outcome(met)).toBe("confirmed confirmed");
    },
  );

  test("need this many datagrams, and no more", () => {
    const met = meet({ seed: 1, place: "public", startsAtMs: 1000 });
    expect(met.said).toEqual({
      a: [
        "0 announce",
        "50 announce",
        "1100 announce",
        "1100 ping",
        "1125 pong",
        "1150 confirm",
        "1175 confirm",
        "1225 confirm",
      ],
      b: [
        ...["1000 announce", "1050 announce", "1100 announce", "1100 ping", "1125 pong"],
        ...["1125 nominate", "1150 nominate", "1200 nominate"],
        ...Array.from({ length: 16 }, (_, i) => `${1200 + 7 * i} done`),
      ],
    });
  });

  test.each([
    ["port-restricted", {}],
    ["full cone", { filtering: "endpoint-independent" }],
    ["hairpinning", { hairpin: "on" }],
  ] as const satisfies readonly (readonly [string, NatOptions])[])(
    "behind %s NATs take their LANs' time more",
    (_name, place) => {
      const met = meet({ seed: 1, place, startsAtMs: 500 });
      expect(tookMs(met, 500)).toBe(152);
    },
  );
});

test("30 % lost each way: both connected within 10 s in each of 500 seeds, and each proved to the other", () => {
  const late: number[] = [];
  for (let seed = 1; seed <= 500; seed++) {
    const startsAtMs = (seed * 7919) % 5000;
    const met = meet({ seed, place: {}, startsAtMs, link: { latencyMs: 25, loss: 0.3 } });
    if (!(tookMs(met, startsAtMs) <= 10_000)) late.push(seed);
    if (/unconfirmed|none/.test(outcome(met))) late.push(seed);
  }
  expect(late.length, `seeds ${late}`).toBe(0);
});

test("50 % lost each way: whoever is confirmed has a partner that is connected, in each of 1,000 seeds", () => {
  const oneSided: string[] = [];
  for (let seed = 5001; seed <= 6000; seed++) {
    const met = meet({ seed, place: {}, startsAtMs: seed % 500, link: { latencyMs: 25, loss: 0.5 } });
    const said = outcome(met);
    if (/^confirmed (none|unconfirmed)|(none|unconfirmed) confirmed$/.test(said)) oneSided.push(`${seed}: ${said}`);
  }
  expect(oneSided).toEqual([]);
});
