import type { ControlStats } from "@netpunch/control";

/** The counters in a line for the log; those of datagrams that were dropped only where there are some. */
export function statsText(stats: ControlStats): string {
  const { heard, heeded, answered, pushed, expired, sendFailed, dropped, slots, uptimeMs } = stats;
  const known = slots.map(({ slot, phase, endpoint }) => `${slot} ${phase} ${endpoint}`);
  const why = Object.entries(dropped).filter(([, count]) => count > 0);
  return [
    `stats: up ${Math.floor(uptimeMs / 1000)} s`,
    `heard ${heard}`,
    `heeded ${heeded}`,
    `answered ${answered}`,
    `pushed ${pushed}`,
    `expired ${expired}`,
    `send failed ${sendFailed}`,
    `dropped ${heard - heeded}${why.length > 0 ? ` (${why.map(([reason, count]) => `${reason} ${count}`).join(", ")})` : ""}`,
    `slots: ${known.length > 0 ? known.join(", ") : "none"}`,
  ].join(", ");
}
