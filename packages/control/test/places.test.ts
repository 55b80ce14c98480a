import { v2 } from "@netpunch/wire";
import { expect, test } from "vitest";
import { A, A2, at, B } from "./desk.js";
import { pair, SessionDesk, ToyRun } from "./session-desk.js";

const C = "203.0.113.3:5000";
const D = "203.0.113.4:5000";
const SLOT = v2.FEATURES.slot;
const SECOND = v2.FEATURES.slot | v2.FEATURES.second;

/** Runs that are there and answer what they are told, until an instant. */
function live(desk: SessionDesk, runs: readonly ToyRun[], ms: number): void {
  while (desk.now < ms) {
    desk.until(Math.min(desk.now + 50, ms));
    for (const run of runs) {
      const before = run.ackPush;
      if (run.listen().ackPush !== before) run.announce();
    }
  }
}

test("a third run is told that it is full, and makes no number to acknowledge", () => {
  const { desk } = pair();
  const cat = new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  expect(desk.takeLines().filter((line) => line.endsWith(C))).toEqual([
    `1000 challenge 1 -> ${C}`,
    `1000 answer 0 full -> ${C}`,
  ]);
  expect(cat.ackPush).toBe(0);
  expect(desk.takeEvents()).toMatchObject([{ type: "full", endpoint: at(C) }]);
  expect(desk.stats).toMatchObject({ bound: 2, remembered: 1 });
  cat.announce();
  expect(desk.takeEvents(), "said once").toEqual([]);
});

test("while a third one asks, the holders are probed; those who answer are left alone until it asks again", () => {
  const { desk, ann, bob } = pair();
  const cat = new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  live(desk, [ann, bob], 6_000);
  const probes = (lines: readonly string[]) => lines.filter((line) => line.includes("push"));
  expect(probes(desk.takeLines())).toEqual([`1000 push 2 present ann -> ${B}`, `1000 push 3 present bob -> ${A}`]);
  cat.announce();
  live(desk, [ann, bob], 60_000);
  expect(probes(desk.takeLines())).toEqual([`6000 push 3 present ann -> ${B}`, `6000 push 4 present bob -> ${A}`]);
});

test("a third one never gets the place of a pair that lives, however often it asks", () => {
  const { desk, ann, bob } = pair();
  const cat = new ToyRun(desk, { name: "cat", from: C }).announce();
  for (let ms = 1_000; ms < 120_000; ms += 500) {
    live(desk, [ann, bob], ms);
    cat.announce();
  }
  expect(desk.takeEvents().map(({ type }) => type)).toEqual(["full"]);
  expect(desk.stats.bound).toBe(2);
});

test("one that asks all the time makes no more than two probes a second of it", () => {
  const { desk, ann, bob } = pair();
  const cat = new ToyRun(desk, { name: "cat", from: C }).announce();
  desk.takeLines();
  for (let ms = 1_000; ms < 6_000; ms += 50) {
    live(desk, [ann, bob], ms);
    cat.announce();
  }
  const probes = desk.takeLines().filter((line) => line.includes("push") && line.endsWith(A));
  expect(probes.length).toBeGreaterThan(8);
  expect(probes.length).toBeLessThanOrEqual(10);
});

test("a holder that leaves 20 probes unanswered, 200 ms apart, frees its place; the other one is told", () => {
  const { desk, ann } = pair();
  new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  live(desk, [ann], 4_999);
  expect(desk.takeLines().filter((line) => line.includes("push") && line.endsWith(B))).toHaveLength(20);
  expect(desk.stats.bound).toBe(2);
  desk.takeEvents();
  desk.until(5_000);
  expect(desk.takeEvents()).toMatchObject([{ type: "unbound", endpoint: at(B), why: "unanswered" }]);
  expect(desk.takeLines()).toEqual([`5000 push 4 waiting -> ${A}`]);
});

test("the one that asked gets the place that became free at its next announce", () => {
  const { desk, ann } = pair();
  const cat = new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  live(desk, [ann], 11_500);
  desk.takeLines();
  cat.announce();
  expect(desk.takeLines()).toEqual([`11500 answer 1 present ann -> ${C}`, `11500 push 5 present cat -> ${A}`]);
});

