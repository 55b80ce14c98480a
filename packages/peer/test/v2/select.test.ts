import { describe, expect, test } from "vitest";
import type { PathKind } from "../../src/core.js";
import { directPath } from "../../src/path.js";
import { type Circumstances, select } from "../../src/v2/select.js";
import { newTarget, type Target } from "../../src/v2/target.js";
import { at } from "../bench.js";

const LISTED = "203.0.113.2:5000";
const OTHER_PORT = "203.0.113.2:61000";
const NEAR = "192.168.1.7:5000";
const INSIDE = "192.168.1.9:5000";
const STRANGER = "192.0.2.66:666";

const around = (more: Partial<Circumstances> = {}): Circumstances => ({
  since: 0,
  listedIps: new Set(["203.0.113.2", "192.168.1.7"]),
  sharesNat: false,
  expectsNear: false,
  relayAt: 10_000,
  only: null,
  ...more,
});

function answered(text: string, kind: PathKind, answeredAt: number, roundTripMs = 0): Target {
  const target = newTarget(directPath(at(text)), kind);
  target.answer = { txid: new Uint8Array(12), at: answeredAt, roundTripMs };
  return target;
}

/** What is chosen, or what it waits for and until when. */
function chosen(targets: readonly Target[], now: number, more: Partial<Circumstances> = {}): string {
  const { choice, waitsFor, changesAt } = select(targets, now, around(more));
  if (choice !== null) return choice.path.remote.address;
  return waitsFor === null ? "nothing" : `${waitsFor} until ${changesAt}`;
}

describe("the choice of a path", () => {
  test("is none while nothing has answered", () => {
    expect(chosen([], 0)).toBe("nothing");
    expect(chosen([newTarget(directPath(at(LISTED)), "reflexive")], 9999)).toBe("nothing");
  });

  test("is what answered first, listed or at a listed IP", () => {
    const targets = [answered(LISTED, "reflexive", 20), answered(OTHER_PORT, "peer-reflexive", 10)];
    expect(select(targets, 20, around()).choice).toBe(targets[1]);
  });

  test("is an address that nobody listed only as the last resort", () => {
    const stranger = answered(STRANGER, "peer-reflexive", 10);
    expect(chosen([stranger], 10)).toBe("listed until 500");
    expect(chosen([stranger], 500)).toBe("192.0.2.66");
    expect(chosen([stranger, answered(LISTED, "reflexive", 600)], 600)).toBe("203.0.113.2");
    expect(chosen([answered(STRANGER, "peer-reflexive", 10, 400)], 500)).toBe("listed until 800");
    expect(chosen([stranger], 700, { since: 300 })).toBe("listed until 800");
  });

  test("waits for an address inside where both are behind one NAT, two round trips at least", () => {
    const shared = { sharesNat: true, expectsNear: true };
    const hairpin = answered(OTHER_PORT, "peer-reflexive", 20, 40);
    expect(chosen([hairpin], 20, shared)).toBe("near until 170");
    expect(chosen([hairpin], 170, shared)).toBe("203.0.113.2");
    expect(chosen([answered(OTHER_PORT, "reflexive", 20, 400)], 20, shared)).toBe("near until 820");
    expect(chosen([hairpin, answered(NEAR, "host", 30)], 30, shared)).toBe("192.168.1.7");
    expect(chosen([hairpin, answered(INSIDE, "peer-reflexive", 30)], 30, shared)).toBe("192.168.1.9");
    expect(chosen([answered(INSIDE, "peer-reflexive", 30)], 30)).toBe("listed until 500");
  });

  test("keeps to an early nomination for a while, and to one that was taken for good", () => {
    const path = directPath(at(NEAR));
    const other = answered(LISTED, "reflexive", 10, 50);
    const early = { path, since: 5, until: "early" } as const;
    expect(chosen([other], 10, { only: early })).toBe("early until 505");
    expect(chosen([other], 505, { only: early })).toBe("203.0.113.2");
    expect(chosen([answered(LISTED, "reflexive", 900, 800)], 900, { only: early })).toBe("early until 1605");
    expect(chosen([other, answered(NEAR, "host", 20)], 20, { only: early })).toBe("192.168.1.7");
    expect(chosen([other], 60_000, { only: { ...early, until: "for good" } })).toBe("nothing");
  });

  test("refuses an address that nobody listed, whoever nominated it, where a listed one has answered", () => {
    const only = { path: directPath(at(STRANGER)), since: 0, until: "for good" } as const;
    const targets = [answered(STRANGER, "peer-reflexive", 10), answered(LISTED, "reflexive", 20)];
    expect(chosen(targets, 9000, { only })).toBe("nothing");
    expect(chosen(targets.slice(0, 1), 9000, { only })).toBe("192.0.2.66");
  });

  test("is of one socket: the same address from another socket is another path", () => {
    const target = answered(LISTED, "reflexive", 10);
    const only = { path: directPath(at(LISTED), 1), since: 0, until: "for good" } as const;
    expect(chosen([target], 10, { only })).toBe("nothing");
  });

  test("changes by itself at no other moment than it says", () => {
    for (const roundTripMs of [0, 50, 300, 2000]) {
      const targets = [
        answered(OTHER_PORT, "reflexive", 20, roundTripMs),
        answered(STRANGER, "peer-reflexive", 10, roundTripMs),
      ];
      for (const more of [{}, { sharesNat: true, expectsNear: true }, { listedIps: new Set<string>() }]) {
        let at = 20;
        for (let look = select(targets, at, around(more)); look.changesAt !== null; ) {
          expect(select(targets, look.changesAt - 0.5, around(more))).toEqual(look);
          at = look.changesAt;
          look = select(targets, at, around(more));
        }
        expect(select(targets, at + 100_000, around(more)).choice).not.toBeNull();
      }
    }
  });
});
