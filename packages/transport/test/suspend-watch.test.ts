import { expect, onTestFinished, test } from "vitest";
import { createSuspendWatch, drive } from "../src/node/index.js";
import { ScriptedCore } from "./scripted-core.js";
import { ownSocket } from "./sockets.js";

/** A machine's two clocks, moved by hand from one look to the next. */
function machine() {
  const clocks = { monotonicMs: 5_000, wallMs: 1_700_000_000_000 };
  const watch = createSuspendWatch({ monotonic: () => clocks.monotonicMs, wall: () => clocks.wallMs });
  const look = (monotonicMs: number, wallMs: number) => {
    clocks.monotonicMs += monotonicMs;
    clocks.wallMs += wallMs;
    return watch.look();
  };
  look(0, 0);
  return { look, watch };
}

test.each([
  ["an awake machine", 250, 250, false],
  ["a blocked event loop", 30_000, 30_000, false],
  ["a clock that NTP slews, for an hour", 3_600_000, 3_600_000 + 900, false],
  ["a step of NTP that is small", 250, 750, false],
  ["a clock that is set back an hour", 250, 250 - 3_600_000, false],
  ["a suspend of two seconds, on Linux", 250, 2_250, true],
  ["a suspend of a weekend, on Linux", 10, 10 + 172_800_000, true],
  ["a suspend on a system whose monotonic clock goes on", 60_000, 60_000, false],
  ["a clock that is set forward an hour, which looks like a suspend", 250, 250 + 3_600_000, true],
])("%s", (_, monotonicMs, wallMs, expected) => {
  const { look } = machine();
  expect(look(250, 250)).toBe(false);
  expect(look(monotonicMs, wallMs)).toBe(expected);
  // Told once, and a later one is noticed all the same.
  expect(look(250, 250)).toBe(false);
  expect(look(250, 5_000)).toBe(true);
});

test("a driver tells its core once for each suspend, and no more when it has stopped", async () => {
  const suspends = [false, true, false, true];
  const core = new ScriptedCore();
  const watch = { everyMs: 1, look: () => suspends.shift() ?? false };
  const driver = drive(core, { sockets: [await ownSocket("127.0.0.1:0")], suspends: watch });
  onTestFinished(() => driver.stop());
  await core.told("resumed", 2);
  expect(core.inputs[0]).toEqual({ type: "start" });
  driver.stop();
  suspends.push(true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(core.count("resumed")).toBe(2);
});
