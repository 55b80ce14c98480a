import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import type { Datagram } from "@netpunch/transport";
import { formatEndpoint, v1 } from "@netpunch/wire";
import { createPeerCore, type PeerCore, type Phase } from "../src/core.js";
import { at, Bench, CONTROL, PARTNER } from "./bench.js";

const SECRET = "Secret";
export const envelope = createV1Envelope(secretBytes(SECRET));

/** One peer alone, in slot a of protocol v1. */
export class BenchOfOne extends Bench<PeerCore> {
  readonly sent: string[] = [];

  constructor() {
    super(createPeerCore({ slot: "a", secret: SECRET }));
    this.feed({ type: "start" });
    this.feed({ type: "resolved", endpoints: [at(CONTROL)] });
  }

  protected note({ bytes, remote }: Datagram): void {
    const opened = envelope.open(bytes);
    const word = opened.ok ? new TextDecoder().decode(opened.payload) : "?";
    this.sent.push(`${this.now} ${word} -> ${formatEndpoint(remote)}`);
  }

  say(message: v1.Message, from: string): void {
    this.hear(envelope.seal(v1.encode(message)), from);
  }

  introduce(partner = PARTNER, from = CONTROL, slot: v1.Slot = "b"): void {
    this.say({ type: "peerInfo", slot, endpoint: at(partner) }, from);
  }

  /** What was sent since the last call. */
  takeSent(): string[] {
    return this.sent.splice(0);
  }
}

/** How each phase is reached from the start, by datagrams and time alone. */
export const reach: Record<Phase, (peer: BenchOfOne) => void> = {
  discovering: () => {},
  pinging: (peer) => peer.introduce(),
  ponging: (peer) => {
    peer.introduce();
    peer.say({ type: "ping" }, PARTNER);
  },
  knocking: (peer) => {
    peer.introduce();
    peer.until(1000);
  },
  closing: (peer) => {
    peer.introduce();
    peer.say({ type: "pong" }, PARTNER);
  },
  connected: (peer) => {
    peer.introduce();
    peer.say({ type: "ping" }, PARTNER);
    peer.say({ type: "close" }, PARTNER);
  },
};
