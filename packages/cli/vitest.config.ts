// @boundaries-ignore shared by all workspaces
import { defineConfig, mergeConfig } from "vitest/config";
import { shared } from "../../vitest.shared.js";

export default mergeConfig(shared, defineConfig({ test: { globalSetup: "test/bundle.ts" } }));
