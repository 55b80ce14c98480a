import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drillDiagram, sessionDiagram } from "../src/core.js";

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

test("the README's diagram is the table's", () => {
  expect(read("../README.md")).toContain(`\`\`\`mermaid\n${drillDiagram()}\`\`\``);
});

test("the diagram of a session in protocol v2's page is the table's", () => {
  expect(read("../../../docs/protocol-v2.md")).toContain(`\`\`\`mermaid\n${sessionDiagram()}\`\`\``);
});
