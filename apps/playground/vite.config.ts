import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  // Hosted anywhere: no address of its own in the built page.
  base: "./",
  resolve: { conditions: ["@netpunch/source", ...defaultClientConditions] },
  // Nothing inlined: the server's Content-Security-Policy allows what it serves itself, and nothing else.
  build: { outDir: "dist/page", target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  worker: { format: "es" },
});
