import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { v1 } from "@netpunch/wire";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openSite } from "../server/site.js";
import { createKeyring } from "../src/inspect/keyring.js";
import { writeLink } from "../src/link/link.js";
import { type Choices, DEFAULT_CHOICES, PLACES, type PlaceName, PROTOCOLS, withPlace } from "../src/run/choices.js";
import { simulate } from "../src/run/simulate.js";
import { dotsAt, flightsOf } from "../src/scene/dots.js";
import { layOut } from "../src/scene/layout.js";
import { messageOf } from "../src/trace/messages.js";
import { traceOf } from "../src/trace/trace-file.js";
import { judge } from "../src/verdict/verdict.js";
import { lackingBrowser } from "./browser.js";
import { CROWD, CROWDED_FROM, fewestInCrowd } from "./crowd.js";
import { headlineBetween, Stand, scrub, stateOf } from "./page.js";

const dist = mkdtempSync(join(tmpdir(), "netpunch-playground-dist-"));
let stand: Stand;

describe.skipIf(lackingBrowser() !== null)("in Chromium, the page", { timeout: 180_000 }, () => {
  beforeAll(async () => {
    stand = await Stand.open(dist);
  }, 180_000);
  afterEach(() => stand.rest());
  afterAll(async () => {
    await stand.close();
    rmSync(dist, { recursive: true });
  });

  it("plays the default run by itself, and reaches its verdict", async () => {
    const page = await stand.page("", { motion: "no-preference" });
    await page.getByText("Not connected yet").waitFor();
    await page.getByLabel("Speed").selectOption("16");
    await page.getByTestId("verdict").getByText("Connected in").waitFor({ timeout: 60_000 });
    expect(await page.getByTestId("verdict").textContent()).toContain(judge(simulate(DEFAULT_CHOICES)).headline);
  });

  const pairs = PLACES.filter((place) => place !== "custom").flatMap((a, index, all) =>
    all.slice(index).map((b): [PlaceName, PlaceName] => [a, b]),
  );

  it.each(PROTOCOLS)("gives by %s for each pair of places the verdict that simnet gives", async (protocol) => {
    const page = await stand.page(`p=${protocol}&limit=4`);
    for (const [a, b] of pairs) {
      if ((a === "same-nat") !== (b === "same-nat")) continue;
      const expected = judge(
        simulate(withPlace(withPlace({ ...DEFAULT_CHOICES, protocol, limitS: 4 }, "a", a), "b", b)),
      );
      expect([a, b, await headlineBetween(page, { a, b })]).toEqual([a, b, expected.headline]);
    }
  });

  it("shows the same state whenever the same instant is scrubbed to", async () => {
    const page = await stand.page("p=v2&b=symmetric&loss=20&limit=3");
    const first: string[] = [];
    for (const share of [0.1, 0.35, 0.62, 0.9]) {
      await scrub(page, share);
      first.push(await stateOf(page));
    }
    expect(new Set(first).size).toBe(4);
    for (const share of [0.9, 0.62, 0.35, 0.1]) {
      await scrub(page, share);
      expect(await stateOf(page)).toBe(first.pop());
    }
  });

  it("is brought back by its link, deeds and all", async () => {
    const page = await stand.page("p=v1");
    await page.getByLabel("Where peer b stands").selectOption("firewall");
    await page.getByLabel("Loss").fill("10");
    await page.getByLabel("Loss").blur();
    await scrub(page, 0.3);
    await page.getByRole("button", { name: "Reboot b's NAT" }).click();
    await page.getByRole("button", { name: "Copy link" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await scrub(page, 0.8);
    const before = await stateOf(page);
    const again = await stand.page(new URL(link).search.slice(1));
    expect(await again.getByLabel("Where peer b stands").inputValue()).toBe("firewall");
    expect(await again.getByLabel("Loss").inputValue()).toBe("10");
    expect(await again.getByRole("list", { name: "What is done" }).textContent()).toContain("b's NAT reboots");
    await scrub(again, 0.8);
    expect(await stateOf(again)).toBe(before);
  });

  it("inspects a datagram with the very fields of the wire package", async () => {
    const choices: Choices = { ...DEFAULT_CHOICES, protocol: "v1" };
    const page = await stand.page(writeLink(choices));
    const run = simulate(choices);
    const journey = run.journeys.find((each) => messageOf(run, each).name === "peer info");
    if (journey === undefined) throw new Error("no peer info");
    await page.locator(`#datagram-${journey.id}`).dispatchEvent("click");
    const opened = createKeyring().v1.open(journey.bytes);
    const decoded = opened.ok ? v1.decodeForPeer(opened.payload) : null;
    if (!decoded?.ok || decoded.message.type !== "peerInfo") throw new Error("it does not open");
    const inspector = page.locator(".inspector");
    const { slot, endpoint } = decoded.message;
    const values = await inspector.locator("dd code").allTextContents();
    expect(values).toEqual(expect.arrayContaining([slot, `${endpoint.address}:${endpoint.port}`]));
    expect(await inspector.textContent()).toContain("Signed with our key");
    const bytes = (await inspector.locator(".bytes span").allTextContents()).map((text) => Number.parseInt(text, 16));
    expect(bytes).toEqual([...journey.bytes]);
  });

  it("is worked by the keyboard alone", async () => {
    const page = await stand.page("p=v1", { motion: "no-preference" });
    await page.keyboard.press("Home");
    await page.keyboard.press("Space");
    await page.keyboard.press("End");
    await page.getByTestId("verdict").getByText("Connected in").waitFor();
    await page.keyboard.press("ArrowLeft");
    const before = await page.getByTestId("clock").textContent();
    await page.keyboard.press("ArrowLeft");
    expect(await page.getByTestId("clock").textContent()).not.toBe(before);
    const listbox = page.getByRole("listbox");
    for (let tabs = 0; tabs < 60 && !(await listbox.evaluate((element) => element === document.activeElement)); tabs++)
      await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await listbox.getAttribute("aria-activedescendant")).toBe("datagram-2");
    expect(await page.locator(".inspector h2").textContent()).toContain("#2");
  });

  it("tells what happened as a list, too: to who listens, always, and to who wants to see it", async () => {
    const page = await stand.page("p=v1");
    const heard = page.getByRole("list", { name: /What happened/ });
    expect(await heard.textContent()).toContain("Control hears an announce.");
    await page.getByRole("button", { name: "List", exact: true }).click();
    const story = page.getByRole("list", { name: /What happened/ });
    expect(await story.textContent()).toContain("Peer a is connected: its hole leads to 203.0.113.2:5000.");
  });

  it("saves the trace as JSON, and the scene as a picture that stands alone", async () => {
    const page = await stand.page("p=v1");
    const saved = async (button: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: button }).click(),
      ]);
      return readFileSync(await download.path(), "utf8");
    };
    expect(JSON.parse(await saved("Trace"))).toEqual(
      JSON.parse(JSON.stringify(traceOf(simulate({ ...DEFAULT_CHOICES, protocol: "v1" })))),
    );
    const picture = await saved("Picture");
    expect(picture).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(picture).not.toMatch(/class=|var\(/);
    await scrub(page, 0.3);
    const flying = await saved("Picture");
    expect(flying).toMatch(/<path d="M[\d.]+ [\d.]+h0[^"]*"[^>]*stroke="rgb\(/);
    // For the file only: on the page the canvas shows them.
    expect(await page.locator(".flying path[d*=M]").count()).toBe(0);
  });

  it("paints each datagram where it is, sharp, in the colour of its message, and anew in the dark", async () => {
    const page = await stand.page("p=v1");
    await scrub(page, 0.05);
    const colours = () =>
      page.locator("canvas.flight").evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const copy = new OffscreenCanvas(width, height).getContext("2d");
        copy?.drawImage(canvas, 0, 0);
        const pixels = copy?.getImageData(0, 0, width, height).data ?? [];
        const seen = new Map<string, number>();
        for (let at = 0; at < pixels.length; at += 4) {
          const colour = `rgb(${pixels[at]}, ${pixels[at + 1]}, ${pixels[at + 2]})`;
          if (pixels[at + 3] === 255) seen.set(colour, (seen.get(colour) ?? 0) + 1);
        }
        return { isSharp: width === Math.round(canvas.clientWidth * devicePixelRatio), seen: Object.fromEntries(seen) };
      });
    const ofLegend = (kind: string) =>
      page.locator(`.legend .${kind}`).evaluate((swatch) => getComputedStyle(swatch).backgroundColor);
    const light = await ofLegend("announce");
    const { isSharp, seen } = await colours();
    expect(isSharp).toBe(true);
    // A disc of a radius of six units of the scene.
    expect(seen[light]).toBeGreaterThan(80);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await ofLegend("announce");
    expect(dark).not.toBe(light);
    await expect.poll(async () => (await colours()).seen[dark] ?? 0).toBeGreaterThan(80);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 600, height: 900 });
    await expect.poll(async () => (await colours()).isSharp).toBe(true);
    await expect.poll(async () => (await colours()).seen[light] ?? 0).toBeGreaterThan(80);
    await page.setViewportSize({ width: 1400, height: 900 });
  });

  it("is dark by choice as it is by the system, and light by choice even then", async () => {
    const page = await stand.page("p=v1&b=symmetric&limit=3");
    const inks = () =>
      page.evaluate(async () => {
        // What fades from one to the other has faded.
        await Promise.all(document.getAnimations().map(({ finished }) => finished));
        const styles = [...document.querySelectorAll("body, main, main *")].map((element) => getComputedStyle(element));
        return styles
          .map(({ color, backgroundColor, borderColor, boxShadow, fill, stroke }) =>
            [color, backgroundColor, borderColor, boxShadow, fill, stroke].join(" "),
          )
          .join("\n");
      });
    const button = page.getByRole("button", { name: "Theme:" });
    const light = await inks();
    await page.emulateMedia({ colorScheme: "dark" });
    const darkBySystem = await inks();
    expect(darkBySystem).not.toBe(light);
    await button.click();
    expect(await button.getAttribute("aria-label")).toBe("Theme: light");
    expect(await inks()).toBe(light);
    await page.emulateMedia({ colorScheme: "light" });
    await button.click();
    expect(await button.getAttribute("aria-label")).toBe("Theme: dark");
    expect(await inks()).toBe(darkBySystem);
    await button.click();
    expect(await inks()).toBe(light);
  });

  it("opens the datagram that is clicked, and circles it", async () => {
    const page = await stand.page("p=v1");
    await scrub(page, 0.05);
    const run = simulate({ ...DEFAULT_CHOICES, protocol: "v1" });
    const at = Number.parseFloat((await page.getByTestId("clock").textContent()) ?? "");
    const layout = layOut(run.nodes, "wide");
    const [dot] = dotsAt(flightsOf(run), layout, at);
    const box = await page.locator("svg.scene").boundingBox();
    if (dot === undefined || box === null) throw new Error("nothing flies");
    const scale = box.width / layout.width;
    await page.mouse.click(box.x + dot.x * scale, box.y + dot.y * scale);
    expect(await page.locator(".inspector h2").textContent()).toContain(`#${dot.journey.id},`);
  });

  it("lets its link be copied where a browser has no clipboard, as on a page without TLS", async () => {
    const page = await stand.browser.newPage({ reducedMotion: "reduce" });
    await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await page.goto(`${stand.site.url}?seed=7`);
    const shown = new Promise<string>((resolve) =>
      page.once("dialog", (dialog) => {
        resolve(dialog.defaultValue());
        void dialog.accept();
      }),
    );
    await page.getByRole("button", { name: "Copy link" }).click();
    expect(await shown).toBe(`${stand.site.url}?seed=7`);
    await page.close();
  });

  it("lets an attacker replay what it shows", async () => {
    const page = await stand.page("p=v1&start=4000&limit=2");
    await scrub(page, 0.05);
    await page.locator("#datagram-1").dispatchEvent("click");
    await scrub(page, 0.3);
    await page.getByRole("button", { name: "Replay #1 as an attacker" }).click();
    expect(await page.locator("svg.scene").innerHTML()).toContain("attacker");
  });

  it("fits a phone, and scrolls sideways nowhere", async () => {
    const page = await stand.page("", { width: 390 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it("computes every pair in a worker, a cell opens its run, and who goes back comes to the pairs again", async () => {
    const page = await stand.page("grid&limit=3");
    const cell = page
      .getByRole("table", { name: "Pairs under v2" })
      .getByRole("button", { name: /^Home router and Home router: [1-9]/ });
    await cell.click({ timeout: 90_000 });
    await page.getByTestId("verdict").getByText("Connected in").waitFor();
    await page.getByLabel("Loss").fill("10");
    await page.getByLabel("Loss").blur();
    await page.goBack();
    await page.getByRole("table", { name: "Pairs under v2" }).waitFor();
    expect(page.url()).toMatch(/grid/);
    await page.goForward();
    await page.getByTestId("verdict").waitFor();
    expect(await page.getByLabel("Loss").inputValue()).toBe("10");
  });

  it("says in plain words that the live server is gone, before a run or in the middle of one", async () => {
    // One that ends as soon as it has begun to answer.
    const site = await openSite({
      root: dist,
      port: 0,
      live: (_, response) => response.write("{", () => response.destroy()),
    });
    const page = await stand.browser.newPage();
    await page.goto(site.url);
    await page.getByRole("button", { name: "Live on this machine" }).click();
    await page.getByRole("button", { name: "Let them meet by v2" }).click();
    await page.getByRole("alert").getByText("The server of this page has ended").waitFor();
    await site.close();
    await page.getByRole("button", { name: "Let them meet by v2" }).click();
    await page.getByRole("alert").getByText("The server of this page does not answer").waitFor();
    await page.close();
  });

  it.each(["v1", "v2"])("shows real processes that meet by %s on this machine", async (protocol) => {
    const page = await stand.page("");
    await page.getByRole("button", { name: "Live on this machine" }).click();
    await page.getByRole("button", { name: `Let them meet by ${protocol}` }).click();
    await page
      .getByRole("button", { name: `Let them meet by ${protocol}`, disabled: false })
      .waitFor({ timeout: 90_000 });
    await page.keyboard.press("End");
    await scrub(page, 1);
    expect(await page.getByTestId("verdict").textContent()).toMatch(
      /Connected in .*A direct path on this machine: a sends to 127\.0\.0\.1:\d+, b to 127\.0\.0\.1:\d+/s,
    );
    for (const side of ["a", "b"])
      expect(await page.getByTestId(`peer-${side}`).textContent()).toMatch(/hole127\.0\.0\.1:\d+/);
    expect(await page.locator(".arrow").count()).toBeGreaterThan(6);
  });

  it("takes little of a frame while a thousand datagrams fly", async () => {
    expect(fewestInCrowd()).toBeGreaterThan(1000);
    const page = await stand.page(CROWD);
    const costs = await page.evaluate(async (from) => {
      const input = document.querySelector<HTMLInputElement>("input[type=range]");
      const all: number[] = [];
      for (let share = from; share < 0.99 && input !== null; share += 0.001) {
        const start = performance.now();
        input.value = String(Number(input.max) * share);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        // What follows from it is drawn before the next task, and the picture laid out.
        await new Promise((resolve) => setTimeout(resolve));
        input.getBoundingClientRect();
        all.push(performance.now() - start);
      }
      return all.sort((a, b) => a - b);
    }, CROWDED_FROM);
    // A frame of 60 in a second is 16.7 ms. The fastest tenth tells what the page needs, however busy this machine is.
    expect(costs[Math.floor(costs.length / 10)]).toBeLessThan(16.7);
  });

  it("lays nothing out where only dots move", async () => {
    const page = await stand.page(CROWD, { motion: "no-preference" });
    await scrub(page, CROWDED_FROM);
    await page.getByLabel("Speed").selectOption("0.25");
    await stand.browser.startTracing(page, { categories: ["devtools.timeline"] });
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    const { traceEvents } = JSON.parse((await stand.browser.stopTracing()).toString());
    const count = (wanted: string) => traceEvents.filter(({ name }: { name: string }) => name === wanted).length;
    expect(count("FireAnimationFrame")).toBeGreaterThan(20);
    // Texts, ten times a second; the film takes some 3.6 seconds of a clock that stands still in frames longer than 100 ms.
    expect(count("Layout")).toBeLessThan(80);
  });

  it("needs less than 200 KB of compressed script, all of it", () => {
    const assets = join(dist, "assets");
    const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
    const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
    expect(scripts.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThan(200_000);
  });

  it("never complained", () => {
    expect(stand.complaints).toEqual([]);
  });
});
