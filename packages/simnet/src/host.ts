import type { Core, LocalAddress } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, ipFamily } from "@netpunch/wire";
import { type AddressChoice, canonicalAddress } from "./addresses.js";
import { isPort } from "./behaviour.js";
import { expected } from "./errors.js";
import { SimLink } from "./link.js";
import { MAX_PAYLOAD_BYTES, type Packet } from "./packet.js";
import { Process } from "./process.js";
import type { Random } from "./random.js";
import type { Running, RunOptions } from "./running.js";
import { bornRaw, SimSite } from "./site.js";
import { type Machine, Port, type Reader, SimSocket, type Socket, type SocketOptions } from "./socket.js";
import type { Host, HostOptions, RawDatagram, Site } from "./topology.js";
import type { DropReason } from "./trace.js";
import type { NodeView, World } from "./world.js";

/** RFC 6335 section 6: the dynamic ports. */
const FIRST_EPHEMERAL_PORT = 49_152;
const EPHEMERAL_PORTS = 65_536 - FIRST_EPHEMERAL_PORT;

/** What `send` says on a POSIX system. */
const ERRNO = { "no-route": "ENETUNREACH", "link-down": "ENETDOWN", "too-big": "EMSGSIZE" } as const satisfies Partial<
  Record<DropReason, string>
>;

export class SimHost implements Host, Machine, NodeView {
  readonly name: string;
  readonly kind = "host";
  readonly world: World;
  readonly link: SimLink;
  addresses: readonly string[];
  readonly #tunnelAddresses: readonly string[];
  #processes: readonly Pick<Process<unknown>, "state" | "readdressed">[] = [];
  #site: SimSite;
  readonly #ports = new Map<number, Port[]>();
  readonly #random: Random;

  constructor(site: SimSite, name: string, { address, tunnelAddresses = [], link = {} }: HostOptions) {
    this.name = name;
    this.world = site.world;
    this.#site = site;
    this.#tunnelAddresses = tunnelAddresses.map((one) => canonicalAddress("tunnelAddresses", one));
    this.#random = this.world.random(`host ${name}`);
    this.world.enlist(this);
    this.link = new SimLink(this.world, name, [site.linkQuality, link], {
      toSite: (packet) => this.#site.forward(packet),
      toNode: (packet) => this.#receive(packet),
    });
    this.addresses = site.choose(address);
    site.assign(this.link, [], this.addresses);
  }

  get site(): string {
    return this.#site.name;
  }

  run<Event>(core: Core<Event>, options: RunOptions<Event> = {}): Running<Event> {
    const process = new Process(this, core, options);
    this.#processes = [...this.#processes.filter(({ state }) => state !== "closed"), process];
    return process;
  }

  /** Its addresses as a driver tells them to a core. */
  get localAddresses(): readonly LocalAddress[] {
    const isTunnel = (address: string) => this.#tunnelAddresses.includes(address);
    return this.addresses.map((address) => ({ address, link: isTunnel(address) ? "tunnel" : "ordinary" }));
  }

  socket(options: SocketOptions = {}): Socket {
    return new SimSocket(this, options);
  }

  sendRaw(datagram: RawDatagram): void {
    this.link.send(bornRaw(this.world, "sent", this.name, datagram));
  }

  setAddress(address: AddressChoice | readonly AddressChoice[]): void {
    const chosen = this.#site.choose(address);
    this.#site.assign(this.link, this.addresses, chosen);
    this.#take(chosen);
  }

  moveTo(site: Site, address: AddressChoice | readonly AddressChoice[] = "ipv4"): void {
    if (!(site instanceof SimSite) || site.world !== this.world)
      throw new TypeError(expected("site", "a site of the same internet", site));
    const chosen = site.choose(address);
    this.#site.assign(this.link, this.addresses, []);
    try {
      site.assign(this.link, [], chosen);
    } catch (error) {
      this.#site.assign(this.link, [], this.addresses);
      throw error;
    }
    this.#site = site;
    this.#take(chosen);
    this.link.drain();
  }

