import { type Meeting, type MeetingOptions, meet, natGrid } from "@netpunch/scenario";
import { describe, expect, inject, it } from "vitest";
import { labWithControl, labWithSpots, outcomeOf, startControl, startInSession } from "../../src/lab/netpunch.js";
import { KINDS, type KindName, SPOTS, type Spot } from "../../src/lab/places.js";
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
  const twin = meet({ ...rest, seed: 1, a: { ...a, protocol: "v2" }, b: { ...b, protocol: "v2" }, limitMs: 20_000 });
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
const LIMIT = { possible: ["-timeout", "30s"], impossible: ["-timeout", "4s"] } as const;

const limitOf = (paths: Paths) => (paths === null ? LIMIT.impossible : LIMIT.possible);

/** Both connect as they should, or both give up; the first of them says goodbye, and the other one may hear of it. */
async function expectPaths(paths: Paths, peers: readonly Running[]): Promise<void> {
  const outcomes = await Promise.all(peers.map(outcomeOf));
  if (paths !== null)
    return expect(outcomes).toMatchObject(paths.map((path) => ({ type: "result", protocol: "v2", path })));
  expect(outcomes).toContainEqual({ type: "error", code: "partner-unheard" });
  expect(outcomes).toEqual(
    peers.map(() => ({ type: "error", code: expect.stringMatching(/^partner-(unheard|absent)$/) })),
  );
}

describe.skipIf(lacking())(
  "two peers in a session behind real NATs, as in docs/nat-grid.json and simnet",
  IN_LABS,
  () => {
    const kinds = Object.keys(KINDS) as KindName[];
    const pairs = kinds.flatMap((a, index) =>
      kinds.slice(index).map((b) => ({ a, b, paths: apart(KINDS[a], KINDS[b]) })),
    );

    it.each(pairs)("$a and $b: $paths", async ({ a, b, paths }) => {
      using net = labWithSpots(inject("everything"), { a: KINDS[a], b: KINDS[b] });
      await startControl(net.control);
      const peers = [net.a, net.b].map((machine) => startInSession(machine, ...limitOf(paths)));
      await expectPaths(paths, peers);
    });

    const carriers = Object.entries({ ...SPOTS, ...KINDS });
    const [fullCone, symmetric] = [
      "home router in a carrier's full cone",
      "home router in a carrier's symmetric NAT",
    ] as const;
    const nested = [
      [fullCone, fullCone],
      [fullCone, "symmetric"],
      [symmetric, "public"],
      [symmetric, "port-restricted"],
      [symmetric, fullCone],
    ] as const;
    it.each(nested)("NAT behind NAT: %s and %s", async (a, b) => {
      const spots = { a: Object.fromEntries(carriers)[a] as Spot, b: Object.fromEntries(carriers)[b] as Spot };
      const paths = apart(spots.a, spots.b);
      using net = labWithSpots(inject("everything"), spots);
      await startControl(net.control);
      const peers = [net.a, net.b].map((machine) => startInSession(machine, ...limitOf(paths)));
      await expectPaths(paths, peers);
    });
  },
);

describe.skipIf(lacking())(
  "two peers in a session behind one NAT, as in docs/nat-grid.json and simnet",
  IN_LABS,
  () => {
    const LANS = { a: "LAN", b: "LAN" } as const;
    const shared: readonly [SharedNat, { readonly a: Inside; readonly b: Inside }][] = [
      [{ hairpin: "off", clientIsolation: "off" }, LANS],
      [{ hairpin: "on", clientIsolation: "off" }, LANS],
      [{ hairpin: "on", clientIsolation: "on" }, LANS],
      [{ hairpin: "off", clientIsolation: "on" }, LANS],
      [
        { hairpin: "off", clientIsolation: "off" },
        { a: "LAN", b: "home router" },
      ],
      [
        { hairpin: "on", clientIsolation: "off" },
        { a: "home router", b: "home router" },
      ],
      [
        { hairpin: "off", clientIsolation: "off" },
        { a: "home router", b: "home router" },
      ],
    ];
    it.each(shared)("%o, inside of it %o", async (nat, inside) => {
      const sides = { a: insideTwin(inside.a), b: insideTwin(inside.b) };
      const paths = inTheory(sharedInGrid(GRID, nat, inside), { ...sharedTwin(nat), ...sides });
      using net = labWithControl(inject("everything"));
      await startControl(net.control);
      const [a, b] = behindOneNat(net.lab, nat, inside);
      const peers = [
        startInSession(a, ...limitOf(paths)),
        startInSession(b, "-local", `:${SECOND_PORT}`, ...limitOf(paths)),
      ];
      await expectPaths(paths, peers);
    });
  },
);
