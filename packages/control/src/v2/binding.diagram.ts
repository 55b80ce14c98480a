import { BINDING_TABLE, type BindingPhase, type BindingSignal, type Next } from "./binding.table.js";

/** The binding's table as a Mermaid state diagram; a signal that leaves the phase as it is and says nothing is left out. */
export function bindingDiagram(): string {
  const lines = ["stateDiagram-v2", "    [*] --> absent"];
  for (const [phase, row] of Object.entries(BINDING_TABLE) as [BindingPhase, Record<BindingSignal, Next>][]) {
    const arrows = new Map<string, string[]>();
    for (const [signal, next] of Object.entries(row)) {
      if (next.phase === phase && next.reply === "silence") continue;
      const reply = next.reply === "silence" ? "" : ` / ${next.reply}`;
      const arrow = `${phase} --> ${next.phase}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), `${signal}${reply}`]);
    }
    for (const [arrow, labels] of arrows) lines.push(`    ${arrow}: ${labels.join(", ")}`);
  }
  return `${lines.join("\n")}\n`;
}
