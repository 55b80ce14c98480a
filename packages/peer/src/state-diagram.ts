/** A table of states as a Mermaid diagram; signals on which a state stays are left out. */
export function stateDiagram(
  table: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ends: { readonly first: string; readonly last: readonly string[] },
): string {
  const lines = ["stateDiagram-v2", `    [*] --> ${ends.first}`];
  for (const [state, row] of Object.entries(table)) {
    const signalsTo = new Map<string, string[]>();
    for (const [signal, next] of Object.entries(row)) {
      if (next === "stay") continue;
      signalsTo.set(next, [...(signalsTo.get(next) ?? []), signal]);
    }
    for (const [next, signals] of signalsTo) lines.push(`    ${state} --> ${next}: ${signals.join(", ")}`);
  }
  for (const last of ends.last) lines.push(`    ${last} --> [*]`);
  return `${lines.join("\n")}\n`;
}
