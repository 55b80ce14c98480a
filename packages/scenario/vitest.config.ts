// @boundaries-ignore shared by all workspaces
export { shared as default } from "../../vitest.shared.js";
