import type { Dependence } from "@netpunch/simnet";

/**
 * What the peers and control speak; "auto" is a peer a that falls back to v1, as its partner is an original; "original" is
 * v1 with the timing of the original's programs.
 */
export const PROTOCOLS = ["v2", "auto", "v1", "original"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export type SideName = "a" | "b";
export const SIDES = ["a", "b"] as const satisfies readonly SideName[];

/** Where a peer stands, by the names that people know. */
export const PLACES = [
  "public",
  "full-cone",
  "home",
  "symmetric",
  "firewall",
  "blocked",
  "same-nat",
  "double-nat",
  "ipv6",
  "custom",
] as const;
export type PlaceName = (typeof PLACES)[number];

/** A NAT in the words of RFC 4787. */
export interface Knobs {
  readonly mapping: Dependence;
  readonly filtering: Dependence;
  readonly allocation: "preserving" | "sequential" | "random";
  readonly hairpin: "on" | "off";
  /** 1 to 3,600. */
  readonly lifetimeS: number;
}

export interface Side {
  readonly place: PlaceName;
  /** What the place "custom" is. */
  readonly knobs: Knobs;
}

/** What is done to the net while the run goes on. */
export type Deed =
  | { readonly type: "stop-control" | "start-control"; readonly atMs: number }
  | { readonly type: "reboot-nat" | "change-address"; readonly side: SideName; readonly atMs: number }
  /** An attacker sends a captured datagram again: from an address of its own, or from its sender's, which it forges. */
  | { readonly type: "replay"; readonly datagram: number; readonly source: "own" | "forged"; readonly atMs: number };
export type DeedType = Deed["type"];

/** All that decides a run: the same choices give the same run, to the last bit. */
export interface Choices {
  readonly protocol: Protocol;
  /** 0 to 999,999. */
  readonly seed: number;
  readonly a: Side;
  readonly b: Side;
  /** When the second peer starts, after the first: 0 to 120,000. */
  readonly bStartsAtMs: number;
  /** Between any two nodes of the public internet, one way: 0 to 5,000. */
  readonly latencyMs: number;
  /** 0 to 1,000. */
  readonly jitterMs: number;
  /** Shares, 0 to 1. */
  readonly loss: number;
  readonly duplicate: number;
  /** When the peers' users lose patience, after the second start: 1 to 600. */
  readonly limitS: number;
  readonly deeds: readonly Deed[];
}

export const DEFAULT_KNOBS: Knobs = {
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
  allocation: "preserving",
  hairpin: "off",
  lifetimeS: 120,
};

export const DEFAULT_CHOICES: Choices = {
  protocol: "v2",
  seed: 1,
  a: { place: "home", knobs: DEFAULT_KNOBS },
  b: { place: "home", knobs: DEFAULT_KNOBS },
  bStartsAtMs: 60,
  latencyMs: 25,
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  limitS: 60,
  deeds: [],
};

/** The choices with one side's place changed; behind one NAT there are two, or nobody. */
export function withPlace(choices: Choices, name: SideName, place: PlaceName): Choices {
  const other = name === "a" ? "b" : "a";
  const changed = { ...choices, [name]: { ...choices[name], place } };
  if (place === "same-nat") return { ...changed, [other]: { ...choices[other], place } };
  if (choices[other].place === "same-nat") return { ...changed, [other]: { ...choices[other], place: "home" } };
  return changed;
}
