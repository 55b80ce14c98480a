import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue, type Timer } from "../src/event-queue.js";
import { Random } from "../src/random.js";

test("events come out by time, equals in the order of planning, and what was cancelled never", () => {
  const plan = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 9 }), cancels: fc.option(fc.nat(99), { nil: null }) }),
    { maxLength: 100 },
  );
  fc.assert(
    fc.property(plan, (steps) => {
      const queue = new EventQueue();
      const timers: Timer[] = [];
      const cancelled = new Set<number>();
      const seen: number[] = [];
      for (const [i, { at, cancels }] of steps.entries()) {
        timers.push(queue.push(at, () => seen.push(i)));
        const victim = cancels === null ? undefined : timers[cancels];
        if (cancels === null || victim === undefined) continue;
        queue.cancel(victim);
        cancelled.add(cancels);
      }
      expect(queue.size).toBe(steps.length - cancelled.size);
      for (let next = queue.pop(); next !== null; next = queue.pop()) next();
      const wanted = steps.map(({ at }, i) => ({ at, i })).filter(({ i }) => !cancelled.has(i));
      expect(seen).toEqual(wanted.sort((a, b) => a.at - b.at || a.i - b.i).map(({ i }) => i));
      expect(queue.nextAt).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});

test("cancelling what has happened takes nothing else back", () => {
  const queue = new EventQueue();
  const first = queue.push(1, () => {});
  queue.push(2, () => {});
  queue.pop();
  queue.cancel(first);
  expect(queue.nextAt).toBe(2);
});

test("a stream of random numbers is even, and unrelated to its neighbours' streams", () => {
  const counts = new Array<number>(10).fill(0);
  let together = 0;
  const [one, two] = [new Random(1, "link a outbound"), new Random(1, "link a inbound")];
  for (let i = 0; i < 100_000; i++) {
    const draw = one.below(10);
    counts[draw] = (counts[draw] ?? 0) + 1;
    if (draw === two.below(10)) together++;
  }
  // Four standard deviations of 100,000 draws with p = 0.1 are 380.
  for (const count of [...counts, together]) expect(Math.abs(count - 10_000)).toBeLessThan(380);
});

test("certain outcomes draw nothing", () => {
  const [drawn, spared] = [new Random("seed", "x"), new Random("seed", "x")];
  expect([spared.chance(0), spared.chance(1)]).toEqual([false, true]);
  expect(spared.next()).toBe(drawn.next());
});
