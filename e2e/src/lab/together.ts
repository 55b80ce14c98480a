import type { MeetingOptions, NatGrid, Side } from "@netpunch/scenario";
import { natPresets } from "@netpunch/simnet";
import type { Lab, Machine } from "./lab.js";
import { behindHomeRouter, publicAddress } from "./places.js";
import { PEER_PORT, translate } from "./routers.js";

/** What the NAT does that both peers stand behind. */
export interface SharedNat {
  readonly hairpin: "on" | "off";
  readonly clientIsolation: "on" | "off";
}

/** Where a peer stands inside of it: in its LAN, or behind a router of its own there. */
export type Inside = "LAN" | "home router";

/** The outer address that both have. */
export const SHARED_ADDRESS = publicAddress(9);
/** b's, as one outer address is not enough for the same port of two. */
export const SECOND_PORT = PEER_PORT + 1;

const ADDRESSES = { a: "10.0.0.2", b: "10.0.0.3" } as const;

/**
 * Two hosts behind one NAT. The kernel's does not hairpin by itself; the one that does has a static mapping for each host's
 * port, and shows its own address to both.
 */
export function behindOneNat(
  lab: Lab,
  { hairpin, clientIsolation }: SharedNat,
  inside: { readonly a: Inside; readonly b: Inside } = { a: "LAN", b: "LAN" },
): readonly [a: Machine, b: Machine] {
  const { a, b } = ADDRESSES;
  const router = lab.internet.attach("router", [SHARED_ADDRESS]);
  const forward = (port: number, to: string) => `ip daddr ${SHARED_ADDRESS} udp dport ${port} dnat to ${to}`;
  const forwards = {
    incoming: () => `${forward(PEER_PORT, a)}; ${forward(SECOND_PORT, b)}`,
    hairpin: `ip saddr { ${a}, ${b} } ct status dnat snat to ${SHARED_ADDRESS}`,
  };
  translate(router, "", { outgoing: "masquerade", clientIsolation, ...(hairpin === "on" ? forwards : {}) });
  return [insideOf(router, "a", inside.a), insideOf(router, "b", inside.b)];
}

function insideOf(router: Machine, name: "a" | "b", inside: Inside): Machine {
  const address = ADDRESSES[name];
  return inside === "LAN" ? router.attach(name, [address]) : behindHomeRouter(router, name, address);
}

/** The same in simnet. */
export function sharedTwin({ hairpin, clientIsolation }: SharedNat): Pick<MeetingOptions, "shared"> {
  const preset = hairpin === "on" ? natPresets.fullCone : natPresets.linux;
  return { shared: { ...preset, hairpin, clientIsolation } };
}

export function insideTwin(inside: Inside): Side {
  return inside === "LAN" ? { place: "shared" } : { place: natPresets.linux, behind: "shared" };
}

type Together = NatGrid["together"][number];

/** What docs/nat-grid.json says of it. */
export function sharedInGrid(
  { together }: NatGrid,
  shared: SharedNat,
  inside: { readonly a: Inside; readonly b: Inside },
): Together["pairs"][number] | undefined {
  const nat = shared.hairpin === "on" ? "EIM/EIF" : "EIM/APDF";
  const names = { LAN: "none", "home router": "EIM/APDF" } as const;
  return together
    .find(
      (each) => each.nat === nat && each.hairpin === shared.hairpin && each.clientIsolation === shared.clientIsolation,
    )
    ?.pairs.find((pair) => pair.a === names[inside.a] && pair.b === names[inside.b]);
}
