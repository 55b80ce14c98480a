import { mergeConfig } from "vitest/config";
// @boundaries-ignore shared by all workspaces
import { shared } from "../../vitest.shared.js";

/** Thousands of meetings take their time where other suites run beside. */
export default mergeConfig(shared, { test: { testTimeout: 120_000 } });
