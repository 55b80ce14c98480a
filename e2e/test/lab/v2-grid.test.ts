import { type Meeting, type MeetingOptions, meet, natGrid } from "@netpunch/scenario";
import { describe, expect, inject, it } from "vitest";
import {
  labWithControl,
  labWithSpots,
  type Outcome,
  outcomeOf,
  startByName,
  startControl,
  startInSession,
} from "../../src/lab/netpunch.js";
import { KINDS, type KindName, SPOTS, type Spot, type SpotName } from "../../src/lab/places.js";
import { IN_LABS, lacking } from "../../src/lab/requirements.js";
import type { Running } from "../../src/lab/running.js";
import {
  behindOneNat,
  type Inside,
  insideTwin,
  SECOND_PORT,
  type SharedNat,
  sharedInGrid,
  sharedTwin,
} from "../../src/lab/together.js";

const GRID = natGrid();

/** What each one's hole leads to, a's first; null: no hole. */
type Paths = readonly [a: string, b: string] | null;

/** What docs/nat-grid.json says. */
function pathsIn(pair: object | undefined): Paths {
  if (pair === undefined) throw new Error("docs/nat-grid.json knows no such pair");
  return "paths" in pair ? (pair.paths as Paths) : null;
}

/** What the grid says, and simnet with it; a test that they agree comes for free. */
function inTheory(pair: object | undefined, { a, b, ...rest }: Omit<MeetingOptions, "seed">): Paths {
  const paths = pathsIn(pair);
  const direct = { protocol: "v2", relay: "never" } as const;
  const twin = meet({ ...rest, seed: 1, a: { ...a, ...direct }, b: { ...b, ...direct }, limitMs: 20_000 });
  expect(pathsOf(twin)).toEqual(paths);
  return paths;
}

function pathsOf({ outcomes: { a, b } }: Meeting): Paths {
  return a.path === null || b.path === null ? null : [a.path, b.path];
}

function apart(a: Spot, b: Spot): Paths {
  const [one, other] = [GRID.apart.find(isPair(a, b)), GRID.apart.find(isPair(b, a))];
  const pair = one ?? (other && ("paths" in other ? { paths: [other.paths[1], other.paths[0]] } : other));
  return inTheory(pair, { a: a.twin, b: b.twin });
}

function isPair(a: Spot, b: Spot) {
  return (pair: { readonly a: string; readonly b: string }) => pair.a === a.grid && pair.b === b.grid;
}

/** chosen: pairs that can meet do so in a quarter of a second; in four, those that cannot have tried everything. */
const LIMIT = {
  possible: ["-relay", "never", "-timeout", "30s"],
  impossible: ["-relay", "never", "-timeout", "4s"],
} as const;

const limitOf = (paths: Paths) => (paths === null ? LIMIT.impossible : LIMIT.possible);

/** Both connect as they should, or both give up; the first of them says goodbye, and the other one may hear of it. */
async function expectPaths(paths: Paths, peers: readonly Running[]): Promise<void> {
  const outcomes = (await Promise.all(peers.map(outcomeOf))).map(withOneNameForIpv6);
  if (paths !== null) {
    return expect(outcomes).toMatchObject(paths.map((path) => ({ type: "result", protocol: "v2", path })));
  }
  expect(outcomes).toContainEqual({ type: "error", code: "partner-unheard" });
  const gaveUp = { type: "error", code: expect.stringMatching(/^partner-(unheard|absent)$/) };
  expect(outcomes).toEqual([gaveUp, gaveUp]);
}

/** Untranslated, a machine's own address and the one that control sees are one; which name it has is a matter of moments. */
function withOneNameForIpv6(outcome: Outcome): Outcome {
  const isIpv6 = outcome.type === "result" && outcome.remote.startsWith("[");
  return isIpv6 && outcome.path === "host" ? { ...outcome, path: "reflexive" } : outcome;
}

/** Lets peers in two spots meet, or not, as docs/nat-grid.json and simnet have it; returns how they ended. */
async function meetIn({ a, b }: { readonly a: Spot; readonly b: Spot }, start = startInSession) {
  const paths = apart(a, b);
  using net = labWithSpots(inject("everything"), { a, b });
  await startControl(net.control);
  const peers = [net.a, net.b].map((machine) => start(machine, ...limitOf(paths)));
  await expectPaths(paths, peers);
  return Promise.all(peers.map(outcomeOf));
}

