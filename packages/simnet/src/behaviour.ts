import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import { expected } from "./errors.js";

/**
 * On how much of the remote endpoint a NAT's decision depends: the three answers of RFC 4787 for mapping
 * (section 4.1) and for filtering (section 5).
 */
export type Dependence = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

export const DEPENDENCES = [
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
] as const satisfies readonly Dependence[];

/** The part of a remote endpoint that tells two remotes apart, as a key. */
export const REMOTE_PART: Readonly<Record<Dependence, (remote: Endpoint) => string>> = {
  "endpoint-independent": () => "*",
  "address-dependent": (remote) => remote.address,
  "address-and-port-dependent": formatEndpoint,
};

/**
 * Which external port a new mapping gets (RFC 4787 section 4.2.1):
 * - "preserving": the internal one where it is free, else the next free one above it (from the top on to the bottom).
 * - `{ sequential: step }`: `step` above the last one given; the first is drawn from the seed.
 * - "random": drawn from the seed each time.
 *
 * No port is given to two mappings at once (REQ-3: no port overloading); parity is not kept (REQ-4 recommends it).
 */
export type PortAllocation = "preserving" | "random" | { readonly sequential: number };

/** How long a way that the inside opened stays open. */
export interface Lifetimes {
  /** After the last datagram that refreshes it. Default 120,000 (RFC 4787 REQ-5: no less than two minutes). */
  readonly mappingLifetimeMs: number;
  /** The same until the first answer comes in. Default `mappingLifetimeMs`; Linux takes 30,000 (nf_conntrack_udp_timeout). */
  readonly unansweredLifetimeMs: number;
  /** Whether what comes in refreshes too, as REQ-6 allows; what goes out always does, as it demands. Default "off". */
  readonly inboundRefresh: "on" | "off";
}

/** How a NAT treats UDP, in the words of RFC 4787. */
export interface NatBehaviour extends Lifetimes {
  /** When an internal endpoint keeps its external one. Default "endpoint-independent" (REQ-1). */
  readonly mapping: Dependence;
  /** Who may send in. Default "address-and-port-dependent" (most home routers; stricter than REQ-8 recommends). */
  readonly filtering: Dependence;
  /** Default "preserving". */
  readonly allocation: PortAllocation;
  /** External ports to give, first and last. Default 1024 to 65,535 (REQ-3 a: those of ordinary programs stay there). */
  readonly portRange: readonly [first: number, last: number];
  /** Whether two hosts behind it reach each other by their external endpoints (REQ-9). Default "off". */
  readonly hairpin: "on" | "off";
}

const DEFAULT_LIFETIME_MS = 120_000;

/** Fills in what the caller left open, and refuses what no NAT does. */
export function natBehaviour(options: Partial<NatBehaviour>): NatBehaviour {
  const behaviour: NatBehaviour = {
    mapping: options.mapping ?? "endpoint-independent",
    filtering: options.filtering ?? "address-and-port-dependent",
    allocation: options.allocation ?? "preserving",
    portRange: options.portRange ?? [1024, 65_535],
    hairpin: options.hairpin ?? "off",
    ...lifetimes(options),
  };
  assertOneOf("mapping", DEPENDENCES, behaviour.mapping);
  assertOneOf("filtering", DEPENDENCES, behaviour.filtering);
  assertOneOf("hairpin", ["on", "off"], behaviour.hairpin);
  const { allocation, portRange } = behaviour;
  const [first, last] = portRange;
  if (!(isPort(first) && isPort(last) && first <= last))
    throw new RangeError(expected("portRange", "two ports, the lower one first", portRange));
  if (
    typeof allocation === "object" ? !isPort(allocation.sequential) : !["preserving", "random"].includes(allocation)
  ) {
    throw new RangeError(
      expected("allocation", '"preserving", "random" or { sequential: step }', JSON.stringify(allocation)),
    );
  }
  return behaviour;
}

export function lifetimes(options: Partial<Lifetimes>): Lifetimes {
  const mappingLifetimeMs = options.mappingLifetimeMs ?? DEFAULT_LIFETIME_MS;
  const unansweredLifetimeMs = options.unansweredLifetimeMs ?? mappingLifetimeMs;
  const inboundRefresh = options.inboundRefresh ?? "off";
  if (!(mappingLifetimeMs > 0))
    throw new RangeError(expected("mappingLifetimeMs", "milliseconds above 0", mappingLifetimeMs));
  if (!(unansweredLifetimeMs > 0))
    throw new RangeError(expected("unansweredLifetimeMs", "milliseconds above 0", unansweredLifetimeMs));
  assertOneOf("inboundRefresh", ["on", "off"], inboundRefresh);
  return { mappingLifetimeMs, unansweredLifetimeMs, inboundRefresh };
}

export function assertOneOf(argument: string, allowed: readonly string[], got: string): void {
  if (!allowed.includes(got))
    throw new RangeError(expected(argument, allowed.map((one) => `"${one}"`).join(", "), got));
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
