import type { Instant } from "@netpunch/transport";
import { expected } from "./errors.js";
import type { Packet } from "./packet.js";
import type { Random } from "./random.js";
import type { World } from "./world.js";

/** What a link does to the datagrams that go through it, one way. */
export interface LinkQuality {
  /** Milliseconds that every datagram takes. Default 0. */
  readonly latencyMs?: number;
  /** Up to so many milliseconds more, uniformly; a link is a queue, so jitter alone never reorders. Default 0. */
  readonly jitterMs?: number;
  /** The share of datagrams lost, 0..1, each independently. Default 0. */
  readonly loss?: number;
  /** The share of datagrams that come out more than once, 0..1. Default 0. */
  readonly duplicate?: number;
  /** The share of datagrams that step out of the queue, 0..1: later ones may overtake them. Default 0. */
  readonly reorder?: number;
  /** How long a datagram that steps out is held back at most, in milliseconds, uniformly. Default 20 (chosen: a few datagrams of a drill). */
  readonly reorderMs?: number;
}

/** The same both ways, but for what `outbound` (from the node) and `inbound` (to it) say otherwise. */
export interface LinkOptions extends LinkQuality {
  readonly outbound?: LinkQuality;
  readonly inbound?: LinkQuality;
}

/** The cable between a node and the switch of its site. */
export interface Link {
  readonly state: "up" | "down";
  readonly outbound: Required<LinkQuality>;
  readonly inbound: Required<LinkQuality>;
  /** Changes what is named, from now on; datagrams under way keep their time of arrival. */
  set(options: LinkOptions): void;
  /** Unplugs it: what is under way is lost, and the node's own sends are refused. */
  down(): void;
  up(): void;
}

const PERFECT: Required<LinkQuality> = { latencyMs: 0, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reorderMs: 20 };

/**
 * Each of two equal links that make a path of the given quality: half the latency and jitter, and the loss whose
 * repetition loses the path's share.
 */
export function halfOf(path: LinkQuality): LinkQuality {
  const { latencyMs, jitterMs, loss, duplicate, reorder, reorderMs } = merged(PERFECT, path);
  const once = (probability: number): number => 1 - Math.sqrt(1 - probability);
  return {
    latencyMs: latencyMs / 2,
    jitterMs: jitterMs / 2,
    loss: once(loss),
    duplicate: once(duplicate),
    reorder: once(reorder),
    reorderMs,
  };
}

/** The base with what is given laid over it. */
function merged(base: Required<LinkQuality>, given: LinkQuality): Required<LinkQuality> {
  return {
    latencyMs: milliseconds("latencyMs", given.latencyMs ?? base.latencyMs),
    jitterMs: milliseconds("jitterMs", given.jitterMs ?? base.jitterMs),
    loss: share("loss", given.loss ?? base.loss),
    duplicate: share("duplicate", given.duplicate ?? base.duplicate),
    reorder: share("reorder", given.reorder ?? base.reorder),
    reorderMs: milliseconds("reorderMs", given.reorderMs ?? base.reorderMs),
  };
}

function milliseconds(argument: string, value: number): number {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new RangeError(expected(argument, "milliseconds, 0 or more", value));
}

function share(argument: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(expected(argument, "a share, 0 to 1", value));
}

/** One way through a link. */
class Lane {
  readonly #world: World;
  readonly #owner: string;
  readonly #direction: "outbound" | "inbound";
  readonly #arrive: (packet: Packet) => void;
  readonly #random: Random;
  quality = PERFECT;
  state: "up" | "down" = "up";
  /** Counts the cuts: a datagram that entered before the last one never arrives. */
  #cuts = 0;
  #lastArrivalAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(world: World, owner: string, direction: "outbound" | "inbound", arrive: (packet: Packet) => void) {
    this.#world = world;
    this.#owner = owner;
    this.#direction = direction;
    this.#arrive = arrive;
    this.#random = world.random(`link ${owner} ${direction}`);
  }

  /** Loses what is under way. */
  drain(): void {
    this.#cuts++;
    this.#lastArrivalAt = Number.NEGATIVE_INFINITY;
  }

  carry(packet: Packet): void {
    const { ledger } = this.#world;
    if (this.state === "down") return ledger.dropped(packet, this.#owner, "link-down");
    if (this.#random.chance(this.quality.loss)) return ledger.dropped(packet, this.#owner, "lost");
    const copy = this.#random.chance(this.quality.duplicate) ? ledger.copied(packet, this.#owner) : null;
    this.#schedule(packet);
    if (copy !== null) this.#schedule(copy);
  }

  #schedule(packet: Packet): void {
    const arrivesAt = this.#arrivalTime();
    this.#world.ledger.hopped(packet, this.#owner, this.#direction, arrivesAt);
    const cuts = this.#cuts;
    this.#world.at(arrivesAt, () => {
      if (cuts === this.#cuts) this.#arrive(packet);
      else this.#world.ledger.dropped(packet, this.#owner, "link-down");
    });
  }

  #arrivalTime(): Instant {
    const { latencyMs, jitterMs, reorder, reorderMs } = this.quality;
    const earliest = this.#world.now + latencyMs + (jitterMs > 0 ? jitterMs * this.#random.next() : 0);
    if (this.#random.chance(reorder)) return earliest + reorderMs * this.#random.next();
    this.#lastArrivalAt = Math.max(this.#lastArrivalAt, earliest);
    return this.#lastArrivalAt;
  }
}

export class SimLink implements Link {
  readonly owner: string;
  readonly #outbound: Lane;
  readonly #inbound: Lane;

  constructor(
    world: World,
    owner: string,
    quality: readonly LinkOptions[],
    ends: { toSite(packet: Packet): void; toNode(packet: Packet): void },
  ) {
    this.owner = owner;
    this.#outbound = new Lane(world, owner, "outbound", ends.toSite);
    this.#inbound = new Lane(world, owner, "inbound", ends.toNode);
    for (const options of quality) this.set(options);
  }

  get outbound(): Required<LinkQuality> {
    return this.#outbound.quality;
  }

  get inbound(): Required<LinkQuality> {
    return this.#inbound.quality;
  }

  set(options: LinkOptions): void {
    const outbound = merged(merged(this.outbound, options), options.outbound ?? {});
    const inbound = merged(merged(this.inbound, options), options.inbound ?? {});
    this.#outbound.quality = outbound;
    this.#inbound.quality = inbound;
  }

  get state(): "up" | "down" {
    return this.#outbound.state;
  }

  down(): void {
    this.#outbound.state = "down";
    this.#inbound.state = "down";
    this.drain();
  }

  up(): void {
    this.#outbound.state = "up";
    this.#inbound.state = "up";
  }

  /** Loses what is under way, both ways. */
  drain(): void {
    this.#outbound.drain();
    this.#inbound.drain();
  }

  /** From the node to its site. */
  send(packet: Packet): void {
    this.#outbound.carry(packet);
  }

  /** From the site to the node. */
  deliver(packet: Packet): void {
    this.#inbound.carry(packet);
  }
}
