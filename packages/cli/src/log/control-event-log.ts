import type { ControlEvent } from "@netpunch/control";
import type { Observer } from "@netpunch/transport";
import { formatEndpoint } from "@netpunch/wire";
import type { LineLimit } from "./line-limit.js";
import type { Log } from "./log.js";

/** As the log shows ids in datagrams. */
const SHOWN_DIGITS = 8;

/**
 * Writes a line for each thing that happens to a session of v2, and for who speaks with another secret; of v1's slots there are the
 * original's lines and no others.
 */
export function createControlEventLog(log: Pick<Log, "info">, lines: LineLimit): Observer<ControlEvent> {
  return {
    event: (event) => {
      const text = textOf(event);
      if (text !== null && lines.admit()) log.info(text);
    },
  };
}

function textOf(event: ControlEvent): string | null {
  if (event.type === "otherSecret") {
    return `a datagram of ${event.protocol} with another secret came from ${formatEndpoint(event.endpoint)}: compare the secrets`;
  }
  if (!("session" in event)) return null;
  const session = `session ${event.session.slice(0, SHOWN_DIGITS)}`;
  switch (event.type) {
    case "bound": {
      const from = event.previous === null ? "" : `, before ${formatEndpoint(event.previous)}`;
      return `${session}: ${formatEndpoint(event.endpoint)} is in it${from}`;
    }
    case "paired":
      return `${session}: ${event.endpoints.map(formatEndpoint).join(" and ")} are introduced`;
    case "full":
      return `${session}: ${formatEndpoint(event.endpoint)} has to wait, as ${event.why === "taken" ? "another run holds its slot" : "two others are in it"}`;
    case "relayBegan":
      return `${session}: relaying between ${event.endpoints.map(formatEndpoint).join(" and ")}`;
    case "relayReleased":
      return `${session}: another program has ${formatEndpoint(event.endpoint)} now, and goes on over the relay`;
    case "relayOverBudget":
      return `${session}: ${event.endpoints.map(formatEndpoint).join(" and ")} send more than the relay may pass on (${event.dropped} dropped)`;
    case "relayEnded": {
      const [seconds, kilobytes] = [Math.round(event.lastedMs / 1000), Math.round(event.bytes / 1000)];
      const ends = event.endpoints.map(formatEndpoint).join(" and ");
      return `${session}: relaying between ${ends} has ended (${event.why}) after ${seconds} s, ${event.datagrams} datagrams, ${kilobytes} kB`;
    }
    case "unbound":
      return `${session}: ${formatEndpoint(event.endpoint)} is not in it any more (${event.why})`;
  }
}
