import type { Row, Table } from "./bench.js";

/** A table as it stands in docs/performance.md. */
export function markdown({ rows }: Table): string {
  const headings = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const cells = (row: Row) => headings.map((heading) => row[heading] ?? "");
  return [line(headings), line(headings.map(() => "---")), ...rows.map((row) => line(cells(row)))].join("\n");
}
