import { defineConfig, mergeConfig } from "vitest/config";
// @boundaries-ignore shared by all workspaces
import { shared } from "../../vitest.shared.js";

// Two workers on any machine: these tests wait for other processes most of the time.
export default mergeConfig(shared, defineConfig({ test: { globalSetup: "test/bundle.ts", maxWorkers: 2 } }));
