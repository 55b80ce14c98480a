import { mergeConfig } from "vitest/config";
// @boundaries-ignore shared by all workspaces
import { shared } from "../vitest.shared.js";

export default mergeConfig(shared, { test: { globalSetup: ["src/lab/sweep-around.ts", "src/install.ts"] } });
