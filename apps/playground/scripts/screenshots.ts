// `pnpm --filter @netpunch/playground screenshots [directory]`: pictures of the built page, as they stand in the READMEs.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { createLive } from "../server/live.js";
import { openSite } from "../server/site.js";
import { LAUNCH } from "../test/browser.js";

interface Picture {
  readonly name: string;
  readonly query: string;
  readonly theme: "light" | "dark";
  readonly width: number;
  readonly height: number;
  /** Lets real processes meet first. */
  readonly live?: "v1" | "v2";
  /** Where in the run, as a share of its film; null: as the page comes. */
  readonly at: number | null;
  /** What stands at the top of the picture; default: the top of the page. */
  readonly from?: string;
  /** Chooses the first datagram that this selector finds. */
  readonly choose?: string;
}

const PICTURES: readonly Picture[] = [
  { name: "run-light", query: "", theme: "light", width: 1400, height: 1000, at: 0.63 },
  { name: "run-dark", query: "b=symmetric&p=v1&limit=8", theme: "dark", width: 1400, height: 1000, at: 0.16 },
  { name: "run-phone", query: "", theme: "light", width: 390, height: 844, at: 0.6, from: ".stage" },
  {
    name: "datagrams",
    query: "loss=25&seed=6",
    theme: "light",
    width: 1400,
    height: 1000,
    at: 0.42,
    from: ".columns",
    choose: ".info[aria-label*='reaches peer a']",
  },
  { name: "live", query: "", live: "v2", theme: "dark", width: 1400, height: 1000, at: 0.62 },
  { name: "grid", query: "grid", theme: "light", width: 1400, height: 760, at: null },
];

const directory = resolve(process.argv[2] ?? join(import.meta.dirname, "../screenshots"));
const wanted = process.argv[3];
mkdirSync(directory, { recursive: true });
const site = await openSite({ root: join(import.meta.dirname, "../dist/page"), port: 0, live: createLive() });
const browser = await chromium.launch(LAUNCH);
try {
  for (const picture of PICTURES)
    if (wanted === undefined || picture.name.includes(wanted)) await take(browser, picture);
} finally {
  await browser.close();
  await site.close();
}

async function take(browser: Browser, picture: Picture): Promise<void> {
  const { name, query, live, theme, width, height, at, from, choose } = picture;
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 2, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(`${site.url}?${query}`);
  if (live !== undefined) await letMeet(page, live);
  if (at === null) await page.getByRole("status").filter({ hasNotText: "so far" }).waitFor({ timeout: 180_000 });
  else {
    const scrubber = page.getByLabel("Where in the run");
    await scrubber.evaluate((input: HTMLInputElement, share) => {
      input.value = String(Number(input.max) * share);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, at);
  }
  if (from !== undefined) await page.locator(from).evaluate((element) => element.scrollIntoView({ block: "start" }));
  if (choose !== undefined) await page.locator(`.arrow${choose}`).first().dispatchEvent("click");
  // What fades in has faded in.
  await page.waitForTimeout(600);
  await page.screenshot({ path: join(directory, `${name}.png`) });
  await context.close();
  console.log(`${name}.png`);
}

async function letMeet(page: Page, protocol: "v1" | "v2"): Promise<void> {
  await page.getByRole("button", { name: "Live on this machine" }).click();
  const start = page.getByRole("button", { name: `Let them meet by ${protocol}` });
  await start.click();
  await page.getByText("They run").waitFor({ state: "hidden", timeout: 60_000 });
}
