import { expect, test } from "vitest";
import { type Budgets, createControlCore, DEFAULT_BUDGETS } from "../src/core.js";
import { A, announce, B, Desk, SECRET, UNLIMITED } from "./desk.js";

test("the defaults", () => {
  expect(DEFAULT_BUDGETS).toEqual({
    announcesPerSlotPerSecond: 20,
    announcesPerSourcePerSecond: 100,
    announcesPerSecond: 300,
    answerSpacingMs: 150,
    pushesInARow: 8,
    pushesPerMinute: 12,
    bindings: 10_000,
    bindingsPerSource: 128,
    framesPerSourcePerSecond: 512,
    framesPerSecond: 5_000,
    challengesPerSourcePerSecond: 128,
    challengesPerSecond: 5_000,
  });
});

/** Announces in one second, spread evenly, after a first second that emptied the bucket. */
function heededInASecond(desk: Desk, say: (i: number) => void): number {
  for (let i = 0; i < 5000; i++) {
    desk.now = i / 5;
    say(i);
  }
  const before = desk.core.stats(desk.now).heeded;
  for (let i = 0; i < 5000; i++) {
    desk.now = 1000 + i / 5;
    say(i);
  }
  return desk.core.stats(desk.now).heeded - before;
}

test("a slot is heeded 20 times a second, from however many sources it is announced", () => {
  const desk = new Desk();
  expect(heededInASecond(desk, (i) => desk.announce("a", `10.0.${i % 200}.${(i >> 3) % 200}:5000`))).toBe(20);
  expect(desk.core.stats(desk.now).dropped["slot-budget"]).toBeGreaterThan(9000);
});

test("a source is heeded 100 times a second, whatever ports and slots it uses", () => {
  const desk = new Desk();
  const slots = "abcdefghijklmnopqrstuvwxyz";
  const say = (i: number) => desk.announce(slots[i % 26] ?? "a", `203.0.113.1:${5000 + (i % 26)}`);
  expect(heededInASecond(desk, say)).toBe(100);
});

test("an IPv6 source is its network of 64 bits", () => {
  const desk = new Desk({ budgets: { ...UNLIMITED, announcesPerSourcePerSecond: 100 } });
  expect(heededInASecond(desk, (i) => desk.announce("a", `[2001:db8:1:2::${(i % 5000) + 1}]:5000`))).toBe(100);
  expect(desk.announce("a", "[2001:db8:1:3::1]:5000")).not.toEqual([]);
});

test("all of them together are heeded 300 times a second", () => {
  const desk = new Desk();
  const slots = "abcdefghijklmnopqrstuvwxyz";
  expect(heededInASecond(desk, (i) => desk.announce(slots[i % 26] ?? "a", `10.0.${i % 250}.1:5000`))).toBe(300);
});

test("an announce over budget is dropped whole: it moves nothing", () => {
  const desk = new Desk();
  for (let i = 0; i < 20; i++) desk.announce("a", A);
  desk.announce("a", "203.0.113.9:5000");
  expect(desk.core.stats(0).slots).toEqual([{ slot: "a", phase: "waiting", endpoint: A, silentMs: 0 }]);
});

test("a slot is pushed to 8 times in a row, then 12 times a minute, however often its partner asks", () => {
  const desk = new Desk();
  desk.announce("a", A);
  for (let ms = 0; ms < 80_000; ms += 500) desk.until(ms).announce("b", B);
  const pushes = desk.takeSent().filter((line) => line.endsWith(`-> ${A}`));
  // Eight, and one for each 5 s of the 80.
  expect(pushes.length).toBe(8 + 15);
  expect(desk.core.stats(desk.now).withheld).toBeGreaterThan(100);
});

test("a slot that a replay moves to and fro makes no more than that of it", () => {
  const desk = new Desk();
  desk.announce("b", B);
  for (let ms = 0; ms < 60_000; ms += 10) {
    desk.until(ms).announce("a", `203.0.113.1:${5000 + (ms % 7)}`);
    if (ms % 30_000 === 0) desk.announce("b", B);
  }
  expect(desk.takeSent().filter((line) => line.endsWith(`-> ${B}`)).length).toBeLessThanOrEqual(8 + 12 + 2);
});

test("with lifted budgets every announce is answered", () => {
  const desk = new Desk({ budgets: { ...UNLIMITED, pushesInARow: 0 } });
  desk.announce("a", A);
  for (let i = 0; i < 10_000; i++) desk.announce("b", B);
  expect(desk.takeSent().length).toBe(10_000);
});

test("with pushesInARow 0 control only answers, as the original does", () => {
  const desk = new Desk({ budgets: { pushesInARow: 0 } });
  desk.announce("a", A);
  desk.announce("b", B);
  desk.until(20_000);
  expect(desk.takeSent()).toEqual([`0 i|a|${A} -> ${B}`]);
});

test("a repeated answer is the same objects: nothing is made anew for it", () => {
  const desk = new Desk({ budgets: { ...UNLIMITED, pushesInARow: 0 } });
  desk.announce("a", A);
  desk.announce("b", B);
  desk.until(10_000);
  const datagram = { socket: 0, remote: { address: "203.0.113.2", port: 5000 }, bytes: announce("b") };
  // The first of them also offers b's news to a, which is no longer due the times after.
  const [, second, third] = [10_000, 10_100, 10_200].map((now) =>
    desk.core.handle(now, { type: "datagram", datagram }),
  );
  expect(second).toHaveLength(1);
  expect(third).toBe(second);
});

const wrong: [string, Partial<Record<keyof Budgets, unknown>>, string][] = [
  [
    "a negative rate",
    { announcesPerSecond: -1 },
    '"budgets.announcesPerSecond" expected a number of at least 0.001, got -1',
  ],
  [
    "no number at all",
    { answerSpacingMs: Number.NaN },
    '"budgets.answerSpacingMs" expected a number of at least 0, got NaN',
  ],
  ["text", { pushesInARow: "8" }, '"budgets.pushesInARow" expected a number, got string'],
  ["an unknown name", { pushes: 8 } as object, '"budgets" expected announcesPerSlotPerSecond, '],
];
test.each(wrong)("%s is no budget", (_, budgets, message) => {
  expect(() => createControlCore({ secret: SECRET, budgets: budgets as Partial<Budgets> })).toThrow(message);
});
