import { mergeConfig } from "vitest/config";
// @boundaries-ignore shared by all workspaces
import { shared } from "../vitest.shared.js";

// Tests with labs wait more than they work, so more of them run at a time than there are cores.
export default mergeConfig(shared, {
  test: { globalSetup: ["src/lab/sweep-around.ts", "src/install.ts"], maxWorkers: 3 },
});
