import { formatEndpoint } from "@netpunch/wire";
import { SECRET, SESSION } from "../inspect/keyring.js";
import type { Choices, Protocol } from "../run/choices.js";
import { CONTROL, PEER_PORT } from "../run/net.js";

/** A line for a terminal, and on which machine. */
export interface Command {
  readonly where: string;
  readonly line: string;
}

/** The scenario's three commands, with its addresses and its secret. */
export function commandsFor({ protocol }: Choices): readonly Command[] {
  const secret = `-secret ${SECRET}`;
  const peer = (slot: "a" | "b") =>
    `netpunch ${MEETING[protocol](slot)} ${secret} -local :${PEER_PORT} -remote ${formatEndpoint(CONTROL)}`;
  return [
    { where: `on the server ${CONTROL.address}`, line: `netpunch -local :${CONTROL.port} ${secret}` },
    { where: "on a's machine", line: peer("a") },
    { where: protocol === "auto" ? "on b's machine, the original's program" : "on b's machine", line: peer("b") },
  ];
}

/** How a peer says whom it meets; the original's programs know no `-protocol`. */
const MEETING: Readonly<Record<Protocol, (slot: "a" | "b") => string>> = {
  original: (slot) => `-peer ${slot}`,
  v1: (slot) => `-peer ${slot} -protocol v1`,
  auto: (slot) => `-peer ${slot}`,
  v2: () => `-session ${SESSION}`,
};
