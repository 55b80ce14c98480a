import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../src/packages.js";
import { tablesOf } from "../src/tables.js";

interface Report {
  readonly tables: readonly { readonly title: string; readonly rows: readonly Readonly<Record<string, unknown>>[] }[];
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const reports: Record<string, Report> = JSON.parse(read("bench/results.json"));
const shown = tablesOf(read("docs/performance.md"));

describe("the page on performance", () => {
  const measured = Object.values(reports).flatMap(({ tables }) => tables);
  it.each(measured)("shows what was measured: $title", ({ rows }) => {
    const headings = Object.keys(rows[0] ?? {});
    expect(shown).toContainEqual([headings, ...rows.map((row) => headings.map((heading) => String(row[heading])))]);
  });
});
