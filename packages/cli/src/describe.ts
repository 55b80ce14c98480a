import {
  controlKey,
  createDescriber,
  createFrameMac,
  parseControlKey,
  rootKey,
  sessionKeys,
  slotSession,
} from "@netpunch/crypto";
import type { Meeting } from "./meeting.js";

/** Opens a datagram for a log line. */
export type Describe = (datagram: Uint8Array) => string;

/** What control can open: all of v1, and of v2 what passes between peers and itself. */
export async function describeForControl(secret: Uint8Array, signal: AbortSignal): Promise<Describe> {
  const given = parseControlKey(secret);
  if (given !== null) return createDescriber(null, [createFrameMac(given)]);
  return createDescriber(secret, [createFrameMac(controlKey(await rootKey(secret, { signal })))]);
}

/** What a peer can open: the datagrams of the protocols that it speaks. */
export async function describeForPeer(meeting: Meeting, secret: Uint8Array, signal: AbortSignal): Promise<Describe> {
  if (meeting.type === "slot" && meeting.protocol === "v1") return createDescriber(secret);
  const [root, sessionRoot] = await Promise.all([
    rootKey(secret, { signal }),
    meeting.type === "session" && meeting.secret !== null ? rootKey(meeting.secret, { signal }) : null,
  ]);
  const session = meeting.type === "slot" ? slotSession(meeting.slot) : meeting.name;
  const keys = sessionKeys({ root, session, ...(sessionRoot === null ? {} : { sessionRoot }) });
  const macs = [createFrameMac(keys.control), createFrameMac(keys.peer)];
  return createDescriber(meeting.type === "slot" && meeting.protocol === "auto" ? secret : null, macs);
}
