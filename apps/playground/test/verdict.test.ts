import { describe, expect, it } from "vitest";
import { type Choices, DEFAULT_CHOICES, DEFAULT_KNOBS, type PlaceName, withPlace } from "../src/run/choices.js";
import { simulate } from "../src/run/simulate.js";
import { commandsFor } from "../src/verdict/commands.js";
import { duration } from "../src/verdict/duration.js";
import { obstacleBetween, whereItHelps } from "../src/verdict/obstacle.js";
import { judge } from "../src/verdict/verdict.js";

const V1: Choices = { ...DEFAULT_CHOICES, protocol: "v1" };

const between = (a: PlaceName, b: PlaceName, more: Partial<Choices> = {}) =>
  judge(simulate(withPlace(withPlace({ ...V1, limitS: 4, ...more }, "a", a), "b", b)));

describe("the verdict", () => {
  it("says how long it took, and over which path", () => {
    const { headline, explanation, help } = between("home", "home");
    expect(headline).toBe("Connected in 102 ms");
    expect(explanation).toBe("A direct path across the internet: a sends to 203.0.113.2:5000, b to 203.0.113.1:5000.");
    expect(help).toEqual([]);
  });

  it("does not doubt a hole whose first words were still under way when the run ended", () => {
    const { outcome } = between("home", "home", { protocol: "v2", jitterMs: 1000, limitS: 5 });
    expect(outcome).toBe("connected");
  });

  it("says why the original needs half a minute", () => {
    const { outcome, tookMs, explanation } = between("home", "home", {
      protocol: "original",
      bStartsAtMs: 2000,
      limitS: 60,
    });
    expect(outcome).toBe("connected");
    expect(tookMs).toBeGreaterThan(25_000);
    expect(explanation).toContain("gone to sleep for half a minute");
  });

  it.each([
    ["home", "blocked", {}, "The firewall at b lets no UDP through"],
    ["blocked", "blocked", { protocol: "v2" }, "The firewall at a and at b lets no UDP through"],
    ["home", "symmetric", {}, "The NAT at b takes another port"],
    ["symmetric", "symmetric", { protocol: "v2" }, "The NAT at a and at b takes another port"],
    ["same-nat", "same-nat", {}, "does not hairpin"],
    ["ipv6", "home", {}, "over IPv6 and the other over IPv4"],
    ["home", "home", { loss: 0.95 }, "95 % of all datagrams are lost"],
    ["home", "firewall", { protocol: "original", bStartsAtMs: 2000 }, "sleeps for 30"],
  ] as const)("between %s and %s %o: %s", (a, b, more, text) => {
    const { outcome, explanation, help } = between(a, b, more);
    expect(outcome).toBe("not-connected");
    expect(explanation).toContain(text);
    expect(help.length).toBeGreaterThan(0);
  });

  const DEPENDENCES = ["endpoint-independent", "address-dependent", "address-and-port-dependent"] as const;
  const NATS = DEPENDENCES.flatMap((mapping) => DEPENDENCES.map((filtering) => ({ mapping, filtering })));

  it.each(["v1", "v2"] as const)(
    "knows of all 81 pairs of NATs what %s makes of them in the simulated net",
    (protocol) => {
      const places = NATS.map((nat) => ({ place: "custom", knobs: { ...DEFAULT_KNOBS, ...nat } }) as const);
      for (const a of places) {
        for (const b of places) {
          const choices: Choices = { ...DEFAULT_CHOICES, protocol, a, b, limitS: 4 };
          const { outcome, explanation, help } = judge(simulate(choices));
          const isReached = obstacleBetween(choices) === null;
          expect([a.knobs, b.knobs, outcome === "connected"]).toEqual([a.knobs, b.knobs, isReached]);
          if (outcome !== "not-connected") continue;
          expect(explanation).toMatch(/^The NAT at .* takes another port .*(nobody knows|has sent to|for ever)\.$/);
          expect(help.length).toBeGreaterThan(1);
        }
      }
    },
  );

  it("recommends only what would do", () => {
    const both: Choices = { ...V1, a: { ...V1.a, place: "symmetric" }, b: { ...V1.b, place: "symmetric" } };
    expect(whereItHelps(both, { mapping: "endpoint-independent" })).toEqual([]);
    expect(whereItHelps(both, { filtering: "endpoint-independent" })).toEqual([]);
    const one: Choices = { ...V1, b: { ...V1.b, place: "symmetric" } };
    expect(whereItHelps(one, { mapping: "endpoint-independent" })).toEqual(["b"]);
    expect(judge(simulate({ ...one, limitS: 4 })).help[1]).toBe(
      "A router at a that filters by address only (RFC 4787 REQ-8).",
    );
  });

  it("v2 takes the way inside where both are behind one NAT, and IPv6 where both have it", () => {
    expect(between("same-nat", "same-nat", { protocol: "v2" }).explanation).toContain("inside their own network");
    expect(between("ipv6", "ipv6", { protocol: "v1" }).explanation).toContain("over IPv6");
  });

  it("says what the original leaves behind", () => {
    const { outcome, explanation } = between("public", "home", { protocol: "original" });
    expect(outcome).toBe("one-sided");
    expect(explanation).toContain("made peer b start over");
  });

  it("names durations as people do", () => {
    expect([0, 0.25, 101.5, 30_240, 600_000].map(duration)).toEqual(["0 ms", "0.25 ms", "102 ms", "30.2 s", "10 min"]);
  });
});

describe("the commands", () => {
  it("are the three that make the scenario", () => {
    expect(commandsFor(DEFAULT_CHOICES).map(({ line }) => line)).toEqual([
      "netpunch -local :7777 -secret TheSecretWord",
      "netpunch -session home -secret TheSecretWord -local :5000 -remote 198.51.100.1:7777",
      "netpunch -session home -secret TheSecretWord -local :5000 -remote 198.51.100.1:7777",
    ]);
    const linesOf = (choices: Choices) => commandsFor(choices).map(({ line }) => line);
    expect([linesOf(V1)[2], linesOf({ ...V1, protocol: "original" })[1]]).toEqual([
      "netpunch -peer b -protocol v1 -secret TheSecretWord -local :5000 -remote 198.51.100.1:7777",
      "netpunch -peer a -secret TheSecretWord -local :5000 -remote 198.51.100.1:7777",
    ]);
    expect(commandsFor({ ...V1, protocol: "auto" })[2]).toEqual({
      where: "on b's machine, the original's program",
      line: "netpunch -peer b -secret TheSecretWord -local :5000 -remote 198.51.100.1:7777",
    });
  });
});
