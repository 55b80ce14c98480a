// `pnpm --filter @netpunch/playground frames [seconds]`: how many frames come in time while more than a thousand datagrams fly.
import { loadavg } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { openSite } from "../server/site.js";
import { LAUNCH } from "../test/browser.js";

/** 60 in a second. */
const FRAME_MS = 1000 / 60;
/** Where more than a thousand fly: every datagram is doubled on each of eight links, and takes seconds. */
const CROWD = "p=original&a=double-nat&b=double-nat&latency=1000&dup=100&limit=4";
const FROM_SHARE = 0.85;

interface Frame {
  readonly intervalMs: number;
  readonly dots: number;
}

const seconds = Number(process.argv[2] ?? 5);
const loadBefore = loadavg()[0] ?? 0;
const site = await openSite({ root: join(import.meta.dirname, "../dist/page"), port: 0 });
const browser = await chromium.launch(LAUNCH);
try {
  report(await framesOf(`${site.url}?${CROWD}`, seconds));
} finally {
  await browser.close();
  await site.close();
}

async function framesOf(url: string, forSeconds: number): Promise<readonly Frame[]> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, reducedMotion: "no-preference" });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel("Where in the run").evaluate((input: HTMLInputElement, share) => {
    input.value = String(Number(input.max) * share);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, FROM_SHARE);
  await page.getByLabel("Speed").selectOption("0.25");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  return await page.evaluate(async (measureMs) => {
    const paths = [...document.querySelectorAll(".flying .dots")];
    const frames: { intervalMs: number; dots: number }[] = [];
    const start = await new Promise<number>(requestAnimationFrame);
    for (let last = start; last - start < measureMs; ) {
      const at = await new Promise<number>(requestAnimationFrame);
      const dots = paths.reduce((sum, path) => sum + (path.getAttribute("d") ?? "").split("M").length - 1, 0);
      frames.push({ intervalMs: at - last, dots });
      last = at;
    }
    return frames;
  }, forSeconds * 1000);
}

function report(frames: readonly Frame[]): void {
  const crowded = frames.filter(({ dots }) => dots > 1000);
  const intervals = crowded.map(({ intervalMs }) => intervalMs).sort((a, b) => a - b);
  const share = (limitMs: number) => intervals.filter((each) => each <= limitMs).length / intervals.length;
  const at = (quantile: number) => (intervals[Math.floor(quantile * intervals.length)] ?? Number.NaN).toFixed(1);
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  console.log(
    `${crowded.length} frames with more than 1000 datagrams, of ${frames.length}; load ${loadBefore.toFixed(1)}`,
  );
  // The clock of requestAnimationFrame is in steps of 0.1 ms.
  console.log(`within 16.7 ms: ${percent(share(FRAME_MS + 0.1))}`);
  console.log(`no frame left out: ${percent(share(1.5 * FRAME_MS))}`);
  console.log(`interval: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(0.9999)} ms`);
}
