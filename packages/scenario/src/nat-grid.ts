import type { NatFacts } from "./reachability.js";
import {
  OBSTACLES,
  type Obstacle,
  type PathKind,
  type Reach,
  reach,
  type Standing,
  type Way,
} from "./v2-reachability.js";

type OnOff = "on" | "off";

/** What v2 makes of a pair of places. */
export type Outcome =
  | { readonly paths: readonly [a: PathKind, b: PathKind]; readonly ip: 4 | 6 }
  /** No direct path. Control relays wherever UDP gets to it. */
  | { readonly obstacle: Obstacle; readonly relayed: boolean };

/** Two peers, each with an access to the internet of its own. */
type PairApart = { readonly a: string; readonly b: string } & Outcome;

/** Pairs behind one NAT, with what each has of its own inside of it: nothing ("none"), or another NAT. */
interface PairsTogether {
  readonly nat: string;
  readonly hairpin: OnOff;
  readonly clientIsolation: OnOff;
  readonly pairs: readonly PairApart[];
}

/** What stands between a peer and the internet, from the peer outwards; null where it has no such addresses. */
interface PlaceFacts {
  readonly ipv4: readonly string[] | null;
  readonly ipv6: readonly string[] | null;
  readonly udp?: "blocked";
}

/** What `docs/nat-grid.json` holds. */
export interface NatGrid {
  readonly about: readonly string[];
  readonly obstacles: Readonly<Record<Obstacle, string>>;
  readonly places: Readonly<Record<string, PlaceFacts>>;
  readonly apart: readonly PairApart[];
  readonly together: readonly PairsTogether[];
}

const ABOUT = [
  "Which pairs of peers protocol v2 connects directly, and why it cannot connect the others that way.",
  "relayed: whether control passes their datagrams on instead, as it does unless its operator has turned that off.",
  "EIM, ADM, APDM: endpoint-independent, address-dependent, address- and port-dependent mapping (RFC 4787 section 4.1);",
  "EIF, ADF, APDF: the same of filtering (section 5). A filter goes by mapping: what one sent to opens no other one.",
  "How ports are allocated makes no difference. IPv6 is filtered and never translated.",
  "apart: each with an access of its own. together: behind one NAT, each with what stands between it and that NAT.",
  "paths: what a's hole and b's lead to: host, an address of the partner's machine; reflexive, where control saw it;",
  "peer-reflexive, another one of the partner's NAT, that its ping came from.",
  "Made by packages/scenario/src/nat-grid.ts from rules that know no network; a test has a simulated one agree, pair by pair.",
  "To make it anew: pnpm --filter @netpunch/scenario test --update",
];

const LETTERS = { EI: "endpoint-independent", AD: "address-dependent", APD: "address-and-port-dependent" } as const;
type Letters = keyof typeof LETTERS;
const DEPENDENCES: readonly Letters[] = ["EI", "AD", "APD"];

/** All nine pairs of mapping and filtering by their short names, "EIM/EIF" to "APDM/APDF". */
export const NATS: Readonly<Record<string, NatFacts>> = Object.fromEntries(
  DEPENDENCES.flatMap((mapping) =>
    DEPENDENCES.map((filtering) => [
      `${mapping}M/${filtering}F`,
      { mapping: LETTERS[mapping], filtering: LETTERS[filtering] },
    ]),
  ),
);

const FIREWALL = ["EIM/APDF"] as const;

const PLACES: Readonly<Record<string, PlaceFacts>> = {
  public: { ipv4: [], ipv6: null },
  firewall: { ipv4: FIREWALL, ipv6: null },
  "UDP blocked": { ipv4: FIREWALL, ipv6: null, udp: "blocked" },
  ...Object.fromEntries(Object.keys(NATS).map((nat) => [nat, { ipv4: [nat], ipv6: null }])),
  "EIM/APDF in EIM/EIF": { ipv4: ["EIM/APDF", "EIM/EIF"], ipv6: null },
  "APDM/APDF in EIM/EIF": { ipv4: ["APDM/APDF", "EIM/EIF"], ipv6: null },
  "EIM/ADF in APDM/EIF": { ipv4: ["EIM/ADF", "APDM/EIF"], ipv6: null },
  "EIM/APDF in APDM/APDF": { ipv4: ["EIM/APDF", "APDM/APDF"], ipv6: null },
  "EIM/APDF and IPv6": { ipv4: ["EIM/APDF"], ipv6: FIREWALL },
  "APDM/APDF and IPv6": { ipv4: ["APDM/APDF"], ipv6: FIREWALL },
  "only IPv6": { ipv4: null, ipv6: FIREWALL },
};

/** Inside of one NAT: hosts of its LAN, or each behind a router of its own, as a carrier's subscribers are. */
const INSIDE: readonly (readonly [a: string, b: string])[] = [
  ["none", "none"],
  ["none", "EIM/APDF"],
  ["EIM/APDF", "EIM/APDF"],
  ["EIM/APDF", "APDM/APDF"],
];

/** Makes the grid. */
export function natGrid(): NatGrid {
  return {
    about: ABOUT,
    obstacles: OBSTACLES,
    places: PLACES,
    apart: pairsApart(),
    together: pairsTogether(),
  };
}

function pairsApart(): readonly PairApart[] {
  const names = Object.keys(PLACES);
  return names.flatMap((a, at) => names.slice(at).map((b) => ({ a, b, ...outcome(reach(standing(a), standing(b))) })));
}

function pairsTogether(): readonly PairsTogether[] {
  const onOff = ["on", "off"] as const;
  return Object.entries(NATS).flatMap(([nat, facts]) =>
    onOff.flatMap((hairpin) =>
      onOff.map((clientIsolation) => {
        const shared = { ...facts, hairpin, clientIsolation };
        const pairs = INSIDE.map(([a, b]) => ({ a, b, ...outcome(reach(inside(a), inside(b), shared)) }));
        return { nat, hairpin, clientIsolation, pairs };
      }),
    ),
  );
}

function outcome(reached: Reach): Outcome {
  if (!reached.direct) return { obstacle: reached.obstacle, relayed: reached.obstacle !== "udp-blocked" };
  return { paths: [reached.paths.a, reached.paths.b], ip: reached.ip };
}

function standing(name: string): Standing {
  const { ipv4, ipv6, udp = "allowed" } = PLACES[name] ?? { ipv4: null, ipv6: null };
  return { ipv4: wayOf(ipv4), ipv6: wayOf(ipv6), udp };
}

function inside(own: string): Standing {
  return { ipv4: own === "none" ? [] : wayOf([own]), ipv6: null, udp: "allowed" };
}

function wayOf(nats: readonly string[] | null): Way | null {
  return nats?.flatMap((nat) => NATS[nat] ?? []) ?? null;
}

/** The grid as the file has it: a line for each place and each pair. */
export function formatNatGrid(grid: NatGrid): string {
  const line = (text: string) => text.replace(/\s+/g, " ").replace(/\[ /g, "[").replace(/ \]/g, "]");
  return `${JSON.stringify(grid, null, 2).replace(/\{\s+"(?:a|ipv4)":[^{}]*\}/g, line)}\n`;
}
