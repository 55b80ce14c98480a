import { expect, test } from "vitest";
import { A, B } from "./desk.js";
import { SessionDesk, ToyRun } from "./session-desk.js";

test("two runs prove their addresses and are told of each other, and when both have said that they know it is quiet", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: A }).join();
  expect(desk.takeLines()).toEqual([
    `0 challenge 1 -> ${A}`,
    `0 answer 1 waiting -> ${A}`,
    `0 answer 1 waiting -> ${A}`,
  ]);
  desk.until(10_000);
  new ToyRun(desk, { name: "bob", from: B }).join();
  expect(desk.takeLines()).toEqual([
    `10000 challenge 1 -> ${B}`,
    `10000 answer 1 present ann -> ${B}`,
    `10000 push 2 present bob -> ${A}`,
    `10000 answer 1 present -> ${B}`,
  ]);
  desk.until(10_050);
  ann.ackPush = 2;
  ann.announce();
  desk.until(30_000);
  expect(desk.takeLines()).toEqual([`10050 answer 2 present -> ${A}`]);
});

test("a push is repeated at 100, 200, 400, 800 ms, every 500 ms for 10 s, then every 5 s until it is acknowledged", () => {
  const desk = new SessionDesk();
  const ann = new ToyRun(desk, { name: "ann", from: A }).join();
  const bob = new ToyRun(desk, { name: "bob", from: B }).join();
  const times = (ms: number) => {
    desk.until(ms);
    return desk.sent
      .splice(0)
      .filter(({ to }) => to === A)
      .map(({ at }) => at);
  };
  desk.sent.splice(0);
  expect(times(3_000)).toEqual([100, 200, 400, 800, 1300, 1800, 2300, 2800]);
  expect(times(9_800).at(-1)).toBe(9_800);
  bob.announce();
  expect(times(30_000)).toEqual([14_800, 19_800, 24_800, 29_800]);
  ann.ackPush = 2;
  ann.announce();
  desk.sent.splice(0);
  expect(times(50_000)).toEqual([]);
});
