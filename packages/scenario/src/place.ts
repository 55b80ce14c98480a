import type { AddressChoice, Firewall, Host, Internet, Nat, NatOptions } from "@netpunch/simnet";

/**
 * Where a peer stands: on the public internet, behind a firewall, behind a NAT of its own, in the LAN of the pair's one, or
 * on the very machine that the first of them runs on.
 */
export type Place = "public" | "firewall" | "blocked" | "shared" | "same host" | NatOptions;

/** Versions of IP that a machine has. */
export type Ip = "ipv4" | "ipv6" | "dual stack";

export type Gateway = Nat | Firewall;

/** A peer's machine, and what stands right before it. */
export interface Spot {
  readonly host: Host;
  readonly gateway: Gateway | null;
  readonly port: number;
}

/** What the places of a meeting are made in. */
export interface Ground {
  readonly net: Internet;
  /** The NAT that sides in the place "shared" stand behind. */
  readonly shared: Nat | null;
}

export interface Placing {
  readonly name: string;
  readonly place: Place;
  /** What the place's own NAT is behind, in turn. */
  readonly behind?: NatOptions | "shared";
  readonly ip: Ip;
  /** Whose machine "same host" is. */
  readonly first?: Host;
}

const PORT = 5000;
const ADDRESSES: Readonly<Record<string, string>> = { a: "203.0.113.1", b: "203.0.113.2" };
const CHOICES: Readonly<Record<Ip, readonly AddressChoice[]>> = {
  ipv4: ["ipv4"],
  ipv6: ["ipv6"],
  "dual stack": ["ipv4", "ipv6"],
};

/** Builds a peer's surroundings. */
export function settle(ground: Ground, placing: Placing): Spot {
  const { name, place, ip, first } = placing;
  if (place === "same host") {
    if (first === undefined)
      throw new TypeError('"place" expected another side whose host it is, got "same host" first');
    return { host: first, gateway: null, port: PORT + 1 };
  }
  const gateway = gatewayOf(ground, placing, place);
  return { host: (gateway ?? ground.net).host(name, { address: CHOICES[ip] }), gateway, port: PORT };
}

function gatewayOf(ground: Ground, placing: Placing, place: Exclude<Place, "same host">): Gateway | null {
  const { name } = placing;
  if (place === "public") return null;
  if (place === "firewall") return ground.net.firewall(`firewall ${name}`);
  if (place === "blocked") return ground.net.firewall(`firewall ${name}`, { udp: "blocked" });
  if (place === "shared") return sharedOf(ground);
  const { behind } = placing;
  const address = ADDRESSES[name];
  const own = address === undefined || behind !== undefined ? place : { address, ...place };
  if (behind === undefined) return ground.net.nat(`gateway ${name}`, own);
  const outer = behind === "shared" ? sharedOf(ground) : ground.net.nat(`outer gateway ${name}`, behind);
  return outer.nat(`gateway ${name}`, own);
}

function sharedOf({ shared }: Ground): Nat {
  if (shared === null) throw new TypeError('"shared" expected a NAT for the side in the place "shared", got none');
  return shared;
}
