import type { Core, Instant, Output, SocketId } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";
import type { Path } from "./path.js";

/** The core of a peer, whichever protocol it speaks. */
export interface PunchCore extends Core<PeerEvent> {
  readonly hole: Endpoint | null;
  /** From which of the driver's sockets the hole starts. Default: the first one. */
  readonly socket?: SocketId;
  /** Says goodbye to control; v1 has no word for it. */
  leave?(now: Instant): readonly Output<PeerEvent>[];
  /** The way that the hole takes. */
  readonly path: Path | null;
  /** Another program is to have the socket; for where the hole is relayed. */
  handOver?(): void;
  /** Since when the partner has been there. */
  readonly metAt?: Instant | null;
}

/** Makes a core for a socket with this local port; `metAt`: of an earlier one. */
export type CoreMaker = (port: number, metAt?: Instant | null) => PunchCore;
