import { ipFamily, ipScope } from "@netpunch/wire";
import { type AddressPool, canonicalIpv4, createAddressPool } from "./addresses.js";
import { assertOneOf, DEPENDENCES, type NatBehaviour, natBehaviour } from "./behaviour.js";
import { ConntrackTable } from "./conntrack.js";
import { Pinholes } from "./firewall.js";
import { Gateway } from "./gateway.js";
import { type MappingView, NatTable } from "./nat-table.js";
import type { Packet } from "./packet.js";
import type { SimSite } from "./site.js";
import type { Nat, NatOptions, PinholeView } from "./topology.js";
import type { World } from "./world.js";

export class SimNat extends Gateway implements Nat {
  readonly behaviour: NatBehaviour;
  readonly #table: Pick<NatTable, "reset" | "outbound" | "inbound" | "rows">;
  readonly #pinholes: Pinholes | null;

  constructor(parent: SimSite, name: string, options: NatOptions) {
    const behaviour = natBehaviour(options);
    const ipv6 = options.ipv6 ?? "address-and-port-dependent";
    assertOneOf("ipv6", [...DEPENDENCES, "open", "none"], ipv6);
    super(parent, {
      ...options,
      name,
      kind: "nat",
      pool: lanPool(parent.world, options.lanPrefix),
      address: external(options.address),
    });
    this.behaviour = behaviour;
    const random = this.world.random(`nat ${name}`);
    const { conntrack } = options;
    if (conntrack !== undefined) assertOneOf("conntrack", ["filtered", "unfiltered"], conntrack);
    this.#table =
      conntrack === undefined
        ? new NatTable(behaviour, this.address, random)
        : new ConntrackTable(behaviour, conntrack === "unfiltered" ? "tracked" : "dropped", this.address, random);
    this.#pinholes = ipv6 === "none" ? null : new Pinholes(ipv6, behaviour);
    this.udp = options.udp ?? "allowed";
  }

  get address(): string {
    return this.addresses[0] as string;
  }

  mappings(): readonly MappingView[] {
    return this.#table.rows(this.world.now);
  }

  pinholes(): readonly PinholeView[] {
    return this.#pinholes?.rows(this.world.now) ?? [];
  }

  reboot(): void {
    this.#table.reset(this.address);
    this.#pinholes?.clear();
  }

  setAddress(address: string): void {
    this.take(external(address));
    this.#table.reset(this.address);
  }

  protected override outbound(packet: Packet): void {
    if (ipFamily(packet.to.address) === 6) return this.#outboundIpv6(packet);
    const { ledger, now } = this.world;
    const isHairpin = packet.to.address === this.address;
    if (isHairpin && this.behaviour.hairpin === "off") return ledger.dropped(packet, this.name, "hairpin-off");
    const translation = this.#table.outbound(packet.from, packet.to, now);
    if (translation === null) return ledger.dropped(packet, this.name, "no-port-left");
    const was = packet.from;
    packet.from = translation.external;
    ledger.translated(packet, this.name, "source", was, translation.mapping);
    // RFC 4787 REQ-9 a: a hairpinned datagram comes from its sender's external endpoint.
    if (isHairpin) this.#inboundIpv4(packet);
    else this.link.send(packet);
  }

  protected override inbound(packet: Packet): void {
    if (ipFamily(packet.to.address) === 6) this.#inboundIpv6(packet);
    else this.#inboundIpv4(packet);
  }

  #inboundIpv4(packet: Packet): void {
    const { ledger, now } = this.world;
    // The address changed while the datagram was on the link.
    if (packet.to.address !== this.address) return ledger.dropped(packet, this.name, "no-such-host");
    const answer = this.#table.inbound(packet.to.port, packet.from, now);
    if (!answer.ok) return ledger.dropped(packet, this.name, answer.reason);
    const was = packet.to;
    packet.to = answer.internal;
    ledger.translated(packet, this.name, "destination", was, "known");
    this.enter(packet);
  }

  #outboundIpv6(packet: Packet): void {
    if (this.#pinholes === null) return this.world.ledger.dropped(packet, this.name, "no-route");
    this.#pinholes.open(packet.from, packet.to, this.world.now);
    this.link.send(packet);
  }

  #inboundIpv6(packet: Packet): void {
    if (this.#pinholes === null) return this.world.ledger.dropped(packet, this.name, "no-route");
    if (!this.#pinholes.admits(packet.to, packet.from, this.world.now))
      return this.world.ledger.dropped(packet, this.name, "filtered");
    this.enter(packet);
  }

  protected override above(address: string) {
    const isRouted = ipFamily(address) === 6 && ipScope(address) === "public";
    return isRouted ? { parent: this.parent, link: this.link } : null;
  }
}

function external(address: string | undefined): string {
  return address === undefined || address === "ipv4" ? "ipv4" : canonicalIpv4("address", address);
}

function lanPool(world: World, lanPrefix: string | undefined): AddressPool {
  const number = ++world.lans;
  const automatic = number < 256 ? `192.168.${number}.0/24` : `10.${(number >> 8) & 0xff}.${number & 0xff}.0/24`;
  const prefix64 = `2001:db8:${(number >> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
  return createAddressPool("lanPrefix", lanPrefix ?? automatic, prefix64);
}
