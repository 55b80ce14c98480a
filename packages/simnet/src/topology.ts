/*
 * What an internet is built of, as its users see it. These name each other, so they stand in one place: a site has hosts, and a
 * host moves from site to site.
 */

import type { Core } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { AddressChoice } from "./addresses.js";
import type { Dependence, Lifetimes, NatBehaviour } from "./behaviour.js";
import type { Permit } from "./filter.js";
import type { Link, LinkOptions, LinkQuality } from "./link.js";
import type { MappingView } from "./nat-table.js";
import type { Running, RunOptions } from "./running.js";
import type { Socket, SocketOptions } from "./socket.js";

/** A switch and who is plugged into it: the public internet, or the inside of a NAT, a firewall or a plain switch. */
export interface Site {
  readonly name: string;
  /** Adds a machine. Names are unique in the whole internet. */
  host(name: string, options?: HostOptions): Host;
  /** Adds a NAT with a LAN of its own behind it. */
  nat(name: string, options?: NatOptions): Nat;
  /** Adds a stateful firewall; hosts behind it have addresses of this site, untranslated. */
  firewall(name: string, options?: FirewallOptions): Firewall;
  /** Adds a switch that lets everything pass: hosts that share one link. */
  switch(name: string, options?: SwitchOptions): Switch;
  /** Puts a datagram on this site's switch, from nowhere: an attacker, a replay. */
  inject(datagram: RawDatagram): void;
}

/** A datagram made by hand, with any source. */
export interface RawDatagram {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  /** IP's: each NAT or firewall on the way takes one, and drops the datagram where none is left. Default 64. */
  readonly ttl?: number;
}

export interface HostOptions {
  /** One or more of its own, "ipv4" or "ipv6" for an automatic one. Default "ipv4". */
  readonly address?: AddressChoice | readonly AddressChoice[];
  /** Those of its addresses, now or after a `setAddress()`, that cores are to take for a VPN's. Default none. */
  readonly tunnelAddresses?: readonly string[];
  /** Its link to the site. Default: the site's own. */
  readonly link?: LinkOptions;
}

/** A machine with one network interface. */
export interface Host {
  readonly name: string;
  /** The name of the site that it is plugged into. */
  readonly site: string;
  readonly addresses: readonly string[];
  readonly link: Link;
  /** Starts a core on ports of this host. */
  run<Event>(core: Core<Event>, options?: RunOptions<Event>): Running<Event>;
  /** Opens a plain socket. */
  socket(options?: SocketOptions): Socket;
  /** Sends a datagram with whatever source, through the host's link. */
  sendRaw(datagram: RawDatagram): void;
  /**
   * Takes other addresses, of which its cores are told; what comes to the old ones finds "no such host". Sockets bound
   * to all addresses go on.
   */
  setAddress(address: AddressChoice | readonly AddressChoice[]): void;
  /** Unplugs it and plugs it in elsewhere (Wi-Fi to mobile), with addresses of that site. */
  moveTo(site: Site, address?: AddressChoice | readonly AddressChoice[]): void;
}

export interface GatewayOptions {
  /** The link to the site that it is plugged into. Default: that site's own. */
  readonly link?: LinkOptions;
  /** Between two nodes behind it, one way; each of their two links gets half. Default 0.5 ms, nothing lost. */
  readonly lan?: LinkQuality;
  /**
   * "on": what is plugged into it reaches the rest of the world, but not each other (guest Wi-Fi: "AP isolation").
   * Default "off".
   */
  readonly clientIsolation?: "on" | "off";
}

export interface NatOptions extends GatewayOptions, Partial<NatBehaviour> {
  /** Its external IPv4 address. Default: the next free one of the site that it is plugged into. */
  readonly address?: string;
  /**
   * Where hosts behind it get their addresses from. Default: 192.168.N.0/24, N counting the NATs of the internet (past
   * 255: 10.x.y.0/24). Two NATs may use the same one.
   */
  readonly lanPrefix?: string;
  /**
   * What happens to IPv6, which is never translated: filtered like this, or "none" where the line has no IPv6.
   * Default "address-and-port-dependent" (RFC 6092: a home router is a stateful firewall for IPv6).
   */
  readonly ipv6?: Filtering | "none";
  /**
   * How Linux keeps a table: one entry for each pair of endpoints, so that an entry in the way gives a conversation another external
   * port. "filtered": what nobody asked for leaves no entry; "unfiltered": it leaves one, of the router's own, as nothing drops it
   * before. Neither `mapping` nor `filtering` counts then; hairpinning is not done. Default: a table in the words of RFC 4787.
   */
  readonly conntrack?: "filtered" | "unfiltered";
  /** Default "allowed". */
  readonly udp?: "allowed" | "blocked";
}

/** A router that translates addresses, and the LAN behind it. */
export interface Nat extends Site {
  /** Its external address. */
  readonly address: string;
  readonly behaviour: NatBehaviour;
  readonly link: Link;
  /** Whether UDP crosses it; may be set while the network runs. */
  udp: "allowed" | "blocked";
  /** The table as it stands now, without what has expired. */
  mappings(): readonly MappingView[];
  /** What hosts behind it have opened for IPv6. */
  pinholes(): readonly PinholeView[];
  /** Loses all mappings and pinholes; sequential and random allocation go on elsewhere, preserving gives the same ports. */
  reboot(): void;
  /** The provider gives it another address ("ipv4" for the next free one); what was mapped is lost. */
  setAddress(address: string): void;
}

/** Who may send in: by what the inside sent (as RFC 4787 section 5 has it for NATs), or "open", anybody. */
export type Filtering = Dependence | "open";

export interface FirewallOptions extends GatewayOptions, Partial<Lifetimes> {
  /** Default "address-and-port-dependent". */
  readonly filtering?: Filtering;
  /** Default "allowed". */
  readonly udp?: "allowed" | "blocked";
}

/** A way in that a host behind a firewall has opened. */
export interface PinholeView {
  readonly inside: Endpoint;
  readonly permits: readonly Permit[];
}

/** A stateful packet filter; the hosts behind it keep their addresses. */
export interface Firewall extends Site {
  readonly link: Link;
  /** Whether UDP crosses it; may be set while the network runs. */
  udp: "allowed" | "blocked";
  /** What is open now. */
  pinholes(): readonly PinholeView[];
  /** Forgets what is open. */
  reboot(): void;
}

export type SwitchOptions = GatewayOptions;

/** Hosts that share one link. */
export interface Switch extends Site {
  readonly link: Link;
}
