import type { NatFacts } from "./reachability.js";

/**
 * What stands between a peer and the internet (or the NAT that it shares with its partner), from the peer outwards. A
 * firewall is in it as well: it translates nothing, so it maps as an endpoint-independent NAT does.
 */
export type Way = readonly NatFacts[];

/** Where a peer stands, as far as protocol v2 minds. */
export interface Standing {
  /** null: it has no IPv4. */
  readonly ipv4: Way | null;
  /** null: it has no IPv6. There is no NAT for IPv6, only firewalls. */
  readonly ipv6: Way | null;
  readonly udp: "allowed" | "blocked";
}

/** The NAT that both peers stand behind, outside of what each has of its own. */
export interface SharedNat extends NatFacts {
  /** Whether a datagram from inside to its own external address comes back in (RFC 4787 section 6). */
  readonly hairpin: "on" | "off";
  /** "on": those inside do not reach each other, as in a guest Wi-Fi. */
  readonly clientIsolation: "on" | "off";
}

/** What a hole leads to, as who has it sees its partner. */
export type PathKind =
  /** An address of the partner's machine that the partner told of. */
  | "host"
  /** The address that control saw the partner at. */
  | "reflexive"
  /** Another one of the partner's NAT, which its ping came from. */
  | "peer-reflexive";

/** Why two peers cannot meet. */
export const OBSTACLES = {
  "udp-blocked": "A network on the way lets no UDP through.",
  "no-common-family": "One of the two has only IPv4, and the other only IPv6.",
  "no-hairpin":
    "Both are behind one NAT, they do not reach each other inside of it, and it sends nothing back in that goes to its own outer address (no hairpinning).",
  "unknown-port":
    "One NAT sends from another port to each address, and the other lets in only the exact addresses and ports that were sent to: which port that would have to be, nobody knows.",
  "both-closed":
    "Both NATs send from another port to each address, and neither lets the first ping in, as it comes from a port that nobody has sent to.",
  chase:
    "Both NATs send from another port to each address and port, so each answer comes from a port that nobody has sent to: the two chase each other's ports for ever.",
} as const;

export type Obstacle = keyof typeof OBSTACLES;

/** Whether two peers meet, what each one's hole then leads to, and over which version of IP. */
export type Reach =
  | { readonly direct: true; readonly ip: 4 | 6; readonly paths: { readonly a: PathKind; readonly b: PathKind } }
  | { readonly direct: false; readonly obstacle: Obstacle };

/**
 * Whether two peers meet by v2. It knows nothing of the simulator.
 *
 * Each peer has the addresses of its machine, and the one that control saw. Each pings all of the other's, and whoever it
 * hears a ping from; an address counts only when an answer comes back from that very address. Then the answer's way is the
 * ping's way back, so the partner has an answer from us on the same way: one side's success is the other's.
 */
export function reach(a: Standing, b: Standing, shared: SharedNat | null = null): Reach {
  if (a.udp === "blocked" || b.udp === "blocked") return { direct: false, obstacle: "udp-blocked" };
  const inside = shared === null || shared.clientIsolation === "off";
  if (a.ipv6 !== null && b.ipv6 !== null && inside) return punch(6, a.ipv6, b.ipv6);
  if (a.ipv4 === null || b.ipv4 === null) return { direct: false, obstacle: "no-common-family" };
  if (shared === null) return punch(4, a.ipv4, b.ipv4);
  return reachInside(a.ipv4, b.ipv4, shared);
}

function reachInside(a: Way, b: Way, shared: SharedNat): Reach {
  if (shared.clientIsolation === "off") {
    if (a.length === 0 && b.length === 0) return { direct: true, ip: 4, paths: { a: "host", b: "host" } };
    // Inside, nobody knows the other's NAT until its ping comes from there; where there is none, its host can be pinged.
    if (b.length === 0) return { direct: true, ip: 4, paths: { a: "host", b: "peer-reflexive" } };
    if (a.length === 0) return { direct: true, ip: 4, paths: { a: "peer-reflexive", b: "host" } };
  }
  // RFC 4787 REQ-9 a: what hairpins has an external source, as if both stood behind NATs of their own.
  if (shared.hairpin === "on") return punch(4, [...a, shared], [...b, shared]);
  return { direct: false, obstacle: "no-hairpin" };
}

/** Two peers who know of each other what control saw. */
function punch(ip: 4 | 6, a: Way, b: Way): Reach {
  const from = { a: mappingOf(a), b: mappingOf(b) };
  const moves = { a: from.a !== "endpoint-independent", b: from.b !== "endpoint-independent" };
  if ((moves.a && isExacting(b)) || (moves.b && isExacting(a))) return { direct: false, obstacle: "unknown-port" };
  // The first ping comes in where its target has pinged its source's address already; elsewhere it finds a stranger.
  if (moves.a && moves.b) {
    if (!admitsStranger(a) && !admitsStranger(b)) return { direct: false, obstacle: "both-closed" };
    // Whoever is pinged answers, and pings, from a port made for the ping's source: a new source for the other, and so on.
    if (from.a === "address-and-port-dependent" && from.b === "address-and-port-dependent")
      return { direct: false, obstacle: "chase" };
  }
  return {
    direct: true,
    ip,
    paths: { a: moves.b ? "peer-reflexive" : "reflexive", b: moves.a ? "peer-reflexive" : "reflexive" },
  };
}

const DEPENDENCE = ["endpoint-independent", "address-dependent", "address-and-port-dependent"] as const;

/** Seen from outside, a peer's endpoint depends on the remote as much as the most dependent mapping on its way does. */
function mappingOf(way: Way): NatFacts["mapping"] {
  return DEPENDENCE[Math.max(0, ...way.map(({ mapping }) => DEPENDENCE.indexOf(mapping)))] ?? "endpoint-independent";
}

/** Whether somebody on the way lets in only the very endpoints that were sent to. */
function isExacting(way: Way): boolean {
  return way.some(({ filtering }) => filtering === "address-and-port-dependent");
}

/**
 * Whether a ping from a port that we never sent to gets to us at the endpoint that control saw. We have pinged another port
 * of its address; that opens the endpoint that control saw as far as each mapping on the way is the same for both.
 */
function admitsStranger(way: Way): boolean {
  return way.every(({ filtering }, at) => {
    if (filtering === "endpoint-independent") return true;
    return filtering === "address-dependent" && mappingOf(way.slice(0, at + 1)) === "endpoint-independent";
  });
}
