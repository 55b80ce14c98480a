import type { Core, Input, Output } from "@netpunch/transport";
import { type Endpoint, v1 } from "@netpunch/wire";
import { announce, envelope } from "./desk.js";

/** What a toy peer was told. */
export interface Told {
  readonly slot: v1.Slot;
  readonly endpoint: Endpoint;
  readonly by: Endpoint;
}

const BURST = 5;
const PAUSE_MS = 100;
const SLEEP_MS = 30_000;

/** Asks as the original does, five times in 100 ms each and again after 30 s of sleep, until it is told; no drill. */
export function createToyPeer(slot: v1.Slot, control: Endpoint): Core<Told> {
  let asked = 0;
  let wakesAt: number | null = null;
  return {
    get deadline() {
      return wakesAt === null ? null : { at: wakesAt, why: "asking" };
    },
    handle(now: number, input: Input): readonly Output<Told>[] {
      if (input.type === "start" || (input.type === "wake" && wakesAt !== null && now >= wakesAt)) {
        asked += 1;
        wakesAt = now + (asked % BURST === 0 ? SLEEP_MS : PAUSE_MS);
        return [{ type: "send", datagram: { socket: 0, remote: control, bytes: announce(slot) } }];
      }
      if (input.type !== "datagram") return [];
      const opened = envelope.open(input.datagram.bytes);
      const decoded = opened.ok ? v1.decodeForPeer(opened.payload) : null;
      if (!decoded?.ok || decoded.message.type !== "peerInfo") return [];
      wakesAt = null;
      const { slot: partner, endpoint } = decoded.message;
      return [{ type: "event", event: { slot: partner, endpoint, by: { ...input.datagram.remote } } }];
    },
  };
}
