import { formatEndpoint } from "@netpunch/wire";
import { SECRET, SESSION } from "../inspect/keyring.js";
import type { Choices } from "../run/choices.js";
import { CONTROL, PEER_PORT } from "../run/net.js";

/** A line for a terminal, and on which machine. */
export interface Command {
  readonly where: string;
  readonly line: string;
}

/** The scenario's three commands, with its addresses and its secret. */
export function commandsFor({ protocol }: Choices): readonly Command[] {
  const secret = `-secret ${SECRET}`;
  const rest = `${secret} -local :${PEER_PORT} -remote ${formatEndpoint(CONTROL)}`;
  const peer = (slot: "a" | "b") =>
    protocol === "v2" ? `netpunch peer --session ${SESSION} ${rest}` : `netpunch -peer ${slot} ${rest}`;
  return [
    { where: `on the server ${CONTROL.address}`, line: `netpunch -local :${CONTROL.port} ${secret}` },
    { where: "on a's machine", line: peer("a") },
    { where: "on b's machine", line: peer("b") },
  ];
}
