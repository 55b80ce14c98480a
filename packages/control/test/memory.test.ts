import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { announce, Desk, UNLIMITED } from "./desk.js";
import { SessionDesk, ToyRun } from "./session-desk.js";

setFlagsFromString("--expose-gc");
const collectOnce = runInNewContext("gc") as () => void;
/** Twice: the bytes of a buffer that one collection finds dead are given back beside it, and counted by the next one. */
const collect = () => {
  collectOnce();
  collectOnce();
};

test("200,000 forged sources leave the memory as it was", () => {
  const desk = new Desk({ budgets: UNLIMITED });
  const bytes = announce("a");
  const flood = (count: number, network: number) => {
    for (let i = 0; i < count; i++) {
      const remote = { address: `${network}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, port: 1 + (i % 65_535) };
      desk.core.handle(i, { type: "datagram", datagram: { socket: 0, remote, bytes } });
    }
  };
  flood(20_000, 10);
  collect();
  const before = process.memoryUsage().heapUsed;
  flood(200_000, 11);
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(500_000);
});

test("10,000 bindings of v2 take no more than the room that was set aside for them, but for their addresses' texts", () => {
  const desk = new SessionDesk({
    budgets: { bindingsPerSource: 10_000, framesPerSecond: 1e6, challengesPerSecond: 1e6 },
  });
  const fill = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const address = `10.${i >> 14}.${(i >> 7) & 127}.${i & 127}`;
      new ToyRun(desk, { session: `s${i >> 1}`, name: `${i}`, from: `${address}:5000` }).announce().announce();
      desk.sent.length = 0;
      desk.events.length = 0;
    }
  };
  fill(0, 1_000);
  collect();
  const before = process.memoryUsage();
  fill(1_000, 10_000);
  expect(desk.stats.bound).toBe(10_000);
  collect();
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000);
  expect((after.heapUsed - before.heapUsed) / 9_000, "bytes each").toBeLessThan(150);
});
