import type { NatFacts, Place, Side } from "@netpunch/scenario";
import { type NatOptions, natPresets } from "@netpunch/simnet";
import type { Lab, Machine } from "./lab.js";
import { guard, type NatName, TRANSLATIONS, translate } from "./routers.js";

/** Puts a machine somewhere; what is outermost has the addresses of `site`. */
type Settle = (lab: Lab, name: string, site: number) => Machine;

/** A place where a peer can stand, and the same place in simnet. */
export interface Spot {
  readonly settle: Settle;
  readonly twin: Pick<Side, "place" | "behind" | "ip">;
  /** What docs/nat-grid.json calls it. */
  readonly grid: string;
}

/** A spot with one NAT at most, and IPv4. */
interface Kind extends Spot {
  readonly twin: { readonly place: Place };
  /** In the words of RFC 4787. */
  readonly facts: NatFacts;
}

const TWINS: Readonly<Record<NatName, NatOptions & NatFacts>> = {
  "full cone": natPresets.fullCone,
  "restricted cone": natPresets.restrictedCone,
  "port-restricted": natPresets.linux,
  symmetric: natPresets.linuxRandom,
};

export type KindName = "public" | "firewall" | NatName;

export const KINDS: Readonly<Record<KindName, Kind>> = {
  public: {
    settle: (lab, name, site) => lab.internet.attach(name, [publicAddress(site)]),
    twin: { place: "public" },
    facts: { mapping: "endpoint-independent", filtering: "endpoint-independent" },
    grid: "public",
  },
  firewall: {
    settle: (lab, name, site) => behindFirewall(lab, name, [`192.0.2.${site}`], [publicAddress(site)]),
    twin: { place: "firewall" },
    facts: { mapping: "endpoint-independent", filtering: "address-and-port-dependent" },
    grid: "firewall",
  },
  "full cone": nat("full cone", "EIM/EIF"),
  "restricted cone": nat("restricted cone", "EIM/ADF"),
  "port-restricted": nat("port-restricted", "EIM/APDF"),
  symmetric: nat("symmetric", "APDM/APDF"),
};

/** Kinds, and places with more than one NAT or with IPv6. */
export type SpotName =
  | KindName
  | "home router in a carrier's full cone"
  | "home router in a carrier's symmetric NAT"
  | "symmetric, and IPv6"
  | "IPv6 alone";

export const SPOTS: Readonly<Record<SpotName, Spot>> = {
  ...KINDS,
  "home router in a carrier's full cone": behindCarrier("full cone"),
  "home router in a carrier's symmetric NAT": behindCarrier("symmetric"),
  "symmetric, and IPv6": {
    settle: (lab, name, site) => {
      const router = lab.internet.attach(`router-${name}`, [publicAddress(site), routerIpv6(site)]);
      translate(router, INSIDE, TRANSLATIONS.symmetric);
      router.announce([publicIpv6(site)]);
      return router.attach(name, [INSIDE, publicIpv6(site)]);
    },
    twin: { place: natPresets.linuxRandom, ip: "dual stack" },
    grid: "APDM/APDF and IPv6",
  },
  "IPv6 alone": {
    settle: (lab, name, site) => behindFirewall(lab, name, [routerIpv6(site)], [publicIpv6(site)]),
    twin: { place: "firewall", ip: "ipv6" },
    grid: "only IPv6",
  },
};

export function publicAddress(site: number): string {
  return `203.0.113.${site}`;
}

function publicIpv6(site: number): string {
  return `2001:db8:a${site}::2`;
}

function routerIpv6(site: number): string {
  return `2001:db8:a${site}::1`;
}

const INSIDE = "192.168.1.2";
/** RFC 6598: between a carrier's NAT and its customers' ones. */
const CARRIER_INSIDE = "100.64.0.2";

function nat(name: NatName, grid: string): Kind {
  return {
    settle: (lab, machine, site) => routerAt(lab, machine, site, name).attach(machine, [INSIDE]),
    twin: { place: TWINS[name] },
    facts: TWINS[name],
    grid,
  };
}

/** A NAT with nobody behind it yet. */
export function routerAt(lab: Lab, name: string, site: number, nat: NatName): Machine {
  const router = lab.internet.attach(`router-${name}`, [publicAddress(site)]);
  translate(router, INSIDE, TRANSLATIONS[nat]);
  return router;
}

/** A home router whose outer address is behind a carrier's NAT. */
function behindCarrier(carriers: NatName): Spot {
  return {
    settle: (lab, name, site) => {
      const carrier = lab.internet.attach(`carrier-${name}`, [publicAddress(site)]);
      translate(carrier, CARRIER_INSIDE, TRANSLATIONS[carriers]);
      return behindHomeRouter(carrier, name, CARRIER_INSIDE);
    },
    twin: { place: natPresets.linux, behind: TWINS[carriers] },
    grid: `EIM/APDF in ${KINDS[carriers].grid}`,
  };
}

/** A host behind a home router with this outer address, which hangs on another router. */
export function behindHomeRouter(above: Machine, name: string, outer: string): Machine {
  const home = above.attach(`router-${name}`, [outer]);
  translate(home, INSIDE, TRANSLATIONS["port-restricted"]);
  return home.attach(name, [INSIDE]);
}

/** A host with public addresses, behind a router with addresses of its own that lets nothing in unasked. */
export function behindFirewall(lab: Lab, name: string, own: readonly string[], addresses: readonly string[]): Machine {
  const router = lab.internet.attach(`firewall-${name}`, own);
  guard(router);
  router.announce(addresses);
  return router.attach(name, addresses);
}