  #take(addresses: readonly string[]): void {
    this.addresses = addresses;
    for (const process of this.#processes) process.readdressed();
  }

  reserve(wanted: number | undefined, address: string | undefined, reader: Reader): Port {
    if (wanted !== undefined && !isPort(wanted)) throw new RangeError(expected("port", "a port, 1 to 65535", wanted));
    const bound = address === undefined ? null : canonicalAddress("address", address);
    if (bound !== null && !this.addresses.includes(bound))
      throw new RangeError(expected("address", `one of ${this.name}'s addresses`, bound));
    const number = wanted ?? this.#ephemeralPort();
    const others = this.#ports.get(number) ?? [];
    if (others.some((other) => other.address === null || bound === null || other.address === bound)) {
      throw new RangeError(expected("port", `a port that is free on ${this.name}`, number));
    }
    const port = new Port(this, number, bound, reader);
    this.#ports.set(number, [...others, port]);
    return port;
  }

  free(port: Port): void {
    const others = (this.#ports.get(port.number) ?? []).filter((other) => other !== port);
    if (others.length === 0) this.#ports.delete(port.number);
    else this.#ports.set(port.number, others);
  }

  send(port: Port, to: Endpoint, bytes: Uint8Array, hops?: number): Error | null {
    const isLocal = this.#isLocal(to.address);
    const address = isLocal ? (port.address ?? to.address) : this.#sourceFor(to.address, port.address);
    const from = { address: address ?? port.local.address, port: port.number };
    const packet = this.world.ledger.born("sent", this.name, from, to, bytes);
    if (hops !== undefined) packet.hopsLeft = hops;
    const refusal = this.#refusal(packet, isLocal, address);
    if (refusal !== null) {
      this.world.ledger.dropped(packet, this.name, refusal);
      return Object.assign(new Error(`send ${ERRNO[refusal]} ${formatEndpoint(to)}`), { code: ERRNO[refusal] });
    }
    if (isLocal) this.world.at(this.world.now, () => this.#receive(packet));
    else this.link.send(packet);
    return null;
  }

  #refusal(packet: Packet, isLocal: boolean, source: string | null): keyof typeof ERRNO | null {
    if (packet.bytes.length > MAX_PAYLOAD_BYTES) return "too-big";
    if (isLocal) return null;
    if (this.link.state === "down") return "link-down";
    return source === null ? "no-route" : null;
  }

  #receive(packet: Packet): void {
    const { ledger } = this.world;
    // The address changed while the datagram was on the link.
    if (!this.#isLocal(packet.to.address)) return ledger.dropped(packet, this.name, "no-such-host");
    const port = this.#listener(packet.to);
    if (port === null) return ledger.dropped(packet, this.name, "port-closed");
    if (!port.reader.hasRoom()) return ledger.dropped(packet, this.name, "receive-buffer-full");
    ledger.delivered(packet, this.name);
    port.reader.take(packet);
  }

  #listener(to: Endpoint): Port | null {
    const ports = this.#ports.get(to.port)?.filter(({ address }) => address === null || address === to.address);
    return ports?.find(({ state }) => state === "open") ?? null;
  }

  #isLocal(address: string): boolean {
    return this.addresses.includes(address) || address.startsWith("127.") || address === "::1";
  }

  #sourceFor(remote: string, bound: string | null): string | null {
    const family = ipFamily(remote);
    if (bound !== null) return ipFamily(bound) === family && this.addresses.includes(bound) ? bound : null;
    return this.addresses.find((address) => ipFamily(address) === family) ?? null;
  }

  #ephemeralPort(): number {
    for (;;) {
      const port = FIRST_EPHEMERAL_PORT + this.#random.below(EPHEMERAL_PORTS);
      if (!this.#ports.has(port)) return port;
    }
  }
}
