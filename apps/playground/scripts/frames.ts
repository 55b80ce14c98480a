// `pnpm --filter @netpunch/playground frames`: how many frames come in time while more than a thousand datagrams fly, and what
// each frame takes of whom.
import { loadavg } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { openSite } from "../server/site.js";
import { LAUNCH } from "../test/browser.js";
import { CROWD, CROWDED_FROM, fewestInCrowd } from "../test/crowd.js";
import { costsOf } from "./trace-costs.js";

/** 60 in a second. */
const FRAME_MS = 1000 / 60;
/** Pages are given a clock with an error of up to 0.2 ms; the next frame in which one can be late is 16.7 ms away. */
const IN_TIME_MS = FRAME_MS + 0.5;
const SPEED = "0.25";
const VIEWPORT = { width: 1400, height: 900 };

console.log(`at least ${fewestInCrowd()} datagrams fly; load of this machine ${loadavg()[0]?.toFixed(1)}`);
const site = await openSite({ root: join(import.meta.dirname, "../dist/page"), port: 0 });
const browser = await chromium.launch(LAUNCH);
try {
  report("an empty page", await intervalsOf(await browser.newPage({ viewport: VIEWPORT }), 4000));
  const page = await openCrowd(browser);
  await play(page);
  report("the crowd", await intervalsOf(page, Number.POSITIVE_INFINITY));
  await page.close();
  await trace(browser);
} finally {
  await browser.close();
  await site.close();
}

async function openCrowd(on: Browser): Promise<Page> {
  const page = await on.newPage({ viewport: VIEWPORT, reducedMotion: "no-preference" });
  await page.goto(`${site.url}?${CROWD}`);
  await page.getByLabel("Where in the run").evaluate((input: HTMLInputElement, share) => {
    input.value = String(Number(input.max) * share);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, CROWDED_FROM);
  await page.getByLabel("Speed").selectOption(SPEED);
  return page;
}

async function play(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Play", exact: true }).click();
}

/** From frame to frame, for so long, or as long as it plays. */
function intervalsOf(page: Page, forMs: number): Promise<readonly number[]> {
  return page.evaluate(async (measureMs) => {
    const button = document.querySelector(".play");
    const intervals: number[] = [];
    const start = await new Promise<number>(requestAnimationFrame);
    for (let last = start; last - start < measureMs; ) {
      const at = await new Promise<number>(requestAnimationFrame);
      if (button !== null && button.getAttribute("aria-label") !== "Pause") break;
      intervals.push(at - last);
      last = at;
    }
    return intervals;
  }, forMs);
}

function report(what: string, all: readonly number[]): void {
  const intervals = all.toSorted((a, b) => a - b);
  const percent = (limitMs: number) =>
    `${((100 * intervals.filter((each) => each <= limitMs).length) / intervals.length).toFixed(1)} %`;
  const at = (quantile: number) =>
    `${(intervals[Math.floor(quantile * intervals.length)] ?? Number.NaN).toFixed(1)} ms`;
  console.log(
    `${what}: ${intervals.length} frames, ${percent(IN_TIME_MS)} within 16.7 ms, ${percent(FRAME_MS + IN_TIME_MS)} within 33.3 ms; ` +
      `median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1 - Number.EPSILON)}`,
  );
}

/** Plays the crowd once more, with the browser writing down what it does; which slows it down, so that it counts for no interval. */
async function trace(on: Browser): Promise<void> {
  const page = await openCrowd(on);
  await on.startTracing(page, { categories: ["devtools.timeline", "toplevel", "benchmark"] });
  await play(page);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  const costs = costsOf(JSON.parse((await on.stopTracing()).toString()).traceEvents);
  console.log(`processor time for each of ${costs.frames} frames, in ms:`);
  for (const [name, ms] of costs.perFrameMs) console.log(`  ${name.padEnd(42)} ${ms.toFixed(2)}`);
}
