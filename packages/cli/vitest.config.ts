import { defineConfig, mergeConfig } from "vitest/config";
// @boundaries-ignore shared by all workspaces
import { shared } from "../../vitest.shared.js";

export default mergeConfig(shared, defineConfig({ test: { globalSetup: "test/bundle.ts" } }));
