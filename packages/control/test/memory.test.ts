import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { announce, Desk, UNLIMITED } from "./desk.js";

test("200,000 forged sources leave the memory as it was", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
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
