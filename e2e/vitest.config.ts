import { mergeConfig } from "vitest/config";
// @boundaries-ignore shared by all workspaces
import { shared } from "../vitest.shared.js";

export default mergeConfig(shared, { test: { globalSetup: "src/install.ts" } });
