import type { Core, Instant, Output, SocketId } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";

/** The core of a peer, whichever protocol it speaks. */
export interface PunchCore extends Core<PeerEvent> {
  readonly hole: Endpoint | null;
  /** From which of the driver's sockets the hole starts. Default: the first one. */
  readonly socket?: SocketId;
  /** Says goodbye to control; v1 has no word for it. */
  leave?(now: Instant): readonly Output<PeerEvent>[];
}

/** Makes a core for a socket with this local port. */
export type CoreMaker = (port: number) => PunchCore;
