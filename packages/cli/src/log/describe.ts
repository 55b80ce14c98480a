import {
  controlKey,
  createDescriber,
  createFrameMac,
  type PreparedSecret,
  parseControlKey,
  rootKey,
  sessionKeys,
  slotSession,
} from "@netpunch/crypto";
import type { Meeting } from "../command-line/meeting.js";
import { type Secrets, speaksV2 } from "../commands/peer/prepared-secrets.js";

/** Opens a datagram for a log line. */
export type Describe = (datagram: Uint8Array) => string;

/** What control can open: all of v1, and of v2 what passes between peers and itself. */
export async function describeForControl(secret: PreparedSecret): Promise<Describe> {
  const given = parseControlKey(secret);
  if (given !== null) return createDescriber(null, [createFrameMac(given)]);
  return createDescriber(secret, [createFrameMac(controlKey(await rootKey(secret)))]);
}

/** What a peer can open: the datagrams of the protocols that it speaks. */
export async function describeForPeer(meeting: Meeting, { secret, sessionSecret }: Secrets): Promise<Describe> {
  if (!speaksV2(meeting)) return createDescriber(secret);
  const root = await rootKey(secret);
  const sessionRoot = sessionSecret === null ? null : await rootKey(sessionSecret);
  const session = meeting.type === "slot" ? slotSession(meeting.slot) : meeting.name;
  const keys = sessionKeys({ root, session, ...(sessionRoot === null ? {} : { sessionRoot }) });
  const macs = [createFrameMac(keys.control), createFrameMac(keys.peer)];
  return createDescriber(meeting.type === "slot" && meeting.protocol === "auto" ? secret : null, macs);
}
