import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import type { Input, Output } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, parseEndpoint, v1 } from "@netpunch/wire";
import { createPeerCore, type PeerCore, type PeerEvent, type Phase } from "../src/core.js";

const SECRET = "Secret";
export const envelope = createV1Envelope(secretBytes(SECRET));

export const at = (text: string): Endpoint => {
  const endpoint = parseEndpoint(text);
  if (endpoint === null) throw new Error(`no endpoint: ${text}`);
  return endpoint;
};

export const CONTROL = "198.51.100.1:7777";
export const PARTNER = "203.0.113.2:5000";

/** One peer alone: a test plays control, partner and attackers by hand, and reads what the peer says. */
export class BenchOfOne {
  readonly core: PeerCore = createPeerCore({ slot: "a", secret: SECRET });
  readonly sent: string[] = [];
  readonly events: PeerEvent[] = [];
  readonly passed: Uint8Array[] = [];
  now = 0;
  done = false;

  constructor() {
    this.feed({ type: "start" });
    this.feed({ type: "resolved", endpoints: [at(CONTROL)] });
  }

  feed(input: Input): readonly Output<PeerEvent>[] {
    const outputs = this.core.handle(this.now, input);
    for (const output of outputs) {
      if (output.type === "event") this.events.push(output.event);
      else if (output.type === "pass") this.passed.push(output.datagram.bytes);
      else if (output.type === "done") this.done = true;
      else if (output.type === "send") {
        const opened = envelope.open(output.datagram.bytes);
        const word = opened.ok ? new TextDecoder().decode(opened.payload) : "?";
        this.sent.push(`${this.now} ${word} -> ${formatEndpoint(output.datagram.remote)}`);
      }
    }
    return outputs;
  }

  /** Lets the clock run; every deadline on the way is kept. */
  until(ms: number): void {
    while (this.core.deadline !== null && this.core.deadline.at <= ms) {
      this.now = this.core.deadline.at;
      this.feed({ type: "wake" });
    }
    this.now = ms;
  }

  hear(bytes: Uint8Array, from: string): void {
    this.feed({ type: "datagram", datagram: { socket: 0, remote: at(from), bytes } });
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

  get reasons(): string[] {
    return this.events.flatMap((event) => (event.type === "dropped" ? [event.reason] : []));
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
