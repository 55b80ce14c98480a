import type { Instant, LocalAddress } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { Packet } from "./packet.js";
import type { World } from "./world.js";

/** A datagram that came to an application. */
export interface Received {
  readonly at: Instant;
  readonly remote: Endpoint;
  readonly bytes: Uint8Array;
}

export interface SocketOptions {
  /** Default: an ephemeral port, drawn from the seed and the host's name. */
  readonly port?: number;
  /** One of the host's addresses. Default: all of them. */
  readonly address?: string;
  /** Called with each datagram as it comes. */
  readonly onDatagram?: (datagram: Received) => void;
}

/** A plain UDP socket of a host, for programs that are no core: an application, a server, an attacker. */
export interface Socket {
  readonly local: Endpoint;
  /** All that came in. */
  readonly received: readonly Received[];
  send(remote: Endpoint, bytes: Uint8Array): void;
  /** Frees the port: what comes then is dropped, "port-closed". */
  close(): void;
}

/** Who reads a port. */
export interface Reader {
  /** Whether another datagram fits into the receive buffer. */
  hasRoom(): boolean;
  take(packet: Packet): void;
}

/** What ports and processes need of the machine that they are on. */
export interface Machine {
  readonly name: string;
  readonly world: World;
  readonly addresses: readonly string[];
  /** Its addresses as a driver tells them to a core. */
  readonly localAddresses: readonly LocalAddress[];
  reserve(wanted: number | undefined, address: string | undefined, reader: Reader): Port;
  free(port: Port): void;
  /** Returns why the machine refused, or null. */
  send(port: Port, to: Endpoint, bytes: Uint8Array, hops?: number): Error | null;
}

/** A port of a host, as its network stack keeps it. */
export class Port {
  readonly #host: Machine;
  readonly number: number;
  /** null: any address of the host. */
  readonly address: string | null;
  readonly reader: Reader;
  /** A reserved port is taken, but its program has not started: nobody listens. */
  state: "reserved" | "open" | "closed" = "reserved";

  constructor(host: Machine, number: number, address: string | null, reader: Reader) {
    this.#host = host;
    this.number = number;
    this.address = address;
    this.reader = reader;
  }

  get local(): Endpoint {
    return { address: this.address ?? (this.#host.addresses[0] as string), port: this.number };
  }

  /** Returns why the machine refused, or null. */
  send(remote: Endpoint, bytes: Uint8Array, hops?: number): Error | null {
    return this.#host.send(this, remote, bytes, hops);
  }

  close(): void {
    this.state = "closed";
    this.#host.free(this);
  }
}

export class SimSocket implements Socket {
  readonly #port: Port;
  readonly #received: Received[] = [];

  constructor(host: Machine, { port, address, onDatagram }: SocketOptions) {
    const take = ({ from, bytes }: Packet): void => {
      const datagram = { at: host.world.now, remote: from, bytes };
      this.#received.push(datagram);
      onDatagram?.(datagram);
    };
    this.#port = host.reserve(port, address, { hasRoom: () => true, take });
    this.#port.state = "open";
  }

  get local(): Endpoint {
    return this.#port.local;
  }

  get received(): readonly Received[] {
    return this.#received;
  }

  send(remote: Endpoint, bytes: Uint8Array): void {
    assertOpen(this.#port);
    this.#port.send(remote, bytes);
  }

  close(): void {
    this.#port.close();
  }
}

export function assertOpen(port: Port): void {
  if (port.state !== "open")
    throw new TypeError(`"send" expected an open socket, got one that is ${port.state} (port ${port.number})`);
}
