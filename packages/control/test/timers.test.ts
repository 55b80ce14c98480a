import fc from "fast-check";
import { expect, test } from "vitest";
import { Timers } from "../src/v2/timers.js";

const LENGTHS_MS = [100, 500, 5_000];
const ROWS = 8;

/** The same, by looking at all of them each time. */
class Slow {
  readonly #dueAt = new Map<number, number>();

  set(row: number, lengthMs: number, now: number): void {
    this.#dueAt.set(row, now + lengthMs);
  }

  clear(row: number): void {
    this.#dueAt.delete(row);
  }

  isSet(row: number): boolean {
    return this.#dueAt.has(row);
  }

  get nextAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#dueAt.values());
  }

  due(now: number): ReadonlySet<number> {
    return new Set([...this.#dueAt].filter(([, at]) => at <= now).map(([row]) => row));
  }
}

const row = fc.nat(ROWS - 1);
const step = fc.oneof(
  fc.record({ what: fc.constant("set" as const), row, lengthMs: fc.constantFrom(...LENGTHS_MS) }),
  fc.record({ what: fc.constant("clear" as const), row }),
  fc.record({ what: fc.constant("wait" as const), ms: fc.nat(600) }),
);

test("they are those that looking at all of them would find", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (all) => {
      const [fast, slow] = [new Timers(ROWS, LENGTHS_MS), new Slow()];
      let now = 0;
      for (const each of all) {
        if (each.what === "set") for (const timers of [fast, slow]) timers.set(each.row, each.lengthMs, now);
        if (each.what === "clear") for (const timers of [fast, slow]) timers.clear(each.row);
        if (each.what === "wait") {
          now += each.ms;
          const due = slow.due(now);
          const taken = new Set<number>();
          for (let one = fast.takeDue(now); one !== null; one = fast.takeDue(now)) taken.add(one);
          expect(taken).toEqual(due);
          for (const one of due) slow.clear(one);
          // Whoever wakes then and takes all that is due does not wake again at once.
          expect(fast.nextAt).toBeGreaterThan(now);
        }
        expect(fast.nextAt).toBeLessThanOrEqual(slow.nextAt);
        expect(fast.nextAt === Number.POSITIVE_INFINITY).toBe(slow.nextAt === Number.POSITIVE_INFINITY);
        for (let one = 0; one < ROWS; one++) expect(fast.isSet(one)).toBe(slow.isSet(one));
      }
    }),
    { numRuns: 500 },
  );
});

test("rows of one length are due in the order in which they began, at their time and not before", () => {
  const timers = new Timers(3, LENGTHS_MS);
  for (const [row, now] of [
    [2, 0],
    [0, 1],
    [1, 2],
  ] as const)
    timers.set(row, 100, now);
  timers.set(2, 100, 3);
  expect(timers.takeDue(100)).toBeNull();
  expect([timers.takeDue(103), timers.takeDue(103), timers.takeDue(103), timers.takeDue(103)]).toEqual([0, 1, 2, null]);
});

test("a deadline that was put off is looked for too early once, and then at its time", () => {
  const timers = new Timers(2, LENGTHS_MS);
  timers.set(0, 100, 0);
  timers.set(1, 100, 10);
  timers.set(0, 100, 50);
  expect(timers.nextAt).toBe(100);
  expect(timers.takeDue(100)).toBeNull();
  expect(timers.nextAt).toBe(110);
  timers.clear(0);
  expect(timers.nextAt).toBe(110);
  timers.clear(1);
  expect(timers.nextAt).toBe(Number.POSITIVE_INFINITY);
});

test("a length that was not given is misuse", () => {
  expect(() => new Timers(1, LENGTHS_MS).set(0, 200, 0)).toThrow('"lengthMs" expected one of those given, got 200');
});