test("a holder that has not acknowledged its last news either is probed all the same", () => {
  for (const askedAt of [1_000, 1_300, 9_900, 12_000]) {
    const desk = new SessionDesk();
    const ann = new ToyRun(desk, { name: "ann", from: A }).join();
    const bob = new ToyRun(desk, { name: "bob", from: B }).join();
    desk.until(askedAt);
    ann.announce({ ackPush: 0 });
    bob.announce({ ackPush: 0 });
    new ToyRun(desk, { name: "cat", from: C }).announce().announce();
    desk.until(askedAt + 10_500);
    expect(desk.stats.bound, `asked at ${askedAt}`).toBe(0);
  }
});

test("a partner that restarts again and again does not keep the place of a run that has gone", () => {
  const { desk, ann } = pair();
  ann.bye();
  const gone = new ToyRun(desk, { name: "gone", from: D }).join();
  new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  for (let ms = 1_000; ms < 11_000; ms += 400) {
    desk.until(ms);
    new ToyRun(desk, { name: `bob ${ms}`, from: B }).join();
  }
  desk.until(11_100);
  const unbound = desk.takeEvents().filter((event) => event.type === "unbound" && event.why === "unanswered");
  expect(unbound).toMatchObject([{ endpoint: at(gone.from) }]);
});

test("a probe answered in between starts the count anew", () => {
  const { desk, ann, bob } = pair();
  const cat = new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  live(desk, [ann], 4_900);
  bob.listen().announce();
  cat.announce();
  live(desk, [ann], 20_000);
  expect(desk.stats.bound).toBe(2);
});

test("a keepalive that acknowledges nothing is no answer to a probe", () => {
  const { desk, ann, bob } = pair();
  new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  const deaf = bob.ackPush;
  for (let ms = 1_500; ms <= 12_000; ms += 500) {
    live(desk, [ann], ms);
    bob.announce({ ackPush: deaf });
  }
  expect(desk.takeEvents().slice(0, 2)).toMatchObject([{ type: "full" }, { type: "unbound", endpoint: at(B) }]);
});

test("a holder that was freed while it slept comes back with a cookie, when there is a place", () => {
  const { desk, ann, bob } = pair();
  new ToyRun(desk, { name: "cat", from: C }).announce().announce();
  live(desk, [ann], 12_000);
  desk.takeLines();
  bob.cookie = new Uint8Array(16);
  bob.announce();
  expect(desk.takeLines()).toEqual([`12000 challenge ${bob.seq} -> ${B}`]);
  bob.announce();
  expect(desk.takeLines()[0], "with a number above all that it has seen").toBe(`12000 answer 22 present ann -> ${B}`);
});

test("a restart on the same port takes its own place at once, and the partner is told once", () => {
  const { desk } = pair();
  const bob2 = new ToyRun(desk, { name: "bob2", from: B }).announce();
  desk.takeLines();
  bob2.announce();
  expect(desk.takeLines()).toEqual([`1000 answer 1 present ann -> ${B}`, `1000 push 3 present bob2 -> ${A}`]);
  expect(desk.takeEvents()).toMatchObject([
    { type: "unbound", why: "replaced" },
    { type: "bound", endpoint: at(B) },
    { type: "paired" },
  ]);
  expect(desk.stats).toMatchObject({ bound: 2, remembered: 1 });
});

test("a run alone that is restarted on the same port does not meet itself", () => {
  const desk = new SessionDesk();
  new ToyRun(desk, { name: "ann", from: A }).join();
  new ToyRun(desk, { name: "ann2", from: A }).join();
  expect(desk.takeLines().at(-1)).toBe(`0 answer 1 waiting -> ${A}`);
  expect(desk.stats).toMatchObject({ bound: 1, remembered: 1 });
});

test("a restart on another port waits until the old run is known to have gone", () => {
  const { desk, ann } = pair();
  const bob2 = new ToyRun(desk, { name: "bob2", from: "203.0.113.2:6000" }).announce();
  for (let ms = 1_000; ms <= 6_000; ms += 5_000) {
    live(desk, [ann], ms);
    bob2.announce();
  }
  const lines = desk.takeLines().filter((line) => line.includes(":6000"));
  expect(lines.map((line) => line.split(" -> ")[0])).toEqual([
    "1000 challenge 1",
    "1000 answer 0 full",
    "6000 answer 1 present ann",
  ]);
});

test("a run whose port its gateway gave to another one is not shut out: it comes back from where it is now", () => {
  const { desk, bob } = pair();
  // Ann's gateway has restarted and gives bob's new run, behind it too, ann's old port.
  new ToyRun(desk, { name: "bob2", from: A }).join();
  expect(desk.stats).toMatchObject({ bound: 2, remembered: 1 });
  bob.bye();
  desk.until(2_000);
  const ann = new ToyRun(desk, { name: "ann", from: A2 });
  ann.seq = 10;
  desk.takeLines();
  ann.announce().announce();
  expect(desk.takeLines()).toEqual([
    `2000 challenge 11 -> ${A2}`,
    `2000 answer 3 present bob2 -> ${A2}`,
    expect.stringContaining("present ann"),
  ]);
});

