import { stateDiagram } from "../state-diagram.js";
import { SESSION } from "./session.table.js";

/** The session's table as a Mermaid state diagram; phases that "stay" on a signal are left out. */
export function sessionDiagram(): string {
  return stateDiagram(SESSION, { first: "announcing", last: ["connected", "unconfirmed"] });
}
