import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  // Hosted anywhere: no address of its own in the built page.
  base: "./",
  resolve: { conditions: ["@netpunch/source", ...defaultClientConditions] },
  build: { target: "es2022", modulePreload: { polyfill: false } },
  worker: { format: "es" },
});
