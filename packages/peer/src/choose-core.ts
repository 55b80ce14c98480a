import { randomBytes, rootKey, secretBytes, sessionKeys, slotSession } from "@netpunch/crypto";
import type { UdpSocket } from "@netpunch/transport";
import { createAutoCore } from "./auto-core.js";
import type { Meeting, PunchOptions } from "./options.js";
import type { CoreMaker } from "./punch-core.js";
import { createPeerCore } from "./v1/drill.js";
import { createSessionCore } from "./v2/create-session.js";
import { createWayOut } from "./way-out.js";

/**
 * Derives the keys that a meeting needs, and says how its core is made.
 *
 * @throws TypeError, RangeError (a rejection) that name the wrong secret; the signal's reason where that aborted.
 */
export async function chooseCore(meeting: Meeting, options: PunchOptions<UdpSocket>): Promise<CoreMaker> {
  const make = await chooseProtocol(meeting, options);
  const { localPort = "any", socket } = options;
  const otherPort = localPort === "any" && socket === undefined ? "allowed" : "forbidden";
  return (port) => createWayOut({ make, port, otherPort, random: randomBytes });
}

async function chooseProtocol(meeting: Meeting, options: PunchOptions<UdpSocket>): Promise<CoreMaker> {
  const { secret, keepAliveMs } = options;
  if (meeting.protocol === "v1") {
    const bytes = secretBytes(secret);
    return () => createPeerCore({ slot: meeting.slot, secret: bytes });
  }
  const keys = await keysOf(meeting, options);
  const common = { keys, random: randomBytes, ...(keepAliveMs === undefined ? {} : { keepAliveMs }) };
  if (!("slot" in meeting)) return (port) => createSessionCore({ ...common, port });
  const { slot } = meeting;
  if (meeting.protocol === "v2") return (port) => createSessionCore({ ...common, port, slot });
  return (port) => createAutoCore({ ...common, port, slot, secret: secretBytes(secret) });
}

async function keysOf(meeting: Meeting, { secret, sessionSecret, signal }: PunchOptions<UdpSocket>) {
  const session = "slot" in meeting ? slotSession(meeting.slot) : meeting.session;
  const abortable = signal === undefined ? {} : { signal };
  const [root, sessionRoot] = await Promise.all([
    rootKey(secret, abortable),
    sessionSecret === undefined ? undefined : rootKey(sessionSecret, { ...abortable, name: "sessionSecret" }),
  ]);
  return sessionKeys({ root, session, ...(sessionRoot === undefined ? {} : { sessionRoot }) });
}
