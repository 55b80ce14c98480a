import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import type { Core, Input, Instant, Output } from "@netpunch/transport";
import { type Endpoint, v1 } from "@netpunch/wire";

/** The original's control as a core: it answers an announce if the other slot is known, never pushes, never forgets. */
export function createOriginalControl(secret: string | Uint8Array): Core<never> {
  const envelope = createV1Envelope(secretBytes(secret));
  const seen = new Map<v1.Slot, Endpoint>();
  return {
    deadline: null,
    handle(_now: Instant, input: Input): readonly Output<never>[] {
      if (input.type !== "datagram") return [];
      const { bytes, remote, socket } = input.datagram;
      const opened = envelope.open(bytes);
      if (!opened.ok) return [];
      const decoded = v1.decodeForControl(opened.payload);
      if (!decoded.ok) return [];
      seen.set(decoded.message.slot, { ...remote });
      const slot = v1.partnerOf(decoded.message.slot);
      const endpoint = seen.get(slot);
      if (endpoint === undefined) return [];
      const reply = envelope.seal(v1.encode({ type: "peerInfo", slot, endpoint }));
      return [{ type: "send", datagram: { socket, remote: { ...remote }, bytes: reply } }];
    },
  };
}