test("a holder that moves to its partner's address takes that one's place away, not its own", () => {
  const { desk, ann } = pair();
  ann.from = B;
  ann.announce().announce();
  expect(desk.stats).toMatchObject({ bound: 1, remembered: 1 });
  expect(desk.takeLines().at(-1)).toBe(`1000 answer 3 waiting -> ${B}`);
});

test("in the session of a pair of slots the two slots meet", () => {
  const desk = new SessionDesk();
  const session = "slots ab";
  new ToyRun(desk, { session, name: "a", from: A, features: SLOT }).join();
  new ToyRun(desk, { session, name: "b", from: B, features: SECOND }).join();
  expect(desk.takeLines()).toContain(`0 push 2 present b -> ${A}`);
});

test("two of one slot are never introduced to each other: the second is told so, and the first is probed", () => {
  const desk = new SessionDesk();
  const session = "slots ab";
  const a = new ToyRun(desk, { session, name: "a", from: A, features: SLOT }).join();
  desk.until(1_000);
  desk.takeLines();
  const other = new ToyRun(desk, { session, name: "a too", from: C, features: SLOT }).announce().announce();
  expect(desk.takeLines()).toEqual([
    `1000 challenge 1 -> ${C}`,
    `1000 answer 0 taken -> ${C}`,
    `1000 push 2 waiting -> ${A}`,
  ]);
  live(desk, [a], 3_000);
  new ToyRun(desk, { session, name: "b", from: B, features: SECOND }).join();
  expect(desk.stats.bound).toBe(2);
  other.announce();
  desk.until(20_000);
  expect(desk.sent.filter(({ to, frame }) => to === C && frame.type === "info" && frame.state !== "taken")).toEqual([]);
});

test("who has lost its place to a run that gets none itself is not shown to its partner any more", () => {
  const desk = new SessionDesk();
  const session = "slots ab";
  new ToyRun(desk, { session, name: "a", from: A, features: SLOT }).join();
  const b = new ToyRun(desk, { session, name: "b", from: B, features: SECOND }).join();
  desk.until(1_000);
  b.listen().announce();
  // At a's address now is one that takes itself for b.
  new ToyRun(desk, { session, name: "b too", from: A, features: SECOND }).announce().announce();
  const states = desk.sent.flatMap(({ to, frame }) => (to === B && frame.type === "info" ? [frame.state] : []));
  expect(states.at(-1)).toBe("waiting");
  expect(desk.stats.bound).toBe(1);
});

test("where one slot's holder has gone, the same slot elsewhere takes over, and the partner of the other slot stays", () => {
  const desk = new SessionDesk();
  const session = "slots ab";
  new ToyRun(desk, { session, name: "a", from: A, features: SLOT }).join();
  const b = new ToyRun(desk, { session, name: "b", from: B, features: SECOND }).join();
  desk.until(1_000);
  const other = new ToyRun(desk, { session, name: "a too", from: C, features: SLOT }).announce().announce();
  live(desk, [b], 11_500);
  expect(desk.takeLines().filter((line) => line.includes("push 1 present a ->") || line.endsWith(D))).toEqual([]);
  other.announce();
  expect(desk.takeLines()[0]).toBe(`11500 answer 1 present b -> ${C}`);
});

test("a run keeps the slot that it came with", () => {
  const desk = new SessionDesk();
  const session = "slots ab";
  const a = new ToyRun(desk, { session, name: "a", from: A, features: SLOT }).join();
  new ToyRun(desk, { session, name: "b", from: B, features: SECOND }).join();
  a.announce({ features: SECOND });
  const cat = new ToyRun(desk, { session, name: "b too", from: C, features: SECOND }).announce();
  desk.takeLines();
  cat.announce();
  expect(desk.takeLines()[0]).toBe(`0 answer 0 taken -> ${C}`);
});

test("unknown features are ignored", () => {
  const desk = new SessionDesk();
  new ToyRun(desk, { name: "ann", from: A, features: 0xfffffc }).join();
  new ToyRun(desk, { name: "bob", from: B, features: 0x800000 }).join();
  expect(desk.stats.bound).toBe(2);
});
