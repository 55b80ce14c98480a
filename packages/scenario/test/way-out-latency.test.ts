import { describe, expect, test } from "vitest";
import { meet } from "../src/index.js";
import { pairOf, seeds } from "./seeds.js";

/**
 * The way out is for drills in vain. Two home routers let each other through, however long that takes: answers that are still
 * under way must not be given up, and nobody may be woken for nothing meanwhile.
 */
describe("two home routers that let each other through need no way out", () => {
  const cases = [0, 25, 400, 1000, 2500, 5000].flatMap((latencyMs) =>
    [0, latencyMs].flatMap((jitterMs) => [0, 0.3].map((loss) => ({ latencyMs, jitterMs, loss }))),
  );

  test.each(cases)("$latencyMs ms one way, $jitterMs ms of jitter, loss $loss", (link) => {
    const roundTripMs = 2 * (link.latencyMs + link.jitterMs);
    const wrong = seeds(6).flatMap((seed) => {
      const { a, b } = pairOf(seed, seed % 1000);
      const { tookMs, outcomes, peers } = meet({
        seed,
        link,
        limitMs: 20 * roundTripMs + 60_000,
        a: { ...a, wayOut: "other port" },
        b: { ...b, wayOut: "other port" },
      });
      const waysOut = [...peers.a.events, ...peers.b.events].filter(({ event }) => event.type === "wayOut").length;
      const isLate = tookMs === null || tookMs > 6 * roundTripMs + link.loss * 30_000 + 100;
      const isOneSided = (outcomes.a.confirmedAt === null) !== (outcomes.b.confirmedAt === null);
      return isLate || isOneSided || waysOut > 0 ? [{ seed, tookMs, isOneSided, waysOut }] : [];
    });
    expect(wrong).toEqual([]);
  });
});
