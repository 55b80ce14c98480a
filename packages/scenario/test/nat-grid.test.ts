import { type NatKind, natKinds, natPresets, type PortAllocation } from "@netpunch/simnet";
import { describe, expect, test } from "vitest";
import { canMeet, meet, type Place, talk } from "../src/index.js";

/** The limit of a pair that cannot meet: both have drilled in vain many times over. */
const IN_VAIN_MS = 20_000;

/** Whether both connect, and then hear each other's application. */
function meets(a: Place, b: Place, startsAtMs: number): boolean {
  const hold = { afterwards: "hold" } as const;
  const sides = { a: { place: a, ...hold }, b: { place: b, startsAtMs, ...hold } };
  return talk(meet({ seed: 7, ...sides, limitMs: IN_VAIN_MS }));
}

const allocations: PortAllocation[] = ["preserving", "random", { sequential: 1 }];
const pairs: [NatKind, NatKind][] = natKinds.flatMap((a) => natKinds.map((b): [NatKind, NatKind] => [a, b]));

describe.each(allocations)("NATs that allocate ports %j", (allocation) => {
  test("every pair of mapping and filtering has the outcome that v1 can reach, whoever starts first", () => {
    const wrong: string[] = [];
    for (const [a, b] of pairs) {
      for (const startsAtMs of [0, 5000]) {
        const met = meets({ ...a, allocation }, { ...b, allocation }, startsAtMs);
        if (met !== canMeet(a, b)) wrong.push(`${a.name} | ${b.name}: ${met}, expected ${canMeet(a, b)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

test("v1 gets through 42 of the 81 pairs", () => {
  expect(pairs.filter(([a, b]) => canMeet(a, b))).toHaveLength(42);
});

describe("places that people know", () => {
  const { fullCone, portRestricted, symmetric, restrictedCone } = natPresets;
  test.each([
    ["two home routers", portRestricted, portRestricted, true],
    ["a home router and a full cone", portRestricted, fullCone, true],
    ["a symmetric NAT and a restricted cone", symmetric, restrictedCone, true],
    ["a symmetric NAT and the public internet", symmetric, "public", true],
    ["two hosts behind firewalls", "firewall", "firewall", true],
    ["a symmetric NAT and a firewall", symmetric, "firewall", false],
    ["a symmetric NAT and a home router", symmetric, portRestricted, false],
    ["two symmetric NATs", symmetric, symmetric, false],
    ["a network that blocks UDP and the public internet", "blocked", "public", false],
  ] as const)("%s: %s and %s", (_name, a, b, expected) => {
    expect(meets(a, b, 1000)).toBe(expected);
    expect(meets(b, a, 1000)).toBe(expected);
  });

  test("two hosts behind one NAT meet if it hairpins, and not if it does not", () => {
    const together = (hairpin: "on" | "off") =>
      meet({
        seed: 4,
        shared: { ...portRestricted, hairpin },
        a: { place: "shared" },
        b: { place: "shared" },
        limitMs: IN_VAIN_MS,
      });
    expect(together("on").tookMs).not.toBeNull();
    expect(together("off").tookMs).toBeNull();
  });
});
