import { type Next, SLOT_TABLE, type SlotPhase, type SlotSignal } from "./slot.table.js";

/** The slot's table as a Mermaid state diagram; a phase that stays as it is, and owes nothing, is left out. */
export function slotDiagram(): string {
  const lines = ["stateDiagram-v2", "    [*] --> absent"];
  for (const [phase, row] of Object.entries(SLOT_TABLE) as [SlotPhase, Record<SlotSignal, Next>][]) {
    const arrows = new Map<string, string[]>();
    for (const [signal, next] of Object.entries(row)) {
      if (next.phase === phase && next.owed === "nothing") continue;
      const owed = next.owed === "nothing" ? "" : ` / ${next.owed}`;
      const arrow = `${phase} --> ${next.phase}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), `${signal}${owed}`]);
    }
    for (const [arrow, labels] of arrows) lines.push(`    ${arrow}: ${labels.join(", ")}`);
  }
  return `${lines.join("\n")}\n`;
}
