import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { GROUPS, OPTIONS, type OptionSpec, termOf } from "../src/command-line/options.js";

/** The table of flags, with columns as wide as their longest cell. */
function flagTable(): string {
  const rows = OPTIONS.map((option: OptionSpec) => [
    `\`${termOf(option)}\`${option.origin === "new" ? " (new)" : ""}`,
    GROUPS[option.group].heading.replace(":", "").toLowerCase(),
    option.summary.replaceAll("|", "\\|"),
  ]);
  const table = [["flag", "for", "what"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = " ") =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  const [head = [], ...body] = table;
  return [line(head), line(["", "", ""], "-"), ...body.map((row) => line(row))].join("\n");
}

it("the README's table of flags is the one that the command has", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [, shown] = /<!-- flags: [^\n]* -->\n([\s\S]*?)<!-- end of flags -->/.exec(readme) ?? [];
  expect(shown?.trim()).toBe(flagTable());
});
