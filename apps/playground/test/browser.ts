import { existsSync } from "node:fs";
import type { LaunchOptions } from "playwright-core";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** How Chromium is started: it speaks to nobody but the page's server. */
export const LAUNCH: LaunchOptions = {
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/** Why tests in a browser cannot run here; null if they can. */
export function lackingBrowser(): string | null {
  if (existsSync(executablePath)) return null;
  const reason = `no ${executablePath} on this machine (.ci/run installs it; CHROMIUM names another)`;
  if (process.env["NETPUNCH_REQUIRE_ALL"] === "1") {
    throw new Error(`NETPUNCH_REQUIRE_ALL is set, and tests in a browser cannot run: ${reason}`);
  }
  process.stderr.write(`\nSKIPPED, tests in a browser: ${reason}\n\n`);
  return reason;
}
