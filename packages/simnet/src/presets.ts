import { DEPENDENCES, type Dependence, type NatBehaviour } from "./behaviour.js";
import type { NatOptions } from "./topology.js";

type Preset = Partial<NatBehaviour> & Pick<NatOptions, "lanPrefix" | "conntrack">;

/** Linux `masquerade` (conntrack: nf_conntrack_udp_timeout 30 s, nf_conntrack_udp_timeout_stream 120 s). */
const MASQUERADE = {
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
  allocation: "preserving",
  unansweredLifetimeMs: 30_000,
  mappingLifetimeMs: 120_000,
  inboundRefresh: "on",
} as const satisfies Preset;

/** NATs that people know by name, in the words of RFC 4787: `net.nat("home", { ...natPresets.symmetric })`. */
export const natPresets = {
  /** RFC 3489 section 5: once mapped, anybody may send in. */
  fullCone: { mapping: "endpoint-independent", filtering: "endpoint-independent", allocation: "preserving" },
  /** RFC 3489 section 5: only addresses that the inside has sent to. */
  restrictedCone: { mapping: "endpoint-independent", filtering: "address-dependent", allocation: "preserving" },
  /** RFC 3489 section 5: only endpoints that the inside has sent to; most home routers. */
  portRestricted: {
    mapping: "endpoint-independent",
    filtering: "address-and-port-dependent",
    allocation: "preserving",
  },
  /** RFC 3489 section 5: another external port, drawn at random, for each remote endpoint. */
  symmetric: { mapping: "address-and-port-dependent", filtering: "address-and-port-dependent", allocation: "random" },
  /** The same with ports one after the other, which can be predicted. */
  symmetricSequential: {
    mapping: "address-and-port-dependent",
    filtering: "address-and-port-dependent",
    allocation: { sequential: 1 },
  },
  /** All that RFC 4787 asks for, with the filtering that REQ-8 prefers where openness counts, and hairpinning (REQ-9). */
  rfc4787: {
    mapping: "endpoint-independent",
    filtering: "endpoint-independent",
    allocation: "preserving",
    hairpin: "on",
    mappingLifetimeMs: 300_000,
  },
  /** RFC 6888: a carrier's NAT: REQ-1 (RFC 4787 with hairpinning), REQ-7 (endpoint-independent filtering), RFC 6598 addresses. */
  carrierGrade: {
    mapping: "endpoint-independent",
    filtering: "endpoint-independent",
    allocation: "random",
    hairpin: "on",
    lanPrefix: "100.64.0.0/10",
  },
  /** Linux `masquerade`, as long as no entry of its table is in the way of another. */
  linux: MASQUERADE,
  /**
   * A Linux router with its entries one by one, and a filter for what comes in unasked (OpenWrt): an entry of a machine's former
   * address stands in the way of its new one.
   */
  openWrt: { ...MASQUERADE, conntrack: "filtered" },
  /**
   * `masquerade` and no filter for what comes in: a host of containers or virtual machines (Docker, LXC, libvirt), OpenWrt with its
   * input policy set to accept. A ping that comes before the own one has gone out stands in its way.
   */
  dockerHost: { ...MASQUERADE, conntrack: "unfiltered" },
  /** Linux `masquerade random,fully-random`. */
  linuxRandom: {
    mapping: "address-and-port-dependent",
    filtering: "address-and-port-dependent",
    allocation: "random",
    unansweredLifetimeMs: 30_000,
    mappingLifetimeMs: 120_000,
    inboundRefresh: "on",
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** A cell of the grid of behaviours. */
export interface NatKind {
  readonly name: string;
  readonly mapping: Dependence;
  readonly filtering: Dependence;
}

/** All nine pairs of mapping and filtering, for tests that go through every kind. */
export const natKinds: readonly NatKind[] = DEPENDENCES.flatMap((mapping) =>
  DEPENDENCES.map((filtering) => ({ name: `${mapping} mapping, ${filtering} filtering`, mapping, filtering })),
);
