import { type NatOptions, natPresets } from "@netpunch/simnet";
import type { Knobs, PlaceName } from "./choices.js";

interface PlaceText {
  readonly name: string;
  /** For a table's edge. */
  readonly short: string;
  /** One line under the name. */
  readonly hint: string;
}

export const PLACE_TEXT: Readonly<Record<PlaceName, PlaceText>> = {
  public: { name: "No NAT", short: "No NAT", hint: "a public address of its own" },
  "full-cone": { name: "Full cone NAT", short: "Full cone", hint: "once mapped, anybody may send in" },
  home: { name: "Home router", short: "Home router", hint: "one port for all; lets in only whom you sent to" },
  symmetric: { name: "Carrier-grade, symmetric", short: "Symmetric", hint: "another port for each remote address" },
  firewall: { name: "Office firewall", short: "Firewall", hint: "no translation; lets in only answers" },
  blocked: { name: "UDP blocked", short: "Blocked", hint: "a firewall that lets no UDP through" },
  "same-nat": { name: "Same NAT as the partner", short: "Same NAT", hint: "one home router in front of both" },
  "double-nat": { name: "NAT behind NAT", short: "Double NAT", hint: "a home router behind a carrier's NAT" },
  ipv6: { name: "Home router with IPv6", short: "IPv6 home", hint: "IPv6 beside IPv4, behind the router's filter" },
  custom: { name: "A NAT of your own", short: "Your own", hint: "by the behaviours of RFC 4787" },
};

/** What simnet's NAT is told for a place that is one. */
export function natOf(place: PlaceName, knobs: Knobs): NatOptions | null {
  switch (place) {
    case "full-cone":
      return { ...natPresets.fullCone, ipv6: "none" };
    case "symmetric":
      return { ...natPresets.symmetric, ipv6: "none" };
    case "home":
    case "same-nat":
    case "double-nat":
      return { ...natPresets.linux, ipv6: "none" };
    case "ipv6":
      return { ...natPresets.linux };
    case "custom":
      return {
        mapping: knobs.mapping,
        filtering: knobs.filtering,
        allocation: knobs.allocation === "sequential" ? { sequential: 1 } : knobs.allocation,
        hairpin: knobs.hairpin,
        mappingLifetimeMs: knobs.lifetimeS * 1000,
        ipv6: "none",
      };
    default:
      return null;
  }
}
