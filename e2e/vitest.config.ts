import { mergeConfig } from "vitest/config";
// @boundaries-ignore shared by all workspaces
import { shared } from "../vitest.shared.js";

// Tests with labs wait more than they work.
export default mergeConfig(shared, {
  test: { globalSetup: ["src/lab/sweep-around.ts", "src/install.ts"], maxWorkers: 2 },
});
