import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drillDiagram } from "../src/core.js";

test("the README's diagram is the table's", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`mermaid\n${drillDiagram()}\`\`\``);
});
