import type { Endpoint } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PunchError } from "../src/errors.js";
import type { PeerEvent, SessionState } from "../src/events.js";
import { explain } from "../src/explain.js";
import type { Meeting } from "../src/options.js";
import { type Findings, Progress } from "../src/progress.js";
import { at, CONTROL, PARTNER } from "./bench.js";

const control = at(CONTROL);
const partner = at(PARTNER);
const elsewhere = at("192.168.0.10:7777");
const nothing: Findings = {
  ...new Progress().findings(0),
  elapsedMs: 30_000,
  control,
  asked: [control],
  askedMs: 30_000,
};
const HOME: Meeting = { protocol: "v2", session: "home" };
const SLOT: Meeting = { protocol: "v1", slot: "a" };
const AUTO: Meeting = { protocol: "auto", slot: "a" };
const around = (meeting: Meeting) => ({
  meeting,
  controlName: "vps.example:7777",
  wordsOf: ({ message }: Error) => `in words: ${message}`,
});
const why = (findings: Partial<Findings>, meeting: Meeting = HOME) =>
  explain({ ...nothing, ...findings }, around(meeting));
const reflexive = (endpoint: Endpoint) => ({ kind: "reflexive", endpoint }) as const;

describe("every case of a message has words that are true in it:", () => {
  const addresses = [reflexive(partner)];
  const sight = (forMs: number, agoMs: number) => ({ endpoint: partner, forMs, agoMs });
  const LEFT = { session: "waiting", addresses } as const;
  test.each<[string, Partial<Findings>, Meeting, RegExp]>([
    ["the partner pings on", { heard: sight(20_000, 900) }, SLOT, /is heard from .* but does not hear us$/],
    [
      "its last ping was long ago",
      { heard: sight(25_000, 24_000) },
      SLOT,
      /was heard from .*, but not in the last 24 s$/,
    ],
    ["its first ping came a moment ago", { heard: sight(100, 0) }, SLOT, /was heard from .* only 0\.1 s ago$/],
    [
      "it pinged, and left",
      { ...LEFT, presentMs: 9000, heard: sight(9000, 900) },
      HOME,
      /and left before there was a hole$/,
    ],
    [
      "it pinged, and is refused now",
      { session: "full", heard: sight(9000, 900) },
      HOME,
      /^two others are in the session/,
    ],
    [
      "it came a moment ago",
      { session: "present", addresses, presentMs: 200 },
      HOME,
      /came only 0\.2 s ago, and nothing came/,
    ],
    ["it came for a moment", { ...LEFT, presentMs: 300 }, HOME, /was there for 0\.3 s only, and did not come again/],
    ["it drilled, and left", { ...LEFT, presentMs: 9000 }, HOME, /was there for 9\.0 s, .*; it has left since$/],
    ["it has no address for us", { session: "present", presentMs: 9000 }, HOME, /is there, but it has no address/],
    [
      "v1 named it a moment ago",
      { introduced: sight(300, 0) },
      SLOT,
      /nothing came from there; control named it only 0\.3 s ago$/,
    ],
    ["v1 named it on and on", { introduced: sight(9000, 900) }, SLOT, /is at .*, but nothing came from there$/],
    [
      "v1 names it no more",
      { introduced: sight(9000, 6000) },
      SLOT,
      /was at .*, but control has not named it for 6 s$/,
    ],
    [
      "it speaks v1, and so may we",
      { session: "v1" },
      AUTO,
      /speaks only protocol v1, but control has not named its address$/,
    ],
    [
      "v1's control answers from elsewhere",
      { strayControl: elsewhere },
      SLOT,
      /answers from another address: 192\.168\.0\.10:7777$/,
    ],
    [
      "nobody ever came",
      { session: "waiting", controlSilentMs: 400 },
      HOME,
      /did not come in 30\.0 s; control answers$/,
    ],
    [
      "nobody came, and control may have gone",
      { session: "waiting", controlSilentMs: 17_000 },
      HOME,
      /control answers, last 17 s ago$/,
    ],
    [
      "two controls were asked",
      { asked: [control, elsewhere] },
      HOME,
      /^control 198.* or 192.* has not answered in 30\.0 s$/,
    ],
    ["its name was late", { askedMs: 2000 }, HOME, /has not answered in 2\.0 s$/],
  ])("%s", (_name, findings, meeting, message) => {
    expect(why(findings, meeting).message).toMatch(message);
  });

  test("what the machine refused is put into words", () => {
    expect(why({ sendError: new Error("ENETUNREACH") }, SLOT).advice).toContain("Last error: in words: ENETUNREACH.");
  });

  test("two routers to the internet and one in front of both are among the reasons, where they may be", () => {
    const there = { session: "present", presentMs: 9000 } as const;
    const v2 = (seen: string, own: readonly string[]) =>
      why({ ...there, addresses: [reflexive(at(seen))], observed: own.map(at) }).advice;
    expect(v2("203.0.113.2:5000", ["203.0.113.2:41234"])).toContain("both are behind one NAT");
    expect(v2("203.0.113.2:5000", ["203.0.113.2:41234", "[2001:db8::7]:5000"])).toContain("both are behind one NAT");
    expect(v2("203.0.113.2:5000", ["198.51.100.9:41234"])).toContain("two internet connections");
    // Both on control's own machine: there is no NAT.
    expect(v2("127.0.0.1:5000", ["127.0.0.1:5001"])).not.toContain("both are behind one NAT");
    const v1 = why({ introduced: sight(9000, 900) }, SLOT).advice;
    expect(v1).toContain("one NAT in front of both");
    expect(v1).toContain("two internet connections");
  });
});

