import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../src/styles/theme.css"), "utf8");
const pairs = [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)];
const light = Object.fromEntries(pairs.map(([, name = "", colour = ""]) => [name, colour]));
const dark = Object.fromEntries(pairs.map(([, name = "", , colour = ""]) => [name, colour]));

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

describe.each([
  ["light", light],
  ["dark", dark],
])("the %s theme", (_, colours) => {
  const of = (name: string) => {
    const colour = colours[name];
    if (colour === undefined) throw new Error(`there is no --${name}`);
    return colour;
  };

  it.each([
    ["ink", "paper"],
    ["ink", "card"],
    ["ink", "sunk"],
    ["soft", "paper"],
    ["soft", "card"],
    ["soft", "sunk"],
    ["good", "card"],
    ["good", "good-soft"],
    ["warn", "warn-soft"],
    ["bad", "card"],
    ["bad", "bad-soft"],
    ["card", "ink"],
  ])("can be read: %s on %s has a contrast of 4.5 or more (WCAG 1.4.3)", (text, ground) => {
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["announce", "info", "ping", "pong", "settle", "goodbye", "data", "junk", "strong"])(
    "can be seen: %s has a contrast of 3 or more (WCAG 1.4.11)",
    (name) => {
      for (const ground of ["card", "sunk"]) expect(contrast(of(name), of(ground))).toBeGreaterThanOrEqual(3);
    },
  );
});
