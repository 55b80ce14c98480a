import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLink, writeLink } from "../src/link/link.js";
import {
  type Choices,
  DEFAULT_CHOICES,
  DEFAULT_KNOBS,
  type Deed,
  PLACES,
  PROTOCOLS,
  type Side,
} from "../src/run/choices.js";

const DEPENDENCES = ["endpoint-independent", "address-dependent", "address-and-port-dependent"] as const;
const knobs = fc.record({
  mapping: fc.constantFrom(...DEPENDENCES),
  filtering: fc.constantFrom(...DEPENDENCES),
  allocation: fc.constantFrom("preserving", "sequential", "random"),
  hairpin: fc.constantFrom("on", "off"),
  lifetimeS: fc.integer({ min: 1, max: 3600 }),
} as const);
const side: fc.Arbitrary<Side> = fc.oneof(
  fc
    .constantFrom(...PLACES.filter((place) => place !== "custom" && place !== "same-nat"))
    .map((place) => ({ place, knobs: DEFAULT_KNOBS })),
  knobs.map((each) => ({ place: "custom" as const, knobs: each })),
);
const atMs = fc.integer({ min: 0, max: 600_000 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ type: fc.constantFrom("stop-control" as const, "start-control" as const), atMs }),
  fc.record({
    type: fc.constantFrom("reboot-nat" as const, "change-address" as const),
    side: fc.constantFrom("a" as const, "b" as const),
    atMs,
  }),
  fc.record({
    type: fc.constant("replay" as const),
    datagram: fc.integer({ min: 1, max: 9999 }),
    source: fc.constantFrom("own" as const, "forged" as const),
    atMs,
  }),
);
const choices: fc.Arbitrary<Choices> = fc.record({
  protocol: fc.constantFrom(...PROTOCOLS),
  seed: fc.integer({ min: 0, max: 999_999 }),
  a: side,
  b: side,
  bStartsAtMs: fc.integer({ min: 0, max: 120_000 }),
  latencyMs: fc.integer({ min: 0, max: 5000 }),
  jitterMs: fc.integer({ min: 0, max: 1000 }),
  loss: fc.integer({ min: 0, max: 100 }).map((percent) => percent * 0.01),
  duplicate: fc.integer({ min: 0, max: 100 }).map((percent) => percent * 0.01),
  limitS: fc.integer({ min: 1, max: 600 }),
  deeds: fc.array(deed, { maxLength: 5 }),
});

describe("a link", () => {
  it("of the default run is empty", () => {
    expect(writeLink(DEFAULT_CHOICES)).toBe("");
    expect(readLink("")).toEqual(DEFAULT_CHOICES);
  });

  it("brings back every choice", () => {
    fc.assert(
      fc.property(choices, (each) => {
        // Objects of fast-check have no prototype.
        expect(readLink(writeLink(each))).toEqual(structuredClone(each));
      }),
    );
  });

  it("takes whatever comes, and makes choices that can be run of it", () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (text) => {
        expect(readLink(writeLink(readLink(text)))).toEqual(readLink(text));
      }),
    );
  });

  it("does no more than a hundred things, however many stand in it", () => {
    const many = Array.from({ length: 3000 }, (_, index) => `forge-${index}@${index}`).join(".");
    expect(readLink(`do=${many}`).deeds).toHaveLength(100);
  });

  it("knows no number beyond its range, and puts both behind a NAT that one shares", () => {
    const { latencyMs, loss, limitS, a, b } = readLink("latency=1e9&loss=-5&limit=0&b=same-nat");
    expect([latencyMs, loss, limitS, a.place, b.place]).toEqual([5000, 0, 1, "same-nat", "same-nat"]);
  });
});
