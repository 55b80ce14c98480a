// @boundaries-ignore shared by all workspaces
import { shared } from "../../vitest.shared.js";

export default shared;
