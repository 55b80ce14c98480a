import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { createLive } from "../server/live.js";
import { openSite, type Site } from "../server/site.js";
import { LAUNCH } from "./browser.js";

/** chosen: for machines that do much else at the same time. */
const PATIENCE_MS = 90_000;

const root = join(import.meta.dirname, "..");

interface PageOptions {
  readonly motion?: "reduce" | "no-preference";
  readonly width?: number;
}

/** The built page in a browser, and all that went wrong in it. */
export class Stand {
  readonly site: Site;
  readonly browser: Browser;
  /** What pages wrote to their consoles as errors or warnings, threw, or failed to load. */
  readonly complaints: string[] = [];
  readonly #pages = new Map<string, Page>();

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

  /** A page of a person without motion unless told otherwise: at its end at once, and still. One of a kind is enough. */
  async page(query: string, { motion = "reduce", width = 1400 }: PageOptions = {}): Promise<Page> {
    const kind = `${motion} ${width}`;
    const page = this.#pages.get(kind) ?? (await this.#open({ motion, width }));
    this.#pages.set(kind, page);
    await page.goto(`${this.site.url}?${query}`);
    await page.getByTestId("verdict").or(page.getByRole("status").first()).first().waitFor();
    return page;
  }

  async #open({ motion, width }: Required<PageOptions>): Promise<Page> {
    const context = await this.browser.newContext({ reducedMotion: motion, viewport: { width, height: 900 } });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText;
      // What Chromium says of a streamed answer that was read to its end, and of what a page left behind.
      if (reason !== "net::ERR_ABORTED") this.complaints.push(`${page.url()}: ${request.url()} failed: ${reason}`);
    });
    return page;
  }

  /** A page that goes on playing, or computing, would slow the next test down. */
  async rest(): Promise<void> {
    await Promise.all([...this.#pages.values()].map((page) => page.goto("about:blank")));
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
    const nodes = [...document.querySelectorAll(".scene .node")].map((element) => element.getAttribute("class"));
    const flying = document.querySelector<HTMLCanvasElement>("canvas.flight")?.toDataURL();
    return [...texts, ...nodes, flying].join("\n");
  });
}

/** Chooses where both peers stand; returns the verdict's headline. */
export function headlineBetween(page: Page, places: Readonly<Record<"a" | "b", string>>): Promise<string | null> {
  // By hand: a user's click with all that comes before it takes ten times as long as the run.
  return page.evaluate(async ({ a, b }) => {
    for (const [side, place] of [
      ["a", a],
      ["b", b],
    ]) {
      const select = document.querySelector<HTMLSelectElement>(`#place-${side}`);
      if (select === null || select.value === place) continue;
      select.value = place ?? "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve));
    }
    return document.querySelector(".verdict .headline")?.textContent ?? null;
  }, places);
}
