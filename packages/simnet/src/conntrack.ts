import type { Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, sameEndpoint } from "@netpunch/wire";
import type { NatBehaviour } from "./behaviour.js";
import type { Inbound, MappingView, NatTable } from "./nat-table.js";
import type { Random } from "./random.js";

/** A conversation as Linux's connection tracking keeps it: both directions are known from its first datagram on. */
interface Flow {
  /** Who began it, inside; null: a stranger did, and it is the router's own. */
  readonly internal: Endpoint | null;
  readonly external: Endpoint;
  readonly remote: Endpoint;
  isAnswered: boolean;
  expiresAt: Instant;
}

/**
 * Linux `masquerade`, entry by entry (nf_nat_core.c, get_unique_tuple). No two entries share an external port and a remote, so
 * an entry in the way gives a conversation another external port than the one that others of its machine have:
 * - the mapping of an address that a machine had before, as long as somebody keeps it alive;
 * - where nothing filters what comes in, a stranger's datagram, which is the router's own conversation.
 */
export class ConntrackTable implements Pick<NatTable, "reset" | "outbound" | "inbound" | "rows"> {
  readonly #behaviour: NatBehaviour;
  readonly #strangers: "dropped" | "tracked";
  readonly #random: Random;
  #address: string;
  /** The newest one last. */
  #flows: readonly Flow[] = [];

  constructor(behaviour: NatBehaviour, strangers: "dropped" | "tracked", address: string, random: Random) {
    this.#behaviour = behaviour;
    this.#strangers = strangers;
    this.#address = address;
    this.#random = random;
  }

  reset(address: string): void {
    this.#address = address;
    this.#flows = [];
  }

  outbound(internal: Endpoint, remote: Endpoint, now: Instant): ReturnType<NatTable["outbound"]> {
    this.#sweep(now);
    const known = this.#flows.find(
      (flow) => flow.internal !== null && sameEndpoint(flow.internal, internal) && sameEndpoint(flow.remote, remote),
    );
    if (known !== undefined) {
      this.#refresh(known, now);
      return { external: known.external, mapping: "known" };
    }
    const port = this.#portFor(internal, remote);
    if (port === null) return null;
    const external = { address: this.#address, port };
    this.#add({ internal: { ...internal }, external, remote: { ...remote }, isAnswered: false, expiresAt: now }, now);
    return { external, mapping: "new" };
  }

  inbound(externalPort: number, remote: Endpoint, now: Instant): Inbound {
    this.#sweep(now);
    const flow = this.#taken(externalPort, remote);
    if (flow === undefined) {
      const external = { address: this.#address, port: externalPort };
      if (this.#strangers === "tracked") {
        this.#add({ internal: null, external, remote: { ...remote }, isAnswered: false, expiresAt: now }, now);
      }
      return { ok: false, reason: "no-mapping" };
    }
    if (flow.internal !== null) flow.isAnswered = true;
    this.#refresh(flow, now);
    return flow.internal === null ? { ok: false, reason: "no-mapping" } : { ok: true, internal: flow.internal };
  }

  rows(now: Instant): readonly MappingView[] {
    this.#sweep(now);
    return this.#flows.flatMap(({ internal, external, remote, expiresAt }) => {
      const to = formatEndpoint(remote);
      return internal === null
        ? []
        : [{ internal, external, remote: to, expiresAt, permits: [{ remote: to, expiresAt }] }];
    });
  }

  /** The port that the machine has for others, else its own, else any: the first of them that is free towards this remote. */
  #portFor(internal: Endpoint, remote: Endpoint): number | null {
    const [first, last] = this.#behaviour.portRange;
    const newest = this.#flows.findLast((flow) => flow.internal !== null && sameEndpoint(flow.internal, internal));
    const wanted = [newest?.external.port ?? internal.port, internal.port].find(
      (port) => port >= first && port <= last && this.#taken(port, remote) === undefined,
    );
    if (wanted !== undefined) return wanted;
    const size = last - first + 1;
    const start = this.#random.below(size);
    for (let tries = 0; tries < size; tries++) {
      const port = first + ((start + tries) % size);
      if (this.#taken(port, remote) === undefined) return port;
    }
    return null;
  }

  #taken(port: number, remote: Endpoint): Flow | undefined {
    return this.#flows.find((flow) => flow.external.port === port && sameEndpoint(flow.remote, remote));
  }

  #add(flow: Flow, now: Instant): void {
    this.#refresh(flow, now);
    this.#flows = [...this.#flows, flow];
  }

  #refresh(flow: Flow, now: Instant): void {
    const { mappingLifetimeMs, unansweredLifetimeMs } = this.#behaviour;
    flow.expiresAt = now + (flow.isAnswered ? mappingLifetimeMs : unansweredLifetimeMs);
  }

  #sweep(now: Instant): void {
    if (this.#flows.some(({ expiresAt }) => expiresAt <= now)) {
      this.#flows = this.#flows.filter(({ expiresAt }) => expiresAt > now);
    }
  }
}
