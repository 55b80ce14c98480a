import type { Instant } from "@netpunch/transport";
import { createAddressPool } from "./addresses.js";
import { expected, SimnetError } from "./errors.js";
import { SimFirewall } from "./firewall.js";
import { SimHost } from "./host.js";
import type { Stats, TraceOption } from "./ledger.js";
import type { LinkQuality } from "./link.js";
import { SimNat } from "./nat.js";
import type { Packet } from "./packet.js";
import type { Seed } from "./random.js";
import { type Builders, SimSite } from "./site.js";
import type { Site } from "./topology.js";
import type { Fate } from "./trace.js";
import { type NodeView, World } from "./world.js";

export interface InternetOptions {
  /** The same seed and the same scenario give the same trace, byte for byte. */
  readonly seed: Seed;
  /**
   * Between any two nodes of the public internet, one way. Each of their two links gets half of the latency and jitter,
   * and the loss, duplication and reordering that makes the whole path's. Default: no latency, nothing lost.
   */
  readonly link?: LinkQuality;
  /** Default "full". */
  readonly trace?: TraceOption;
  /** What the clock shows at first. Default 0. */
  readonly startAtMs?: Instant;
  /** Called with each fate as it happens, whatever is kept of the trace. */
  readonly onFate?: (fate: Fate) => void;
}

export type RunUntil =
  /** Up to and with this instant, where the clock then stands. */
  | { readonly untilMs: Instant }
  /** Until the condition holds (asked before the first event and after each); `limitMs` from now at most. Default one hour. */
  | { readonly until: () => boolean; readonly limitMs?: number }
  /** Until nothing is left to happen; `limitMs` from now at most. Default one hour. */
  | { readonly limitMs?: number };

/** Why `run()` came back: its condition holds, its time is up, or nothing is left to happen. */
export type RunEnd = "condition" | "time" | "idle";

/** An internet in memory; itself the public part of it. */
export interface Internet extends Site {
  /** Virtual milliseconds. Nothing here ever waits for real ones. */
  readonly now: Instant;
  /** Every fate of every datagram so far, in the order of time, as far as the option `trace` keeps them. */
  readonly trace: readonly Fate[];
  readonly stats: Stats;
  readonly nodes: readonly NodeView[];
  /** Plans a step of the scenario. @throws RangeError for an instant that has passed. */
  at(ms: Instant, step: () => void): void;
  /** Lets time pass. */
  run(until?: RunUntil): RunEnd;
  /** Lets the next event happen; false when there is none. */
  step(): boolean;
}

/** chosen: as long as anybody's patience with a hole. */
const DEFAULT_LIMIT_MS = 3_600_000;
/** chosen: far above thousands of hosts that start together. */
const MAX_EVENTS_AT_ONCE = 1_000_000;
/** RFC 2544 appendix C.2.2: set aside for benchmarks, so nobody's real address; 131,072 of them. RFC 3849 for IPv6. */
const PUBLIC_PREFIX = "198.18.0.0/15";
const PUBLIC_PREFIX_64 = "2001:db8:0:0";

const builders: Builders = {
  host: (site, name, options) => new SimHost(site, name, options),
  nat: (site, name, options) => new SimNat(site, name, options),
  firewall: (site, name, options) => new SimFirewall(site, name, "firewall", options),
  switch: (site, name, options) => new SimFirewall(site, name, "switch", { ...options, filtering: "open" }),
};

class SimInternet extends SimSite implements Internet {
  #eventsAtOnce = 0;
  #isStepping = false;

  constructor({ seed, link = {}, trace = "full", startAtMs = 0, onFate }: InternetOptions) {
    super({
      name: "internet",
      world: new World(seed, startAtMs, trace, onFate ?? null),
      builders,
      pool: createAddressPool("address", PUBLIC_PREFIX, PUBLIC_PREFIX_64),
      path: link,
      clientIsolation: "off",
    });
  }

  get now(): Instant {
    return this.world.now;
  }

  get trace(): readonly Fate[] {
    return this.world.ledger.trace;
  }

  get stats(): Stats {
    return this.world.ledger.stats;
  }

  get nodes(): readonly NodeView[] {
    return [...this.world.nodes.values()];
  }

  at(ms: Instant, step: () => void): void {
    if (!(ms >= this.now)) throw new RangeError(expected("ms", `an instant not before ${this.now}`, ms));
    this.world.at(ms, step);
  }

  run(options: RunUntil = {}): RunEnd {
    const endAt = "untilMs" in options ? options.untilMs : this.now + (options.limitMs ?? DEFAULT_LIMIT_MS);
    if (!(endAt >= this.now && endAt < Number.POSITIVE_INFINITY)) {
      throw new RangeError(expected("untilMs" in options ? "untilMs" : "limitMs", "a time to come", endAt));
    }
    const { queue } = this.world;
    const until = "until" in options ? options.until : () => false;
    while (!until()) {
      if (queue.size === 0 && !("untilMs" in options)) return "idle";
      if (queue.nextAt > endAt) {
        this.world.now = endAt;
        return "time";
      }
      this.step();
    }
    return "condition";
  }

  step(): boolean {
    if (this.#isStepping)
      throw new TypeError("the simulation is running: a step or a callback of it cannot run it further");
    const { world } = this;
    const at = world.queue.nextAt;
    const action = world.queue.pop();
    if (action === null) return false;
    this.#eventsAtOnce = at === world.now ? this.#eventsAtOnce + 1 : 0;
    if (this.#eventsAtOnce > MAX_EVENTS_AT_ONCE)
      throw new SimnetError("clock-stuck", `${MAX_EVENTS_AT_ONCE} events at ${at} ms and more to come`);
    world.now = at;
    this.#isStepping = true;
    try {
      action();
    } finally {
      this.#isStepping = false;
    }
    return true;
  }

  protected override leave(packet: Packet): void {
    this.world.ledger.dropped(packet, this.name, "no-such-host");
  }

  protected override above(): null {
    return null;
  }
}

/**
 * Makes an internet in memory, with a clock of its own.
 *
 * @throws RangeError for an option out of range, naming it.
 * @example
 * const net = createInternet({ seed: 1, link: { latencyMs: 25 } });
 * const server = net.host("server", { address: "198.51.100.1" });
 * const home = net.nat("home", { address: "203.0.113.1" });
 * const client = home.host("client").socket({ port: 5000 });
 * server.socket({ port: 7777, onDatagram: ({ remote }) => console.log(remote) }); // { address: "203.0.113.1", port: 5000 }
 * client.send({ address: "198.51.100.1", port: 7777 }, new Uint8Array(4));
 * net.run();
 */
export function createInternet(options: InternetOptions): Internet {
  return new SimInternet(options);
}
