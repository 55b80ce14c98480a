import type { Instant } from "@netpunch/transport";
import { expected } from "./errors.js";
import { EventQueue, type Timer } from "./event-queue.js";
import { Ledger, type TraceOption } from "./ledger.js";
import { MAX_PAYLOAD_BYTES } from "./packet.js";
import { Random, type Seed } from "./random.js";
import type { Fate } from "./trace.js";

/** A node as a map of the network shows it. */
export interface NodeView {
  readonly name: string;
  readonly kind: "host" | "nat" | "firewall" | "switch";
  /** The name of the site that it is on: "internet", or that of a NAT, firewall or switch. */
  readonly site: string;
  /** On that site; a firewall or switch has none. */
  readonly addresses: readonly string[];
}

/** What every part of the simulation shares: the clock, what is to come, the book of datagrams, the seed, the names. */
export class World {
  now: Instant;
  readonly queue = new EventQueue();
  readonly ledger: Ledger;
  readonly nodes = new Map<string, NodeView>();
  /** NATs so far, for their automatic prefixes. */
  lans = 0;
  /** What cores see of an arriving datagram; one buffer for all, as in a driver that reads into the same one again. */
  readonly receiveBuffer: Uint8Array = new Uint8Array(MAX_PAYLOAD_BYTES);
  readonly #seed: Seed;

  constructor(seed: Seed, startAtMs: Instant, trace: TraceOption, onFate: ((fate: Fate) => void) | null) {
    this.#seed = seed;
    this.now = startAtMs;
    this.ledger = new Ledger(this, trace, onFate);
  }

  /** Plans `action`; what is due already happens next, at this instant. */
  at(at: Instant, action: () => void): Timer {
    return this.queue.push(Math.max(at, this.now), action);
  }

  random(stream: string): Random {
    return new Random(this.#seed, stream);
  }

  /** Names are unique: streams of random numbers and the trace go by them. */
  enlist(node: NodeView): void {
    if (node.name === "" || node.name === "internet" || this.nodes.has(node.name)) {
      throw new RangeError(expected("name", "a name that no other node has", node.name));
    }
    this.nodes.set(node.name, node);
  }
}
