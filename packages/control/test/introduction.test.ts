import { expect, test } from "vitest";
import { A, A2, B, B2, Desk, UNLIMITED } from "./desk.js";

test("an announce is not answered while its partner is unknown", () => {
  const desk = new Desk();
  for (let ms = 0; ms < 500; ms += 100) desk.until(ms).announce("a", A);
  desk.until(60_000);
  expect(desk.takeSent()).toEqual([]);
});

test("the second of a pair is answered at once, the first told at once, and both again 500, 1500 and 3500 ms later", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.until(20_000).announce("b", B);
  desk.until(80_000);
  expect(desk.takeSent()).toEqual([
    `20000 i|a|${A} -> ${B}`,
    `20000 i|b|${B} -> ${A}`,
    `20500 i|b|${B} -> ${A}`,
    `20500 i|a|${A} -> ${B}`,
    `21500 i|b|${B} -> ${A}`,
    `21500 i|a|${A} -> ${B}`,
    `23500 i|b|${B} -> ${A}`,
    `23500 i|a|${A} -> ${B}`,
  ]);
});

test("all thirteen pairs are served side by side, and slots of different pairs never meet", () => {
  const desk = new Desk();
  const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
  for (const [i, slot] of letters.entries()) desk.announce(slot, `203.0.113.${i + 1}:5000`);
  expect(desk.takeSent()).toEqual(
    letters.flatMap((slot, i) => {
      if (i % 2 === 0) return [];
      const before = `203.0.113.${i}:5000`;
      const own = `203.0.113.${i + 1}:5000`;
      return [`0 i|${letters[i - 1]}|${before} -> ${own}`, `0 i|${slot}|${own} -> ${before}`];
    }),
  );
});

test("a peer that asks again within 150 ms is not answered twice, as it may be about to hear the first answer", () => {
  const desk = new Desk();
  desk.announce("a", A);
  for (let ms = 0; ms < 500; ms += 100) desk.until(1000 + ms).announce("b", B);
  expect(desk.takeSent().filter((line) => line.endsWith(B))).toEqual([
    `1000 i|a|${A} -> ${B}`,
    `1200 i|a|${A} -> ${B}`,
    `1400 i|a|${A} -> ${B}`,
  ]);
});

test("a peer that asked too soon and then fell silent is told half a second after the last time", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.announce("b", B);
  // All repeats are made: nothing but its asking is a reason to tell it again.
  desk.until(3550);
  desk.takeSent();
  desk.announce("b", B);
  expect(desk.takeSent()).toEqual([]);
  desk.until(4000);
  expect(desk.takeSent()).toEqual([`4000 i|a|${A} -> ${B}`]);
});

test("repeats wait until both of a pair have been quiet for 300 ms", () => {
  const desk = new Desk();
  desk.announce("a", A);
  for (let ms = 0; ms <= 400; ms += 100) desk.until(1000 + ms).announce("b", B);
  desk.takeSent();
  desk.until(1699);
  expect(desk.takeSent()).toEqual([]);
  desk.until(1700);
  expect(desk.takeSent()).toEqual([`1700 i|b|${B} -> ${A}`]);
});

test("an answer takes the place of a repeat: a waiting peer that asks after the push is not told twice", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.until(1000).announce("b", B);
  desk.until(1450).announce("a", A);
  desk.takeSent();
  desk.until(20_000);
  expect(desk.takeSent().filter((line) => line.endsWith(`-> ${A}`))).toEqual([
    // 1000 ms after the answer, as the second repeat comes that long after the first.
    `2450 i|b|${B} -> ${A}`,
    `4450 i|b|${B} -> ${A}`,
  ]);
});

test("a partner that still asks earns the waiting one another push, not sooner than 500 ms after the last", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.until(1000).announce("b", B);
  desk.until(10_000);
  desk.takeSent();
  for (const ms of [10_000, 10_300, 10_600]) desk.until(ms).announce("b", B);
  expect(desk.takeSent().filter((line) => line.endsWith(`-> ${A}`))).toEqual([
    `10000 i|b|${B} -> ${A}`,
    `10600 i|b|${B} -> ${A}`,
  ]);
});

test("a peer that moves is answered at once, and its partner is told the new address at once", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.announce("b", B);
  desk.takeSent();
  desk.until(50).announce("b", B2);
  desk.until(60).announce("a", A2);
  expect(desk.takeSent()).toEqual([
    `50 i|a|${A} -> ${B2}`,
    `50 i|b|${B2} -> ${A}`,
    `60 i|b|${B2} -> ${A2}`,
    `60 i|a|${A2} -> ${B2}`,
  ]);
});

test("after a move nothing goes to the old address any more", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.announce("b", B);
  desk.announce("b", B2);
  desk.takeSent();
  desk.until(20_000);
  expect(desk.takeSent().filter((line) => line.includes(B))).toEqual([]);
});

