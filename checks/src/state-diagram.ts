/** Where a state goes on a signal, and what it says on the way, if anything. */
export interface Arrow {
  readonly to: string;
  readonly says: string | null;
}

/** What a diagram has to know besides the table. */
export interface DiagramOptions<Cell> {
  readonly first: string;
  /** The states that end it; default none. */
  readonly last?: readonly string[];
  /** What a cell of the table means in its state; null: nothing happens, and nothing is drawn. */
  readonly arrowOf: (cell: Cell, state: string) => Arrow | null;
}

/** A table of states as a Mermaid diagram, as the documents show it: a line for each way from a state, with its signals. */
export function stateDiagram<Cell>(
  table: Readonly<Record<string, Readonly<Record<string, Cell>>>>,
  { first, last = [], arrowOf }: DiagramOptions<Cell>,
): string {
  const lines = [`[*] --> ${first}`];
  for (const [state, row] of Object.entries(table)) {
    const labelsTo = new Map<string, string[]>();
    for (const [signal, cell] of Object.entries(row)) {
      const arrow = arrowOf(cell, state);
      if (arrow === null) continue;
      const label = arrow.says === null ? signal : `${signal} / ${arrow.says}`;
      labelsTo.set(arrow.to, [...(labelsTo.get(arrow.to) ?? []), label]);
    }
    for (const [to, labels] of labelsTo) lines.push(`${state} --> ${to}: ${labels.join(", ")}`);
  }
  for (const state of last) lines.push(`${state} --> [*]`);
  return `stateDiagram-v2\n${lines.map((line) => `    ${line}\n`).join("")}`;
}
