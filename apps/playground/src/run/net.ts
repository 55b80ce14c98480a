import {
  createInternet,
  type Fate,
  type Firewall,
  type Host,
  type Internet,
  type Nat,
  natPresets,
} from "@netpunch/simnet";
import type { Endpoint } from "@netpunch/wire";
import { type Choices, SIDES, type SideName } from "./choices.js";
import { natOf } from "./places.js";

/** Ports that everybody knows, and the addresses of documentation (RFC 5737, RFC 3849). */
export const CONTROL: Endpoint = { address: "198.51.100.1", port: 7777 };
export const CONTROL_IPV6: Endpoint = { address: "2001:db8:100::1", port: 7777 };
export const PEER_PORT = 5000;
const ATTACKER = ["192.0.2.66", "2001:db8:666::66"];
const EXTERNAL = { a: "203.0.113.1", b: "203.0.113.2" } as const;
const CARRIER = { a: "203.0.113.101", b: "203.0.113.102" } as const;
const INTERNAL = { a: "192.168.1.0/24", b: "192.168.2.0/24" } as const;

/** A router in front of a peer, nearest first. */
export type Gateway = Nat | Firewall;

/** Everybody in the net, before anything has happened. */
export interface Net {
  readonly internet: Internet;
  readonly control: Host;
  readonly attacker: Host | null;
  readonly hosts: Readonly<Record<SideName, Host>>;
  /** What stands in front of each side, nearest first; one NAT in front of both is one object. */
  readonly gateways: Readonly<Record<SideName, readonly Gateway[]>>;
}

/** Builds the net that the choices describe. */
export function buildNet(choices: Choices, onFate: ((fate: Fate) => void) | null): Net {
  const { seed, latencyMs, jitterMs, loss, duplicate, deeds } = choices;
  const internet = createInternet({
    seed,
    link: { latencyMs, jitterMs, loss, duplicate },
    ...(onFate === null ? { trace: "off" } : { onFate }),
  });
  const control = internet.host("control", { address: [CONTROL.address, CONTROL_IPV6.address] });
  const isAttacked = deeds.some(({ type }) => type === "replay");
  const attacker = isAttacked ? internet.host("attacker", { address: ATTACKER }) : null;
  const isShared = SIDES.some((side) => choices[side].place === "same-nat");
  const shared = isShared ? internet.nat("gateway", { ...sharedNat(choices), address: EXTERNAL.a }) : null;
  const around = { internet, shared };
  const a = settle(around, "a", choices);
  const b = settle(around, "b", choices);
  return { internet, control, attacker, hosts: { a: a.host, b: b.host }, gateways: { a: a.gateways, b: b.gateways } };
}

function sharedNat({ a }: Choices) {
  return { ...natOf("same-nat", a.knobs), lanPrefix: INTERNAL.a };
}

function settle(
  around: { readonly internet: Internet; readonly shared: Nat | null },
  side: SideName,
  choices: Choices,
) {
  const { place } = choices[side];
  const gateways = around.shared !== null ? [around.shared] : gatewaysOf(around.internet, side, choices);
  const families = place === "ipv6" ? (["ipv4", "ipv6"] as const) : "ipv4";
  const publicAddress = gateways[0] === undefined || !("mappings" in gateways[0]);
  const address = publicAddress ? EXTERNAL[side] : families;
  return { host: (gateways[0] ?? around.internet).host(side, { address }), gateways };
}

function gatewaysOf(internet: Internet, side: SideName, choices: Choices): readonly Gateway[] {
  const { place, knobs } = choices[side];
  if (place === "firewall") return [internet.firewall(`gateway ${side}`)];
  if (place === "blocked") return [internet.firewall(`gateway ${side}`, { udp: "blocked" })];
  const options = natOf(place, knobs);
  if (options === null) return [];
  if (place !== "double-nat") {
    return [internet.nat(`gateway ${side}`, { ...options, address: EXTERNAL[side], lanPrefix: INTERNAL[side] })];
  }
  const carrier = internet.nat(`carrier ${side}`, { ...natPresets.carrierGrade, ipv6: "none", address: CARRIER[side] });
  return [carrier.nat(`gateway ${side}`, { ...options, lanPrefix: INTERNAL[side] }), carrier];
}
