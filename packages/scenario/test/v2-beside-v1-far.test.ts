import { expect, test } from "vitest";
import { type MeetingOptions, meet, type Side } from "../src/index.js";
import { NATS } from "../src/nat-grid.js";
import { seeds } from "./seeds.js";

const home = NATS["EIM/APDF"] ?? "public";
const auto: Side = { place: home, protocol: "auto", afterwards: "hold" };
const ourV1: Side = { place: home, protocol: "v1", afterwards: "hold" };
const original: Side = { place: home, drill: "original" };

const LATENCIES_MS = [0, 25, 200, 550, 1000, 2000, 3500, 5000] as const;

/** What is wrong with a meeting of two that may speak either protocol, as a line that repeats it. */
function fault(options: MeetingOptions): readonly string[] {
  const { a, b } = meet({ ...options, limitMs: 200_000 }).outcomes;
  const name = JSON.stringify({ seed: options.seed, link: options.link, startsAtMs: options.b?.startsAtMs });
  const holes = [a, b].map(({ connectedAt, protocol }) => `${connectedAt} ${protocol}`);
  const isWrong = a.connectedAt === null || b.connectedAt === null || (a.protocol ?? "v1") !== (b.protocol ?? "v1");
  return isWrong ? [`${name}: ${holes.join(", ")}`] : [];
}

test.each([
  ["one that speaks both", auto, auto],
  ["one of ours that speaks v1", auto, ourV1],
  ["the original", auto, original],
  ["the original, which comes first", original, auto],
] as const)(
  "over any way a peer that speaks both meets %s, and both know by which protocol",
  (_name, first, second) => {
    const faults = seeds(96).flatMap((seed) => {
      const latencyMs = LATENCIES_MS[seed % LATENCIES_MS.length] ?? 0;
      const link = { latencyMs, jitterMs: latencyMs * ((seed % 3) / 2), loss: (seed % 4) / 10 };
      return fault({ seed, link, a: first, b: { ...second, startsAtMs: (seed * 211) % 4000 } });
    });
    expect(faults).toEqual([]);
  },
);
