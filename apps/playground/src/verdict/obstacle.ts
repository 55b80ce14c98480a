import { type Obstacle, reach, type SharedNat, type Standing, type Way } from "@netpunch/scenario";
import { type NatOptions, natPresets } from "@netpunch/simnet";
import { type Choices, SIDES, type Side, type SideName } from "../run/choices.js";
import { natOf } from "../run/places.js";

type NatFacts = Way[number];
type Sides = Pick<Choices, SideName>;
type Ways = Readonly<Record<SideName, Way>>;

/** A router's filter in front of addresses that it does not translate. */
const FILTER: NatFacts = { mapping: "endpoint-independent", filtering: "address-and-port-dependent" };

/** What stands between two places as such; null where peers can meet, given time and a link that is not too bad. */
export function obstacleBetween(sides: Sides): Obstacle | null {
  return obstacleOn(sides, waysOf(sides));
}

/** Whose outside is another one for each remote. */
export function moving(sides: Sides): readonly SideName[] {
  const ways = waysOf(sides);
  return SIDES.filter((side) => ways[side].some(({ mapping }) => mapping !== "endpoint-independent"));
}

/** Who lets in only the very endpoints that were sent to. */
export function exacting(sides: Sides): readonly SideName[] {
  const ways = waysOf(sides);
  return SIDES.filter((side) => ways[side].some(({ filtering }) => filtering === "address-and-port-dependent"));
}

/** On which sides alone a better router would do: found by trying. */
export function whereItHelps(sides: Sides, better: Partial<NatFacts>): readonly SideName[] {
  const ways = waysOf(sides);
  return SIDES.filter((side) => {
    const improved = ways[side].map((nat) => ({ ...nat, ...better }));
    return obstacleOn(sides, { ...ways, [side]: improved }) === null;
  });
}

function obstacleOn({ a, b }: Sides, ways: Ways): Obstacle | null {
  const met = reach(standingOf(a, ways.a), standingOf(b, ways.b), sharedBy(a));
  return met.direct ? null : met.obstacle;
}

function standingOf({ place }: Side, ipv4: Way): Standing {
  return { ipv4, ipv6: place === "ipv6" ? [FILTER] : null, udp: place === "blocked" ? "blocked" : "allowed" };
}

function waysOf({ a, b }: Sides): Ways {
  return { a: wayOf(a), b: wayOf(b) };
}

/** From the peer outwards. The NAT in front of both is not in either one's way, but the pair's. */
function wayOf({ place, knobs }: Side): Way {
  if (place === "firewall") return [FILTER];
  const nat = place === "same-nat" ? null : natOf(place, knobs);
  if (nat === null) return [];
  return place === "double-nat" ? [factsOf(nat), factsOf(natPresets.carrierGrade)] : [factsOf(nat)];
}

function sharedBy({ place, knobs }: Side): SharedNat | null {
  const nat = place === "same-nat" ? natOf(place, knobs) : null;
  if (nat === null) return null;
  return { ...factsOf(nat), hairpin: nat.hairpin ?? "off", clientIsolation: "off" };
}

/** As simnet takes what is left out: as most home routers do. */
function factsOf({ mapping = FILTER.mapping, filtering = FILTER.filtering }: NatOptions): NatFacts {
  return { mapping, filtering };
}
