// @boundaries-ignore shared by all workspaces
import { library } from "../../tsup.shared.js";

export default library(
  { netpunch: "src/netpunch.ts" },
  // Chunks: what only one mode needs is loaded by that mode alone.
  { platform: "node", splitting: true, outExtension: () => ({ js: ".mjs" }) },
);