/** Something that happens to a peer, and how long after the last thing. */
type Happening = { readonly ms: number } & (
  | { readonly type: "event"; readonly event: PeerEvent }
  | { readonly type: "from"; readonly remote: Endpoint }
);

const event = (event: PeerEvent) => ({ type: "event", event }) as const;
const state = (state: SessionState) => event({ type: "session", state });
const HAPPENINGS = [
  state("waiting"),
  state("present"),
  state("full"),
  state("taken"),
  state("v1"),
  event({ type: "candidates", candidates: [reflexive(partner)] }),
  event({ type: "introduced", endpoint: partner }),
  event({ type: "heard", endpoint: partner }),
  event({ type: "observed", endpoint: partner }),
  event({ type: "dropped", reason: "not-from-control", remote: elsewhere }),
  event({ type: "dropped", reason: "bad-signature", remote: control }),
  { type: "from", remote: control },
  { type: "from", remote: partner },
] as const;

/** What is so at the end of a history, worked out from all of it. */
interface Truth {
  readonly states: readonly { readonly state: SessionState; readonly at: number }[];
  readonly introduced: number | null;
  readonly heard: number | null;
  readonly controlHeard: number | null;
  readonly end: number;
}

function live(history: readonly Happening[], restMs: number): { readonly findings: Findings; readonly truth: Truth } {
  const progress = new Progress();
  const states: { state: SessionState; at: number }[] = [];
  let introduced: number | null = null;
  let heard: number | null = null;
  let controlHeard: number | null = null;
  progress.event({ type: "phase", phase: "announcing", signal: null, target: null }, 0);
  progress.event({ type: "control", endpoint: control }, 0);
  let now = 0;
  const hear = (remote: Endpoint) => progress.datagram("in", { socket: 0, remote, bytes: new Uint8Array() }, now);
  for (const each of history) {
    now += each.ms;
    if (each.type === "from") {
      hear(each.remote);
      if (each.remote === control) controlHeard = now;
      else if (heard !== null) heard = now;
      continue;
    }
    const said = each.event.type;
    if (said === "session" || said === "introduced" || said === "candidates") {
      hear(control);
      controlHeard = now;
    }
    if (each.event.type === "session") states.push({ state: each.event.state, at: now });
    if (said === "introduced") introduced = now;
    if (said === "heard") heard = now;
    progress.event(each.event, now);
  }
  now += restMs;
  return { findings: progress.findings(now), truth: { states, introduced, heard, controlHeard, end: now } };
}

/** What a sentence claims, and whether that is so. */
const CLAIMS: readonly [RegExp, (truth: Truth, said: RegExpMatchArray) => boolean][] = [
  [/did not come in/, ({ states, heard }) => heard === null && states.every(({ state }) => state !== "present")],
  [/ is there/, ({ states }) => ["present", "v1"].includes(states.at(-1)?.state ?? "")],
  [/it has left since|and left before/, ({ states }) => states.at(-1)?.state === "waiting" && wasPresent(states)],
  [/was there for ([\d.]+) s/, (truth, said) => Math.abs(presentMs(truth) - Number(said[1]) * 1000) <= 51],
  [/did not come again/, ({ states }) => states.at(-1)?.state === "waiting"],
  [/two others are in/, ({ states }) => states.at(-1)?.state === "full"],
  [/another run of this peer/, ({ states }) => states.at(-1)?.state === "taken"],
  [/control answers/, ({ controlHeard, end }) => controlHeard !== null && end - controlHeard < 40_000],
  [/has not answered in|answers from another/, ({ states, introduced }) => states.length === 0 && introduced === null],
  [/answered, but not in the last/, ({ controlHeard, end }) => controlHeard !== null && end - controlHeard >= 40_000],
  [/has not named it for (\d+) s/, ({ introduced, end }, said) => isAbout(end - (introduced ?? 0), said)],
  [/nothing came|is not heard/, ({ heard }) => heard === null],
  [/is heard from/, ({ heard, end }) => heard !== null && end - heard < 12_000],
  [/was heard from .*, but not in the last (\d+) s/, ({ heard, end }, said) => isAbout(end - (heard ?? 0), said)],
];

function wasPresent(states: Truth["states"]): boolean {
  return states.some(({ state }) => state === "present");
}

function presentMs({ states, end }: Truth): number {
  const lasted = states.map(({ state, at }, index) => (state === "present" ? (states[index + 1]?.at ?? end) - at : 0));
  return lasted.reduce((sum, ms) => sum + ms, 0);
}

function isAbout(ms: number, said: RegExpMatchArray): boolean {
  return Math.abs(ms / 1000 - Number(said[1])) <= 0.51;
}

test("whatever happened in whatever order, no message claims what is not so", () => {
  const happening = fc.tuple(fc.constantFrom(...HAPPENINGS), fc.oneof(fc.nat(900), fc.nat(30_000)));
  const histories = fc.array(
    happening.map(([what, ms]): Happening => ({ ...what, ms })),
    { maxLength: 12 },
  );
  const unsaid = new Set(CLAIMS.map(([claim]) => claim));
  const check = ({ message }: PunchError, truth: Truth) => {
    for (const [claim, isSo] of CLAIMS) {
      const said = claim.exec(message);
      if (said === null) continue;
      unsaid.delete(claim);
      expect(isSo(truth, said), `"${message}" claims ${claim}`).toBe(true);
    }
  };
  fc.assert(
    fc.property(histories, fc.nat(60_000), fc.constantFrom(HOME, SLOT, AUTO), (history, restMs, meeting) => {
      const { findings, truth } = live(history, restMs);
      check(explain(findings, around(meeting)), truth);
    }),
    { numRuns: 5000, seed: 7 },
  );
  expect([...unsaid].map(String), "claims that no history came to").toEqual([]);
});
