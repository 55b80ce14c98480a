import { defaultServerConditions, defineConfig } from "vite";

const conditions = ["@netpunch/source", ...defaultServerConditions];

/** What `pnpm playground` starts, and the processes that it starts in turn: plain JavaScript, which is there at once. */
export default defineConfig({
  resolve: { conditions },
  publicDir: false,
  ssr: { noExternal: true, resolve: { conditions } },
  build: {
    ssr: true,
    outDir: "dist/server",
    target: "node20",
    rollupOptions: {
      input: {
        main: "server/main.ts",
        "processes/control": "server/processes/control.ts",
        "processes/peer": "server/processes/peer.ts",
      },
      output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js" },
    },
  },
});
