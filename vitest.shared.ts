import { defineConfig } from "vitest/config";

/** What every package's tests share: sources instead of builds, and a report that the root script adds up. */
export const shared = defineConfig({
  resolve: { conditions: ["@netpunch/source"] },
  ssr: { resolve: { conditions: ["@netpunch/source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "json"],
    outputFile: { json: "reports/vitest.json" },
    testTimeout: 30_000,
  },
});
