import { describe, expect, test } from "vitest";
import { FORGET_AFTER_MS, SLOT_TABLE, type SlotPhase, type SlotSignal } from "../src/core.js";
import { A, A2, B, B2, Desk } from "./desk.js";

/** Each cell's way: how slot a comes into its phase, what happens then. `null`: nothing leads there. */
type Step = (desk: Desk) => void;

const a: Step = (desk) => desk.announce("a", A);
const b: Step = (desk) => desk.announce("b", B);
/** Longer than the answer spacing, shorter than the first repeat after a round of them. */
const later: Step = (desk) => desk.until(desk.now + 10_000);
const forgetting: Step = (desk) => desk.until(desk.now + FORGET_AFTER_MS);
/** b is announced often enough to stay while a is forgotten, and the other way round. */
const forgettingAlone =
  (kept: Step): Step =>
  (desk) => {
    for (let i = 0; i < 4; i++) {
      desk.until(desk.now + FORGET_AFTER_MS / 3);
      kept(desk);
    }
  };

const WALK: Record<SlotPhase, { come: readonly Step[]; on: Record<SlotSignal, readonly Step[] | null> }> = {
  absent: {
    come: [],
    on: {
      announced: [a],
      moved: null,
      partnerCame: [b],
      partnerAsked: [b, later, b],
      partnerMoved: [b, later, (desk) => desk.announce("b", B2)],
      partnerLeft: [b, forgetting],
      timedOut: null,
    },
  },
  waiting: {
    come: [a],
    on: {
      announced: [later, a],
      moved: [later, (desk) => desk.announce("a", A2)],
      partnerCame: [later, b],
      // With a known partner it would be introduced.
      partnerAsked: null,
      partnerMoved: null,
      partnerLeft: null,
      timedOut: [forgetting],
    },
  },
  introduced: {
    come: [a, b],
    on: {
      announced: [later, a],
      moved: [later, (desk) => desk.announce("a", A2)],
      // It has come already.
      partnerCame: null,
      partnerAsked: [later, b],
      partnerMoved: [later, (desk) => desk.announce("b", B2)],
      partnerLeft: [forgettingAlone(a)],
      timedOut: [forgettingAlone(b)],
    },
  },
  expired: {
    come: [a, forgetting],
    on: {
      announced: [a],
      moved: null,
      partnerCame: [b],
      partnerAsked: [b, later, b],
      partnerMoved: [b, later, (desk) => desk.announce("b", B2)],
      partnerLeft: [b, forgetting],
      timedOut: null,
    },
  },
};

const phases = Object.keys(SLOT_TABLE) as SlotPhase[];
const signals = Object.keys(SLOT_TABLE.absent) as SlotSignal[];
const cells = phases.flatMap((phase) => signals.map((signal) => ({ phase, signal, next: SLOT_TABLE[phase][signal] })));

describe("a walk through the slot's table", () => {
  test("it has 4 phases and 7 signals", () => {
    expect([phases.length, signals.length, cells.length]).toEqual([4, 7, 28]);
  });

  for (const { phase, signal, next } of cells) {
    const way = WALK[phase].on[signal];
    if (way === null) {
      test(`nothing leads to ${signal} while ${phase}, and it would do no harm`, () => {
        expect(next.owed === "nothing" || next.phase === "introduced").toBe(true);
      });
      continue;
    }
    test(`${phase} on ${signal}: ${next.phase}, owed ${next.owed}`, () => {
      const desk = new Desk();
      for (const step of WALK[phase].come) step(desk);
      for (const step of way.slice(0, -1)) step(desk);
      desk.takeSent();
      way.at(-1)?.(desk);
      const shown = next.phase === "absent" || next.phase === "expired" ? "unknown" : next.phase;
      expect(desk.phaseOf("a")).toBe(shown);
      const told = desk.takeSent().filter((line) => line.includes(" i|b|"));
      if (signal !== "partnerLeft" && signal !== "timedOut") expect(told.length).toBe(next.owed === "nothing" ? 0 : 1);
      desk.until(desk.now + 5_000);
      const repeats = desk.takeSent().filter((line) => line.includes(" i|b|"));
      expect(repeats.length).toBe(next.owed === "nothing" ? 0 : 3);
    });
  }
});
