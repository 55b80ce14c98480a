import type { ControlStats } from "@netpunch/control";

/** The counters in a line for the log; those of datagrams that were dropped only where there are some. */
export function statsText(stats: ControlStats): string {
  const { heard, heeded, answered, pushed, expired, sendFailed, dropped, slots, uptimeMs, v2 } = stats;
  const known = slots.map(({ slot, phase, endpoint }) => `${slot} ${phase} ${endpoint}`);
  const ofV1 = [
    `stats: up ${Math.floor(uptimeMs / 1000)} s`,
    `heard ${heard}`,
    `heeded ${heeded}`,
    `answered ${answered}`,
    `pushed ${pushed}`,
    `expired ${expired}`,
    `send failed ${sendFailed}`,
    droppedText(dropped),
    `slots: ${known.length > 0 ? known.join(", ") : "none"}`,
  ].join(", ");
  return v2 === undefined ? ofV1 : `${ofV1}; v2: ${sessionsText(v2)}`;
}

function sessionsText({
  heard,
  challenged,
  answered,
  byes,
  pushed,
  expired,
  dropped,
  bound,
  remembered,
  relay,
}: Sessions): string {
  return [
    `heard ${heard}`,
    `challenged ${challenged}`,
    `answered ${answered}`,
    `byes ${byes}`,
    `pushed ${pushed}`,
    `expired ${expired}`,
    droppedText(dropped),
    `bound ${bound}`,
    `remembered ${remembered}`,
    ...(relay.asked + relay.ends > 0 ? [relayText(relay)] : []),
  ].join(", ");
}

function relayText({ ends, carrying, released, forwarded, forwardedBytes, dropped }: Sessions["relay"]): string {
  const words = [
    `${ends} ends`,
    `${carrying} pairs`,
    `${released} released`,
    `forwarded ${forwarded} (${Math.round(forwardedBytes / 1000)} kB)`,
    droppedText(dropped),
  ];
  return `relay: ${words.join(", ")}`;
}

type Sessions = NonNullable<ControlStats["v2"]>;

function droppedText(dropped: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  return `dropped ${total}${reasons.length > 0 ? ` (${reasons.map(([reason, count]) => `${reason} ${count}`).join(", ")})` : ""}`;
}
