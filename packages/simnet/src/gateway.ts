import type { AddressChoice, AddressPool } from "./addresses.js";
import { assertOneOf } from "./behaviour.js";
import { type LinkQuality, SimLink } from "./link.js";
import type { Packet } from "./packet.js";
import { SimSite } from "./site.js";
import type { GatewayOptions } from "./topology.js";
import type { NodeView } from "./world.js";

/** Half a millisecond between two hosts of a LAN, one way (chosen: a switched network, and exact in binary). */
const DEFAULT_LAN: LinkQuality = { latencyMs: 0.5 };

export interface GatewaySettings extends GatewayOptions {
  readonly name: string;
  readonly kind: "nat" | "firewall" | "switch";
  readonly pool: AddressPool;
  readonly address: AddressChoice | null;
}

/** A node between a site of its own and the site that it is plugged into. */
export abstract class Gateway extends SimSite implements NodeView {
  readonly kind: "nat" | "firewall" | "switch";
  readonly link: SimLink;
  udp: "allowed" | "blocked" = "allowed";
  addresses: readonly string[] = [];
  protected readonly parent: SimSite;

  constructor(parent: SimSite, settings: GatewaySettings) {
    const { name, kind, pool, link = {}, lan = DEFAULT_LAN, clientIsolation = "off", address } = settings;
    const { world, builders } = parent;
    assertOneOf("clientIsolation", ["on", "off"], clientIsolation);
    super({ name, world, builders, pool, path: lan, clientIsolation });
    this.kind = kind;
    this.parent = parent;
    world.enlist(this);
    this.link = new SimLink(world, name, [parent.linkQuality, link], {
      toSite: (packet) => parent.forward(packet),
      toNode: (packet) => this.#arrive(packet),
    });
    if (address !== null) this.take(address);
  }

  get site(): string {
    return this.parent.name;
  }

  protected take(choice: AddressChoice): void {
    const chosen = this.parent.choose(choice);
    this.parent.assign(this.link, this.addresses, chosen);
    this.addresses = chosen;
  }

  protected override leave(packet: Packet): void {
    if (this.#mayCross(packet)) this.outbound(packet);
  }

  #arrive(packet: Packet): void {
    if (this.#mayCross(packet)) this.inbound(packet);
  }

  #mayCross(packet: Packet): boolean {
    const { ledger } = this.world;
    if (this.kind !== "switch") packet.hopsLeft--;
    if (packet.hopsLeft <= 0) ledger.dropped(packet, this.name, "ttl-expired");
    else if (this.udp === "blocked") ledger.dropped(packet, this.name, "udp-blocked");
    else return true;
    return false;
  }

  /** From behind it, to nobody there. */
  protected abstract outbound(packet: Packet): void;
  /** From outside, to it or to somebody behind it. */
  protected abstract inbound(packet: Packet): void;
}
