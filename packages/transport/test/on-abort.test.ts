import { expect, onTestFinished, test } from "vitest";
import { onAbort } from "../src/index.js";

test("a hundred may wait for one signal: each is called once, node warns of nothing, and who forgets is not called", async () => {
  const warnings: Error[] = [];
  const see = (warning: Error) => warnings.push(warning);
  process.on("warning", see);
  onTestFinished(() => void process.off("warning", see));
  const controller = new AbortController();
  const called: number[] = [];
  const forgets = Array.from({ length: 100 }, (_, index) => onAbort(controller.signal, () => called.push(index)));
  for (const forget of forgets.slice(0, 50)) forget();
  controller.abort();
  controller.abort();
  await new Promise(setImmediate);
  expect(called).toEqual(Array.from({ length: 50 }, (_, index) => index + 50));
  expect(warnings).toEqual([]);
});

test("one that is called may forget another, which is not called then", () => {
  const controller = new AbortController();
  const called: string[] = [];
  onAbort(controller.signal, () => {
    called.push("first");
    forgetSecond();
  });
  const forgetSecond = onAbort(controller.signal, () => called.push("second"));
  controller.abort();
  expect(called).toEqual(["first"]);
});
