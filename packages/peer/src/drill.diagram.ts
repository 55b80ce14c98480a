import { DRILL, type Phase, type Signal } from "./drill.table.js";

/** The drill's table as a Mermaid state diagram; phases that "stay" on a signal are left out. */
export function drillDiagram(): string {
  const lines = ["stateDiagram-v2", "    [*] --> discovering"];
  for (const [phase, row] of Object.entries(DRILL) as [Phase, Record<Signal, string>][]) {
    const signalsTo = new Map<string, string[]>();
    for (const [signal, next] of Object.entries(row)) {
      if (next === "stay") continue;
      signalsTo.set(next, [...(signalsTo.get(next) ?? []), signal]);
    }
    for (const [next, signals] of signalsTo) lines.push(`    ${phase} --> ${next}: ${signals.join(", ")}`);
  }
  lines.push("    connected --> [*]");
  return `${lines.join("\n")}\n`;
}