test("IPv6 peers are told in brackets, and families mix", () => {
  const desk = new Desk();
  desk.announce("c", "[2001:db8::7]:5000");
  desk.announce("d", B);
  expect(desk.takeSent()).toEqual([`0 i|c|[2001:db8::7]:5000 -> ${B}`, `0 i|d|${B} -> [2001:db8::7]:5000`]);
});

test("answers and pushes leave from the socket where the slot was heard last", () => {
  const desk = new Desk({ budgets: UNLIMITED });
  desk.announce("a", A, 2);
  desk.announce("b", B, 1);
  expect(desk.takeSent()).toEqual([`0 i|a|${A} -> ${B} from socket 1`, `0 i|b|${B} -> ${A} from socket 2`]);
  desk.until(10_000).announce("a", A, 3);
  expect(desk.takeSent().at(-2)).toBe(`10000 i|b|${B} -> ${A} from socket 3`);
});

test("two slots of a pair on one address and port are answered as by the original, but nothing is pushed to it", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.announce("b", A);
  desk.until(1000).announce("a", A);
  desk.until(20_000);
  expect(desk.takeSent()).toEqual([`0 i|a|${A} -> ${A}`, `1000 i|b|${A} -> ${A}`]);
});

test("a slot is forgotten 90 s after its last announce, and its partner waits again", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.announce("b", B);
  for (const ms of [30_500, 61_000, 91_500]) desk.until(ms).announce("b", B);
  desk.takeEvents();
  expect([desk.phaseOf("a"), desk.phaseOf("b")]).toEqual(["unknown", "waiting"]);
  expect(desk.core.stats(desk.now).expired).toBe(1);
  desk.takeSent();
  desk.until(92_000).announce("b", B);
  expect(desk.takeSent()).toEqual([]);
});

test("a slot is forgotten in time even where the driver's timer is late", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.now = 90_000;
  desk.announce("b", B);
  expect(desk.takeSent()).toEqual([]);
  expect(desk.takeEvents().map(({ type }) => type)).toEqual(["announced", "expired", "announced"]);
});

test("who announces every 30.5 s, as the original does, stays, even when two announces in a row are lost", () => {
  const desk = new Desk();
  desk.announce("a", A);
  desk.until(89_999).announce("a", A);
  desk.until(89_999 + 89_999);
  expect(desk.phaseOf("a")).toBe("waiting");
});

test("nobody is told anything of a forgotten partner, repeats included", () => {
  const desk = new Desk();
  desk.announce("a", A);
  // Its repeats would be due after a's end.
  desk.until(89_900).announce("b", B);
  desk.until(90_000);
  desk.takeSent();
  desk.until(120_000);
  expect(desk.takeSent()).toEqual([]);
});

test("events tell who came, moved, met, was told unasked and left; an answer makes none", () => {
  const desk = new Desk();
  desk.announce("b", B);
  desk.announce("a", A);
  desk.until(20_000).announce("a", A);
  desk.announce("a", A2);
  expect(desk.takeEvents()).toEqual([
    { type: "announced", slot: "b", endpoint: { address: "203.0.113.2", port: 5000 }, previous: null },
    { type: "announced", slot: "a", endpoint: { address: "203.0.113.1", port: 5000 }, previous: null },
    {
      type: "introduced",
      slots: ["a", "b"],
      endpoints: [
        { address: "203.0.113.1", port: 5000 },
        { address: "203.0.113.2", port: 5000 },
      ],
    },
    { type: "pushed", slot: "b", endpoint: { address: "203.0.113.2", port: 5000 } },
    ...["a", "b", "a", "b", "a", "b", "b"].map((slot) => ({
      type: "pushed",
      slot,
      endpoint: { address: slot === "a" ? "203.0.113.1" : "203.0.113.2", port: 5000 },
    })),
    {
      type: "announced",
      slot: "a",
      endpoint: { address: "203.0.113.1", port: 6000 },
      previous: { address: "203.0.113.1", port: 5000 },
    },
    {
      type: "introduced",
      slots: ["a", "b"],
      endpoints: [
        { address: "203.0.113.1", port: 6000 },
        { address: "203.0.113.2", port: 5000 },
      ],
    },
    { type: "pushed", slot: "b", endpoint: { address: "203.0.113.2", port: 5000 } },
  ]);
});

test("the deadline says why, and an early wake changes nothing", () => {
  const desk = new Desk();
  expect(desk.core.deadline).toBeNull();
  desk.announce("a", A);
  expect(desk.core.deadline).toEqual({ at: 90_000, why: "slot a: expiry" });
  desk.announce("b", B);
  expect(desk.core.deadline).toEqual({ at: 500, why: "slot b: repeat 1/3" });
  const { deadline } = desk.core;
  desk.now = 499;
  expect(desk.feed({ type: "wake" })).toEqual([]);
  expect(desk.core.deadline).toBe(deadline);
});
