import type { Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import { assertOneOf, DEPENDENCES, type Lifetimes, lifetimes } from "./behaviour.js";
import { Filter } from "./filter.js";
import { Gateway } from "./gateway.js";
import type { Packet } from "./packet.js";
import type { SimSite } from "./site.js";
import type { Filtering, Firewall, FirewallOptions, PinholeView } from "./topology.js";

/** The state of a packet filter, for one router. */
export class Pinholes {
  readonly #filtering: Filtering;
  readonly #lifetimes: Lifetimes;
  /** By inside endpoint; the one that sent last stands last. */
  readonly #filters = new Map<string, { inside: Endpoint; filter: Filter }>();

  constructor(filtering: Filtering, times: Lifetimes) {
    this.#filtering = filtering;
    this.#lifetimes = times;
  }

  open(inside: Endpoint, remote: Endpoint, now: Instant): void {
    if (this.#filtering === "open") return;
    const key = formatEndpoint(inside);
    const pinhole = this.#filters.get(key) ?? { inside, filter: new Filter(this.#filtering, this.#lifetimes) };
    pinhole.filter.open(remote, now);
    this.#filters.delete(key);
    this.#forgetExpired(now);
    this.#filters.set(key, pinhole);
  }

  admits(inside: Endpoint, remote: Endpoint, now: Instant): boolean {
    return (
      this.#filtering === "open" || (this.#filters.get(formatEndpoint(inside))?.filter.admits(remote, now) ?? false)
    );
  }

  clear(): void {
    this.#filters.clear();
  }

  rows(now: Instant): readonly PinholeView[] {
    return [...this.#filters.values()]
      .filter(({ filter }) => filter.expiresAt > now)
      .map(({ inside, filter }) => ({ inside, permits: filter.permits(now) }));
  }

  #forgetExpired(now: Instant): void {
    for (const [key, { filter }] of this.#filters) {
      if (filter.expiresAt > now) return;
      this.#filters.delete(key);
    }
  }
}

/** A firewall, or with "open" filtering a switch. */
export class SimFirewall extends Gateway implements Firewall {
  readonly #pinholes: Pinholes;

  constructor(parent: SimSite, name: string, kind: "firewall" | "switch", options: FirewallOptions) {
    const filtering = options.filtering ?? "address-and-port-dependent";
    assertOneOf("filtering", [...DEPENDENCES, "open"], filtering);
    const pinholes = new Pinholes(filtering, lifetimes(options));
    super(parent, { ...options, name, kind, pool: parent.pool, address: null });
    this.#pinholes = pinholes;
    this.udp = options.udp ?? "allowed";
  }

  pinholes(): readonly PinholeView[] {
    return this.#pinholes.rows(this.world.now);
  }

  reboot(): void {
    this.#pinholes.clear();
  }

  protected override outbound(packet: Packet): void {
    this.#pinholes.open(packet.from, packet.to, this.world.now);
    this.link.send(packet);
  }

  protected override inbound(packet: Packet): void {
    if (this.#pinholes.admits(packet.to, packet.from, this.world.now)) this.enter(packet);
    else this.world.ledger.dropped(packet, this.name, "filtered");
  }

  protected override above() {
    return { parent: this.parent, link: this.link };
  }
}