describe.skipIf(lacking())("two peers in a session meet behind real NATs where simnet says so", IN_LABS, () => {
  const kinds = Object.keys(KINDS) as KindName[];
  const pairs = kinds.flatMap((a, index) => kinds.slice(index).map((b) => [a, b] as const));
  it.each(pairs)("%s and %s", async (a, b) => {
    await meetIn({ a: KINDS[a], b: KINDS[b] });
  });

  it("symmetric and symmetric, through control where they may", async () => {
    using net = labWithSpots(inject("everything"), { a: KINDS.symmetric, b: KINDS.symmetric });
    await startControl(net.control);
    const peers = [net.a, net.b].map((machine) => startInSession(machine, "-relay-after", "1s", "-timeout", "40s"));
    const relayed = { type: "result", protocol: "v2", path: "relayed", remote: expect.stringMatching(/:7777$/) };
    expect(await Promise.all(peers.map(outcomeOf))).toMatchObject([relayed, relayed]);
  });

  const nested: readonly (readonly [SpotName, SpotName])[] = [
    ["home router in a carrier's full cone", "home router in a carrier's full cone"],
    ["home router in a carrier's full cone", "symmetric"],
    ["home router in a carrier's symmetric NAT", "public"],
    ["home router in a carrier's symmetric NAT", "port-restricted"],
    ["home router in a carrier's symmetric NAT", "home router in a carrier's full cone"],
  ];
  it.each(nested)("%s and %s", async (a, b) => {
    await meetIn({ a: SPOTS[a], b: SPOTS[b] });
  });

  const dual: readonly (readonly [SpotName, SpotName, string])[] = [
    ["IPv6 alone", "IPv6 alone", "by IPv6"],
    ["symmetric, and IPv6", "symmetric, and IPv6", "by IPv6"],
    ["symmetric, and IPv6", "IPv6 alone", "by IPv6"],
    ["symmetric, and IPv6", "public", "by IPv4"],
    ["symmetric, and IPv6", "port-restricted", "not at all"],
    ["IPv6 alone", "port-restricted", "not at all"],
  ];
  it.each(dual)("%s and %s, %s, as control has both versions of IP", async (a, b, by) => {
    for (const outcome of await meetIn({ a: SPOTS[a], b: SPOTS[b] }, startByName)) {
      const version = outcome.type === "result" ? `by IPv${outcome.remote.startsWith("[") ? 6 : 4}` : "not at all";
      expect(version).toBe(by);
    }
  });
});

describe.skipIf(lacking())("two peers in a session meet behind one NAT where simnet says so", IN_LABS, () => {
  const LAN = { a: "LAN", b: "LAN" } as const;
  const HOMES = { a: "home router", b: "home router" } as const;
  const shared: readonly { readonly nat: SharedNat; readonly inside: { readonly a: Inside; readonly b: Inside } }[] = [
    { nat: { hairpin: "off", clientIsolation: "off" }, inside: LAN },
    { nat: { hairpin: "on", clientIsolation: "off" }, inside: LAN },
    { nat: { hairpin: "on", clientIsolation: "on" }, inside: LAN },
    { nat: { hairpin: "off", clientIsolation: "on" }, inside: LAN },
    { nat: { hairpin: "off", clientIsolation: "off" }, inside: { a: "LAN", b: "home router" } },
    { nat: { hairpin: "on", clientIsolation: "off" }, inside: HOMES },
    { nat: { hairpin: "off", clientIsolation: "off" }, inside: HOMES },
  ];
  const title = "hairpin $nat.hairpin, client isolation $nat.clientIsolation, a in its $inside.a, b in its $inside.b";
  it.each(shared)(title, async ({ nat, inside }) => {
    const sides = { a: insideTwin(inside.a), b: insideTwin(inside.b) };
    const paths = inTheory(sharedInGrid(GRID, nat, inside), { ...sharedTwin(nat), ...sides });
    using net = labWithControl(inject("everything"));
    await startControl(net.control);
    const [a, b] = behindOneNat(net.lab, nat, inside);
    const second = ["-local", `:${SECOND_PORT}`];
    await expectPaths(paths, [startInSession(a, ...limitOf(paths)), startInSession(b, ...second, ...limitOf(paths))]);
  });
});
