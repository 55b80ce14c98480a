import { DRILL } from "./drill.table.js";
import { stateDiagram } from "./state-diagram.js";

/** The drill's table as a Mermaid state diagram; phases that "stay" on a signal are left out. */
export function drillDiagram(): string {
  return stateDiagram(DRILL, { first: "discovering", last: ["connected"] });
}
