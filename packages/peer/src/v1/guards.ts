import { type Endpoint, ipScope, sameEndpoint, v1 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import type { PartnerAddress } from "./targets.js";

/** What the guards need to know of the drill. */
export interface Standing {
  readonly control: Endpoint | null;
  readonly partnerSlot: v1.Slot;
  /** Where the hole leads, once there is one. */
  readonly hole: Endpoint | null;
  readonly targets: { find(endpoint: Endpoint): PartnerAddress | null };
}

export type Verdict =
  | { readonly ok: true; readonly message: v1.ToPeer }
  | { readonly ok: false; readonly reason: DropReason };

const drop = (reason: DropReason): Verdict => ({ ok: false, reason });

/**
 * Decides whether an authentic payload may move the drill. Its sender had the secret once, but anybody may replay it
 * from anywhere (protocol v1 covers no address and no time), so every message must also come from where it belongs.
 */
export function admit(payload: Uint8Array, remote: Endpoint, standing: Standing): Verdict {
  const decoded = v1.decodeForPeer(payload);
  if (!decoded.ok) return drop(decoded.reason);
  const { message } = decoded;
  const fromControl = standing.control !== null && sameEndpoint(remote, standing.control);
  if (message.type === "peerInfo") {
    if (!fromControl) return drop("not-from-control");
    if (message.slot !== standing.partnerSlot) return drop("not-partner");
    if (!canHostPeer(message.endpoint)) return drop("unusable-address");
    return decoded;
  }
  // Control never drills: such a word is one of ours or our partner's, reflected at us.
  if (fromControl) return drop("from-control");
  if (standing.hole !== null) return sameEndpoint(remote, standing.hole) ? decoded : drop("not-the-hole");
  const target = standing.targets.find(remote);
  if (message.type === "pong" && (target === null || target.pingedAt === null)) return drop("not-pinged");
  if (message.type === "close" && target === null) return drop("not-exchanged");
  return decoded;
}

function canHostPeer(endpoint: Endpoint): boolean {
  const scope = ipScope(endpoint.address);
  return scope !== "multicast" && scope !== "broadcast" && scope !== "unspecified";
}
