// @boundaries-ignore shared by all workspaces
import { library } from "../../tsup.shared.js";

export default library({ index: "src/index.ts" });
