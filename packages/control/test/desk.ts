import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import type { Datagram, Input, Output, SocketId } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, parseEndpoint, v1 } from "@netpunch/wire";
import { type CommonCoreOptions, type ControlCore, type ControlEvent, createControlCore } from "../src/core.js";

/** A generated one, which takes no time to derive keys from. */
export const SECRET = "np2_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
export const envelope = createV1Envelope(secretBytes(SECRET));

export const A = "203.0.113.1:5000";
export const A2 = "203.0.113.1:6000";
export const B = "203.0.113.2:5000";
export const B2 = "203.0.113.2:6000";

export const at = (text: string): Endpoint => {
  const endpoint = parseEndpoint(text);
  if (endpoint === null) throw new Error(`no endpoint: ${text}`);
  return endpoint;
};

export const announce = (slot: string): Uint8Array => envelope.seal(new TextEncoder().encode(slot));

/** One control core alone: a test plays the clock and all peers by hand, and reads what control says and reports. */
export abstract class PlayedControl {
  core: ControlCore;
  now = 0;
  readonly events: ControlEvent[] = [];

  constructor(core: ControlCore) {
    this.core = core;
  }

  /** Takes down what control sent. */
  protected abstract note(datagram: Datagram): void;

  feed(input: Input): readonly Output<ControlEvent>[] {
    const outputs = this.core.handle(this.now, input);
    for (const output of outputs) {
      if (output.type === "event") this.events.push(output.event);
      if (output.type === "send") this.note(output.datagram);
    }
    return outputs;
  }

  /** A peer says a datagram; what control does about it at once, but that it may report another secret (strangers.test.ts). */
  hear(bytes: Uint8Array, from: string | Endpoint, socket: SocketId = 0): readonly Output<ControlEvent>[] {
    const remote = typeof from === "string" ? at(from) : from;
    const outputs = this.feed({ type: "datagram", datagram: { socket, remote, bytes } });
    return outputs.filter((output) => output.type !== "event" || output.event.type !== "otherSecret");
  }

  /** Lets the clock run to an instant; every deadline on the way is kept. */
  until(ms: number): this {
    while (this.core.deadline !== null && this.core.deadline.at <= ms) {
      this.now = Math.max(this.now, this.core.deadline.at);
      this.feed({ type: "wake" });
    }
    this.now = ms;
    return this;
  }

  takeEvents(): ControlEvent[] {
    return this.events.splice(0);
  }
}

/** With a secret alone: it speaks v1. */
export class Desk extends PlayedControl {
  readonly #sent: string[] = [];

  constructor(options: CommonCoreOptions = {}) {
    super(createControlCore({ secret: SECRET, ...options }));
    this.feed({ type: "start" });
  }

  announce(slot: string, from: string, socket: SocketId = 0): readonly Output<ControlEvent>[] {
    return this.hear(announce(slot), from, socket);
  }

  /** What was sent since the last call: `500 i|a|203.0.113.1:5000 -> 203.0.113.2:5000`. */
  takeSent(): string[] {
    return this.#sent.splice(0);
  }

  phaseOf(slot: v1.Slot): string {
    return this.core.stats(this.now).slots.find((each) => each.slot === slot)?.phase ?? "unknown";
  }

  protected note({ socket, remote, bytes }: Datagram): void {
    const opened = envelope.open(bytes);
    const decoded = opened.ok ? v1.decodeForPeer(opened.payload) : null;
    const text = opened.ok && decoded?.ok ? new TextDecoder().decode(opened.payload) : "unreadable";
    const by = socket === 0 ? "" : ` from socket ${socket}`;
    this.#sent.push(`${this.now} ${text} -> ${formatEndpoint(remote)}${by}`);
  }
}

/** No limit at all, for tests of something else. */
export const UNLIMITED = {
  announcesPerSlotPerSecond: Number.POSITIVE_INFINITY,
  announcesPerSourcePerSecond: Number.POSITIVE_INFINITY,
  announcesPerSecond: Number.POSITIVE_INFINITY,
  answerSpacingMs: 0,
  pushesInARow: Number.POSITIVE_INFINITY,
  pushesPerMinute: Number.POSITIVE_INFINITY,
} as const;

/** Where no peer can be that control may answer, for one with {@link OWN_SOCKETS}. */
export const UNUSABLE_SOURCES: [string, Endpoint][] = [
  ["port 0", { address: "203.0.113.1", port: 0 }],
  ["an impossible port", { address: "203.0.113.1", port: 65_536 }],
  ["multicast", { address: "224.0.0.1", port: 5000 }],
  ["IPv6 multicast", { address: "ff02::1", port: 5000 }],
  ["broadcast", { address: "255.255.255.255", port: 5000 }],
  ["the unspecified address", { address: "0.0.0.0", port: 5000 }],
  ["IPv6's", { address: "::", port: 5000 }],
  ["an address that only this machine can name", { address: "fe80::1%eth0", port: 5000 }],
  ["a second spelling", { address: "2001:DB8::1", port: 5000 }],
  ["one of our sockets", { address: "198.51.100.1", port: 7777 }],
  ["our socket for every address, over loopback", { address: "127.0.0.1", port: 8888 }],
];
export const OWN_SOCKETS: readonly Endpoint[] = [
  { address: "198.51.100.1", port: 7777 },
  { address: "::", port: 8888 },
];
