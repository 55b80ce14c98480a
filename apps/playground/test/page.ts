import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { createLive } from "../server/live.js";
import { openSite, type Site } from "../server/site.js";
import { LAUNCH } from "./browser.js";

/** chosen: for machines that do much else at the same time. */
const PATIENCE_MS = 90_000;

const root = join(import.meta.dirname, "..");

/** The built page in a browser, and all that went wrong in it. */
export class Stand {
  readonly site: Site;
  readonly browser: Browser;
  /** What pages wrote to their consoles as errors or warnings, threw, or failed to load. */
  readonly complaints: string[] = [];

  private constructor(site: Site, browser: Browser) {
    this.site = site;
    this.browser = browser;
  }

  /** Builds the page, so that it is this code that is tested, and serves it as `pnpm playground` does. */
  static async open(outDir: string): Promise<Stand> {
    await build({
      root,
      configFile: join(root, "vite.config.ts"),
      logLevel: "error",
      build: { outDir, emptyOutDir: true },
    });
    const site = await openSite({ root: outDir, port: 0, live: createLive() });
    return new Stand(site, await chromium.launch(LAUNCH));
  }

  /** A page of a person without motion unless told otherwise: at its end at once, and still. */
  async page(
    query: string,
    { motion = "reduce", width = 1400 }: { readonly motion?: "reduce" | "no-preference"; readonly width?: number } = {},
  ): Promise<Page> {
    const context = await this.browser.newContext({ reducedMotion: motion, viewport: { width, height: 900 } });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${query}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`${query}: ${error.message}`));
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText;
      // What Chromium says of a streamed answer that was read to its end.
      if (reason !== "net::ERR_ABORTED") this.complaints.push(`${query}: ${request.url()} failed: ${reason}`);
    });
    await page.goto(`${this.site.url}?${query}`);
    await page.getByTestId("verdict").or(page.getByRole("status").first()).first().waitFor();
    return page;
  }

  async closePages(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.site.close();
  }
}

/** Moves the scrubber to a share of the film. */
export async function scrub(page: Page, share: number): Promise<void> {
  await page.getByLabel("Where in the run").evaluate((input: HTMLInputElement, to) => {
    input.value = String(Number(input.max) * to);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, share);
}

/** All that the page says of an instant. */
export function stateOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const texts = [...document.querySelectorAll(".stage, .verdict, .table, .clock")].map(
      (element) => element.textContent,
    );
    const paths = [...document.querySelectorAll(".flying path, .scene .node")].map(
      (element) => `${element.getAttribute("d")} ${element.getAttribute("class")}`,
    );
    return [...texts, ...paths].join("\n");
  });
}
