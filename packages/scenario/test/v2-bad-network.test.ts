import { describe, expect, test } from "vitest";
import { meet } from "../src/index.js";
import { ROUGH_LINKS } from "./rough-links.js";
import { pairOf, seeds } from "./seeds.js";

describe("a bad network", () => {
  const allOfIt = { latencyMs: 25, jitterMs: 500, loss: 0.1, duplicate: 0.1, reorder: 0.1, reorderMs: 300 };
  test.each([...ROUGH_LINKS, ["all of it", allOfIt, 300] as const])(
    "%s: both ends connect within 10 s in 99.9 %% of seeds",
    (_name, link, count) => {
      const failing = seeds(count)
        .map((seed) => ({ seed, tookMs: meet({ seed, link, ...pairOf(seed) }).tookMs }))
        .filter(({ tookMs }) => tookMs === null || tookMs > 10_000);
      expect(failing.length, JSON.stringify(failing)).toBeLessThanOrEqual(count / 1000);
    },
  );
});

test("no side takes for sure what the other is not sure of, in 10,000 seeds at 10 to 50 % loss, ports handed over at once", {
  timeout: 300_000,
}, () => {
  const onesided = seeds(10_000).flatMap((seed) => {
    const link = { latencyMs: 25, jitterMs: 5, loss: 0.1 + (seed % 5) / 10 };
    // They start together: it is the end that is looked at.
    const { outcomes } = meet({ seed, link, ...pairOf(seed, seed % 1000) });
    const isOneSided = (outcomes.a.confirmedAt === null) !== (outcomes.b.confirmedAt === null);
    return isOneSided ? [`seed ${seed}: ${JSON.stringify(outcomes)}`] : [];
  });
  expect(onesided).toEqual([]);
});
