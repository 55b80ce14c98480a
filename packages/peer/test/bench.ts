import type { Core, Datagram, Input, Output } from "@netpunch/transport";
import { type Endpoint, parseEndpoint } from "@netpunch/wire";
import type { PeerEvent } from "../src/core.js";

export const at = (text: string): Endpoint => {
  const endpoint = parseEndpoint(text);
  if (endpoint === null) throw new Error(`no endpoint: ${text}`);
  return endpoint;
};

export const CONTROL = "198.51.100.1:7777";
export const PARTNER = "203.0.113.2:5000";

/** A peer's core alone: a test plays the clock, control, partner and attackers by hand, and reads what the peer says. */
export abstract class Bench<PeerCore extends Core<PeerEvent>> {
  readonly core: PeerCore;
  readonly events: PeerEvent[] = [];
  readonly passed: Uint8Array[] = [];
  resolves = 0;
  now = 0;
  done = false;

  constructor(core: PeerCore) {
    this.core = core;
  }

  /** Takes down what the peer sent. */
  protected abstract note(datagram: Datagram): void;

  feed(input: Input): readonly Output<PeerEvent>[] {
    return this.take(this.core.handle(this.now, input));
  }

  take(outputs: readonly Output<PeerEvent>[]): readonly Output<PeerEvent>[] {
    for (const output of outputs) {
      if (output.type === "event") this.events.push(output.event);
      else if (output.type === "pass") this.passed.push(output.datagram.bytes.slice());
      else if (output.type === "done") this.done = true;
      else if (output.type === "resolve") this.resolves += 1;
      else if (output.type === "send") this.note(output.datagram);
    }
    return outputs;
  }

  /** Lets the clock run; every deadline on the way is kept. */
  until(ms: number): void {
    while (this.core.deadline !== null && this.core.deadline.at <= ms) {
      this.now = Math.max(this.now, this.core.deadline.at);
      this.feed({ type: "wake" });
    }
    this.now = ms;
  }

  hear(bytes: Uint8Array, from: string): void {
    this.feed({ type: "datagram", datagram: { socket: 0, remote: at(from), bytes } });
  }

  get reasons(): string[] {
    return this.events.flatMap((event) => (event.type === "dropped" ? [event.reason] : []));
  }
}
