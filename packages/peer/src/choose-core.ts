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
  // Nothing direct is tried, so nothing can be in the way of it.
  if (options.relay === "only") return make;
  return (port) => createWayOut({ make, port, otherPort, random: randomBytes });
}

async function chooseProtocol(meeting: Meeting, options: PunchOptions<UdpSocket>): Promise<CoreMaker> {
  const { secret, keepAliveMs, relay = "auto", relayAfterMs } = options;
  if (meeting.protocol === "v1") {
    const bytes = secretBytes(secret);
    return () => createPeerCore({ slot: meeting.slot, secret: bytes });
  }
  const keys = await keysOf(meeting, options);
  const common = {
    keys,
    random: randomBytes,
    relay,
    ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
    ...(relayAfterMs === undefined ? {} : { relayAfterMs }),
  };
  if (!("slot" in meeting)) return (port, metAt = null) => createSessionCore({ ...common, port, metAt });
  const { slot } = meeting;
  // v1 tells the partner our address, and knows no relay.
  if (meeting.protocol === "v2" || relay === "only") {
    return (port, metAt = null) => createSessionCore({ ...common, port, metAt, slot });
  }
  return (port, metAt = null) => createAutoCore({ ...common, port, metAt, slot, secret: secretBytes(secret) });
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
