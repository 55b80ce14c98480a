import { expect, onTestFinished, test, vi } from "vitest";
import { WakeTimer } from "../src/node/wake-timer.js";

function timer() {
  const fired: number[] = [];
  const waiting: (() => void)[] = [];
  const wake = new WakeTimer(() => {
    fired.push(performance.now());
    for (const go of waiting.splice(0)) go();
  });
  onTestFinished(() => wake.clear());
  return { wake, fired, next: () => new Promise<void>((go) => waiting.push(go)) };
}

test("a deadline that moves later with every datagram costs one timer", async () => {
  const setTimeout = vi.spyOn(globalThis, "setTimeout");
  onTestFinished(() => setTimeout.mockRestore());
  const { wake, fired, next } = timer();
  const start = performance.now();
  for (let i = 0; i <= 1000; i += 1) wake.set(start + 20 + i / 50);
  expect(setTimeout).toHaveBeenCalledTimes(1);
  await next();
  expect(fired[0]).toBeGreaterThanOrEqual(start + 40);
});

test("a deadline that moves nearer is met", async () => {
  const { wake, fired, next } = timer();
  const start = performance.now();
  wake.set(start + 600_000);
  wake.set(start + 10);
  await next();
  expect(fired).toHaveLength(1);
  expect((fired[0] ?? 0) - start).toBeLessThan(60_000);
});

test("a deadline months away does not overflow the timer into firing at once", async () => {
  const [far, near] = [timer(), timer()];
  const now = performance.now();
  far.wake.set(now + 2 ** 31 + 60_000);
  near.wake.set(now + 25);
  await near.next();
  expect(far.fired).toEqual([]);
});

test("without a deadline nothing fires", async () => {
  const [none, near] = [timer(), timer()];
  const now = performance.now();
  none.wake.set(now + 5);
  none.wake.set(null);
  near.wake.set(now + 25);
  await near.next();
  expect(none.fired).toEqual([]);
});
