/** A table of a Markdown document: its cells as they are written, by row, the head first. */
export type Table = readonly (readonly string[])[];

/** All tables of a document; a bar inside of a cell is written `\|`. */
export function tablesOf(markdown: string): readonly Table[] {
  return markdown
    .split(/\n(?!\|)/)
    .map((text) => text.split("\n").filter((line) => line.startsWith("|")))
    .filter((lines) => lines.length > 2)
    .map((lines) => [lines[0] ?? "", ...lines.slice(2)].map(cellsOf));
}

function cellsOf(line: string): readonly string[] {
  const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  return cells.slice(1, -1);
}

/** What stands under a heading of a head, in all tables that have it. */
export function column(tables: readonly Table[], heading: string): readonly string[] {
  return tables.flatMap(([head = [], ...rows]) => {
    const at = head.indexOf(heading);
    return at < 0 ? [] : rows.map((row) => row[at] ?? "");
  });
}

/** The code spans of a text. */
export function codeSpans(text: string): readonly string[] {
  return [...text.matchAll(/(`+)(.+?)\1(?!`)/g)].map(([, , code = ""]) => code.trim());
}
