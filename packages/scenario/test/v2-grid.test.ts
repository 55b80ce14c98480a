import { join } from "node:path";
import type { NatOptions, PortAllocation } from "@netpunch/simnet";
import { ipFamily } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { type Meeting, type MeetingOptions, meet, type Side, talk } from "../src/index.js";
import { formatNatGrid, NATS, natGrid, type Outcome } from "../src/nat-grid.js";

const FILE = join(import.meta.dirname, "../../../docs/nat-grid.json");
/** The limit of a pair that cannot meet: both have drilled in vain many times over. */
const IN_VAIN_MS = 20_000;

const grid = natGrid();
const ALLOCATIONS: readonly PortAllocation[] = ["preserving", "random", { sequential: 1 }];

/** How each of the two allocates ports, which makes no difference; who comes first and who nominates changes with it. */
const VARIANTS = ALLOCATIONS.flatMap((a) => ALLOCATIONS.map((b) => ({ a, b }))).map((allocations, seed) => ({
  ...allocations,
  seed,
  hairpin: seed % 2 === 0 ? ("on" as const) : ("off" as const),
  startsAtMs: seed % 3 === 0 ? { a: 0, b: 0 } : seed % 3 === 1 ? { a: 0, b: 3000 } : { a: 3000, b: 0 },
}));

test("docs/nat-grid.json is what the rules say", async () => {
  await expect(formatNatGrid(grid)).toMatchFileSnapshot(FILE);
});

describe("each with an access of its own", () => {
  const places = Object.keys(grid.places);
  test.each(places)("%s and whatever the other has: the simulated network agrees", (place) => {
    const wrong: string[] = [];
    for (const pair of grid.apart.filter(({ a }) => a === place)) {
      for (const { a, b, seed, hairpin, startsAtMs } of VARIANTS) {
        const sides = {
          a: { ...sideOf(pair.a, { allocation: a, hairpin }), startsAtMs: startsAtMs.a },
          b: { ...sideOf(pair.b, { allocation: b, hairpin }), startsAtMs: startsAtMs.b },
        };
        wrong.push(...disagreement(`${pair.a} | ${pair.b}`, pair, { seed, ...sides }));
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("behind one NAT", () => {
  test.each(grid.together)("$nat, hairpin $hairpin, client isolation $clientIsolation", (group) => {
    const { nat, hairpin, clientIsolation, pairs } = group;
    const wrong: string[] = [];
    for (const pair of pairs) {
      for (const { a, b, seed, startsAtMs } of VARIANTS) {
        const shared = { ...NATS[nat], hairpin, clientIsolation, allocation: a };
        const sides = {
          a: { ...insider(pair.a, { allocation: b }), startsAtMs: startsAtMs.a },
          b: { ...insider(pair.b, { allocation: b }), startsAtMs: startsAtMs.b },
        };
        wrong.push(...disagreement(`${pair.a} | ${pair.b}`, pair, { seed, shared, ...sides }));
      }
    }
    expect(wrong).toEqual([]);
  });
});

test("v2 gets straight through 42 of the 81 pairs of NATs, as v1, and control relays between all others", () => {
  const nats = Object.keys(NATS);
  const among = grid.apart.filter(({ a, b }) => nats.includes(a) && nats.includes(b));
  const met = among.filter((pair) => "paths" in pair);
  expect(among.every((pair) => "paths" in pair || pair.relayed)).toBe(true);
  // Each pair stands there once, whoever is a.
  expect(met.reduce((sum, { a, b }) => sum + (a === b ? 1 : 2), 0)).toBe(42);
});

/** What is wrong with how a pair fared, as a line that repeats it. */
function disagreement(name: string, expected: Outcome, options: MeetingOptions): readonly string[] {
  const { a, b, ...rest } = options;
  const v2 = { protocol: "v2", session: "grid", afterwards: "hold" } as const;
  const meeting = meet({ ...rest, a: { ...a, ...v2 }, b: { ...b, ...v2 }, limitMs: IN_VAIN_MS });
  const got = fateOf(meeting);
  const wanted = wantedOf(expected);
  return got.startsWith(wanted) ? [] : [`${name}, seed ${options.seed}: ${got}; expected ${wanted}`];
}

/** A relayed hole leads to control, at each one's own version of IP. */
function wantedOf(expected: Outcome): string {
  if ("paths" in expected) return `${expected.paths.join(", ")}, IPv${expected.ip}`;
  return expected.relayed ? "relayed, relayed" : "no hole";
}

/** Whether both connected, both know that the other knows, and their applications hear each other. */
function fateOf(meeting: Meeting): string {
  const { a, b } = meeting.outcomes;
  if (a.hole === null && b.hole === null) return "no hole";
  if (a.hole === null || b.hole === null) return "a hole at one side";
  if (a.confirmedAt === null || b.confirmedAt === null) return "not confirmed";
  if (!talk(meeting)) return "a hole that lets nothing through";
  const [ipOfA, ipOfB] = [ipFamily(a.hole.address), ipFamily(b.hole.address)];
  return `${a.path}, ${b.path}, IPv${ipOfA}${ipOfA === ipOfB ? "" : ` and IPv${ipOfB}`}`;
}

/** The place that a name in the grid stands for. */
function sideOf(name: string, nat: NatOptions): Side {
  if (name === "public") return {};
  if (name === "firewall") return { place: "firewall" };
  if (name === "UDP blocked") return { place: "blocked" };
  if (name === "only IPv6") return { place: "firewall", ip: "ipv6" };
  const [own = "", ipv6] = name.split(" and ");
  const [inner = "", outer] = own.split(" in ");
  return {
    place: { ...NATS[inner], ...nat },
    ...(outer === undefined ? {} : { behind: { ...NATS[outer], ...nat } }),
    ...(ipv6 === undefined ? {} : { ip: "dual stack" }),
  };
}

/** What a peer has of its own inside of the shared NAT. */
function insider(own: string, nat: NatOptions): Side {
  return own === "none" ? { place: "shared" } : { place: { ...NATS[own], ...nat }, behind: "shared" };
}
