import { ipFamily } from "@netpunch/wire";
import { type AddressChoice, type AddressPool, canonicalAddress } from "./addresses.js";
import { expected } from "./errors.js";
import { halfOf, type LinkQuality, type SimLink } from "./link.js";
import type { Packet } from "./packet.js";
import type {
  Firewall,
  FirewallOptions,
  Host,
  HostOptions,
  Nat,
  NatOptions,
  RawDatagram,
  Site,
  Switch,
  SwitchOptions,
} from "./topology.js";
import type { World } from "./world.js";

/** Makes the nodes of a site; given in, as a site and the nodes that are sites themselves would import each other. */
export interface Builders {
  host(site: SimSite, name: string, options: HostOptions): Host;
  nat(site: SimSite, name: string, options: NatOptions): Nat;
  firewall(site: SimSite, name: string, options: FirewallOptions): Firewall;
  switch(site: SimSite, name: string, options: SwitchOptions): Switch;
}

export interface SiteSettings {
  readonly name: string;
  readonly world: World;
  readonly builders: Builders;
  readonly pool: AddressPool;
  /** Between two nodes of the site, one way. */
  readonly path: LinkQuality;
  /** Whether its nodes are kept from each other. */
  readonly clientIsolation: "on" | "off";
}

export abstract class SimSite implements Site {
  readonly name: string;
  readonly world: World;
  readonly builders: Builders;
  readonly pool: AddressPool;
  /** What each link to this site is unless its node says otherwise. */
  readonly linkQuality: LinkQuality;
  readonly #clientIsolation: "on" | "off";
  readonly #links = new Map<string, SimLink>();

  constructor({ name, world, builders, pool, path, clientIsolation }: SiteSettings) {
    this.name = name;
    this.world = world;
    this.builders = builders;
    this.pool = pool;
    this.linkQuality = halfOf(path);
    this.#clientIsolation = clientIsolation;
  }

  host(name: string, options: HostOptions = {}): Host {
    return this.builders.host(this, name, options);
  }

  nat(name: string, options: NatOptions = {}): Nat {
    return this.builders.nat(this, name, options);
  }

  firewall(name: string, options: FirewallOptions = {}): Firewall {
    return this.builders.firewall(this, name, options);
  }

  switch(name: string, options: SwitchOptions = {}): Switch {
    return this.builders.switch(this, name, options);
  }

  inject(datagram: RawDatagram): void {
    const packet = bornRaw(this.world, "injected", this.name, datagram);
    this.world.at(this.world.now, () => this.forward(packet));
  }

  /** What came to the switch from one of its nodes. */
  forward(packet: Packet): void {
    const link = this.#links.get(packet.to.address);
    if (link === undefined) this.leave(packet);
    else if (this.#clientIsolation === "on") this.world.ledger.dropped(packet, this.name, "isolated");
    else link.deliver(packet);
  }

  /** What came to the switch from outside: it never goes back there, so nothing can circle. */
  enter(packet: Packet): void {
    const link = this.#links.get(packet.to.address);
    if (link !== undefined) link.deliver(packet);
    else this.world.ledger.dropped(packet, this.name, "no-such-host");
  }

  /** The addresses that a caller chose, automatic ones filled in. */
  choose(choice: AddressChoice | readonly AddressChoice[] = "ipv4"): string[] {
    const choices = typeof choice === "string" ? [choice] : choice;
    if (choices.length === 0) throw new RangeError(expected("address", "at least one address", "none"));
    return choices.map((one) =>
      one === "ipv4" || one === "ipv6"
        ? this.pool.next(one, (address) => this.#holder(address) !== null)
        : canonicalAddress("address", one),
    );
  }

  /** From now on sends down `link` what is for `wanted`, and no longer what was for `held`. */
  assign(link: SimLink, held: readonly string[], wanted: readonly string[]): void {
    const added = wanted.filter((address) => !held.includes(address));
    for (const address of added) {
      const holder = this.#holder(address);
      if (holder !== null)
        throw new RangeError(expected("address", `an address that ${holder} does not have`, address));
    }
    for (const address of held) if (!wanted.includes(address)) this.#unroute(address);
    for (const address of added) this.#route(address, link);
  }

  #holder(address: string): string | null {
    const here = this.#links.get(address);
    if (here !== undefined) return here.owner;
    const above = this.above(address);
    return above === null ? null : above.parent.#holder(address);
  }

  #route(address: string, link: SimLink): void {
    this.#links.set(address, link);
    const above = this.above(address);
    if (above !== null) above.parent.#route(address, above.link);
  }

  #unroute(address: string): void {
    this.#links.delete(address);
    const above = this.above(address);
    if (above !== null) above.parent.#unroute(address);
  }

  /** Takes what no node of the site wants towards the rest of the world. */
  protected abstract leave(packet: Packet): void;
  /** The site that must know, too, that `address` is reached here, and by which link; null where it means nothing outside. */
  protected abstract above(address: string): { readonly parent: SimSite; readonly link: SimLink } | null;
}

export function bornRaw(world: World, type: "sent" | "injected", node: string, datagram: RawDatagram): Packet {
  const { from, to, bytes, ttl } = datagram;
  if (ipFamily(from.address) !== ipFamily(to.address)) {
    throw new RangeError(expected("from", `an address of the family of ${to.address}`, from.address));
  }
  return world.ledger.born(type, node, from, to, bytes, ttl);
}
