import type { Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import { type NatBehaviour, REMOTE_PART } from "./behaviour.js";
import { Filter, type Permit } from "./filter.js";
import type { Random } from "./random.js";

/** One row of a NAT's table: `internal` is seen from outside as `external`. */
export interface MappingView {
  readonly internal: Endpoint;
  readonly external: Endpoint;
  /** Towards whom: "*" (anybody), an address or an endpoint, as the mapping behaviour has it. */
  readonly remote: string;
  readonly expiresAt: Instant;
  /** Who may send in. */
  readonly permits: readonly Permit[];
}

interface Mapping {
  readonly key: string;
  readonly internal: Endpoint;
  readonly external: Endpoint;
  readonly remote: string;
  readonly filter: Filter;
}

export type Inbound =
  | { readonly ok: true; readonly internal: Endpoint }
  | { readonly ok: false; readonly reason: "no-mapping" | "filtered" };

/** The mappings and filters of one NAT. Rows die when their time is up, and are swept out when somebody looks there. */
export class NatTable {
  readonly #behaviour: NatBehaviour;
  readonly #random: Random;
  readonly #remotePart: (remote: Endpoint) => string;
  #address: string;
  /** By internal endpoint and the remote's part. */
  readonly #byKey = new Map<string, Mapping>();
  readonly #byPort = new Map<number, Mapping>();
  #nextPort: number;

  constructor(behaviour: NatBehaviour, address: string, random: Random) {
    this.#behaviour = behaviour;
    this.#random = random;
    this.#remotePart = REMOTE_PART[behaviour.mapping];
    this.#address = address;
    this.#nextPort = this.#anyPort();
  }

  /** Forgets everything, as at power-on; a sequence of ports starts anew somewhere else. */
  reset(address: string): void {
    this.#address = address;
    this.#byKey.clear();
    this.#byPort.clear();
    this.#nextPort = this.#anyPort();
  }

  /** The external endpoint that `internal` sends to `remote` from; null when no port is left. */
  outbound(
    internal: Endpoint,
    remote: Endpoint,
    now: Instant,
  ): { external: Endpoint; mapping: "new" | "known" } | null {
    const remotePart = this.#remotePart(remote);
    const key = `${formatEndpoint(internal)} ${remotePart}`;
    const known = this.#live(this.#byKey.get(key), now);
    const mapping = known ?? this.#create(key, internal, remotePart, now);
    if (mapping === null) return null;
    mapping.filter.open(remote, now);
    return { external: mapping.external, mapping: known === null ? "new" : "known" };
  }

  /** Where a datagram from `remote` to this external port goes. */
  inbound(externalPort: number, remote: Endpoint, now: Instant): Inbound {
    const mapping = this.#live(this.#byPort.get(externalPort), now);
    if (mapping === null) return { ok: false, reason: "no-mapping" };
    if (!mapping.filter.admits(remote, now)) return { ok: false, reason: "filtered" };
    return { ok: true, internal: mapping.internal };
  }

  rows(now: Instant): readonly MappingView[] {
    return [...this.#byKey.values()]
      .filter((mapping) => mapping.filter.expiresAt > now)
      .map(({ internal, external, remote, filter }) => ({
        internal,
        external,
        remote,
        expiresAt: filter.expiresAt,
        permits: filter.permits(now),
      }));
  }

  #live(mapping: Mapping | undefined, now: Instant): Mapping | null {
    if (mapping === undefined) return null;
    if (mapping.filter.expiresAt > now) return mapping;
    this.#byKey.delete(mapping.key);
    this.#byPort.delete(mapping.external.port);
    return null;
  }

  #create(key: string, internal: Endpoint, remote: string, now: Instant): Mapping | null {
    const port = this.#allocate(internal.port, now);
    if (port === null) return null;
    const filter = new Filter(this.#behaviour.filtering, this.#behaviour);
    const mapping = { key, internal, external: { address: this.#address, port }, remote, filter };
    this.#byKey.set(key, mapping);
    this.#byPort.set(port, mapping);
    return mapping;
  }

  #allocate(internalPort: number, now: Instant): number | null {
    const { allocation } = this.#behaviour;
    if (allocation === "random") return this.#freePort(this.#anyPort(), 1, now);
    if (allocation === "preserving") return this.#freePort(internalPort, 1, now);
    const port = this.#freePort(this.#nextPort, allocation.sequential, now);
    if (port !== null) this.#nextPort = this.#wrap(port + allocation.sequential);
    return port;
  }

  #freePort(wanted: number, step: number, now: Instant): number | null {
    const [first, last] = this.#behaviour.portRange;
    let port = wanted < first || wanted > last ? first : wanted;
    for (let tries = last - first + 1; tries > 0; tries--) {
      if (this.#live(this.#byPort.get(port), now) === null) return port;
      port = this.#wrap(port + step);
    }
    return null;
  }

  #anyPort(): number {
    const [first, last] = this.#behaviour.portRange;
    return first + this.#random.below(last - first + 1);
  }

  #wrap(port: number): number {
    const [first, last] = this.#behaviour.portRange;
    const size = last - first + 1;
    return first + ((((port - first) % size) + size) % size);
  }
}
