import { v1, v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { createControlCore } from "../src/core.js";
import { A, A2, announce, at, B, envelope } from "./desk.js";
import { createRandom, KEYS, SessionDesk, ToyRun } from "./session-desk.js";

const C = "203.0.113.3:5000";
const SLOT = v2.FEATURES.slot;
const SECOND = v2.FEATURES.slot | v2.FEATURES.second;

/** A peer that speaks both, in v2. */
const auto = (desk: SessionDesk, slot: "a" | "b", from: string, name = `auto ${slot}`) =>
  new ToyRun(desk, { session: "slots ab", name, from, features: slot === "a" ? SLOT : SECOND });

/** What v1 said since the last call: `i|a|203.0.113.1:5000 -> 203.0.113.2:5000`. */
function inV1(desk: SessionDesk): string[] {
  return desk.sentV1.splice(0).map(({ to, bytes }) => {
    const opened = envelope.open(bytes);
    return `${opened.ok ? new TextDecoder().decode(opened.payload) : "unreadable"} -> ${to}`;
  });
}

const states = (desk: SessionDesk, to: string) =>
  desk.sent.filter((sent) => sent.to === to).flatMap(({ frame }) => (frame.type === "info" ? [frame.state] : []));

test("both protocols are served on one port", () => {
  const desk = new SessionDesk();
  desk.hear(announce("c"), A);
  desk.hear(announce("d"), B);
  new ToyRun(desk, { name: "ann", from: A }).join();
  expect(inV1(desk)).toEqual([`i|c|${A} -> ${B}`, `i|d|${B} -> ${A}`]);
  expect(states(desk, A)).toEqual(["waiting", "waiting"]);
});

test("two that speak both end in v2: v1 ignores them, and nothing is said in it", () => {
  const desk = new SessionDesk();
  auto(desk, "a", A).join();
  desk.until(300);
  desk.hear(announce("a"), A);
  desk.until(5_000);
  auto(desk, "b", B).join();
  desk.until(5_300);
  desk.hear(announce("b"), B);
  desk.hear(announce("a"), A);
  expect(inV1(desk)).toEqual([]);
  expect(desk.core.stats(desk.now)).toMatchObject({ heeded: 0, dropped: { "speaks-v2": 3 } });
  expect(new Set(states(desk, A))).toEqual(new Set(["waiting", "present"]));
});

test("two that are so far away that v1 hears them first end in v2 all the same, and the hint to v1 is taken back", () => {
  const desk = new SessionDesk();
  const a = auto(desk, "a", A).join();
  desk.until(5_000);
  const b = auto(desk, "b", B).announce();
  desk.until(5_300);
  desk.hear(announce("b"), B);
  expect(states(desk, A).at(-1)).toBe("v1");
  a.listen().announce();
  desk.until(5_400);
  b.announce();
  desk.until(5_500);
  expect(states(desk, A).at(-1)).toBe("present");
  b.bye();
  desk.until(5_700);
  expect(states(desk, A).at(-1), "and what it said in v1 passes for no original").toBe("waiting");
});

describe("with an original", () => {
  test("that comes later, the peer in v2 is told v1 at once, announces itself there, and both are introduced", () => {
    const desk = new SessionDesk();
    auto(desk, "a", A).join();
    desk.until(5_000);
    desk.takeLines();
    desk.hear(announce("b"), B);
    expect(inV1(desk)).toEqual([]);
    expect(desk.takeLines()).toEqual([`5000 push 2 v1 -> ${A}`]);
    desk.hear(announce("a"), A);
    expect(inV1(desk)).toEqual([`i|b|${B} -> ${A}`, `i|a|${A} -> ${B}`]);
  });

  test("that is there first, the peer in v2 is told v1 in its first answer", () => {
    const desk = new SessionDesk();
    desk.hear(announce("b"), B);
    auto(desk, "a", A).announce().announce();
    expect(desk.takeLines()).toEqual([`0 challenge 1 -> ${A}`, `0 answer 1 v1 -> ${A}`]);
    desk.hear(announce("a"), A);
    expect(inV1(desk)).toEqual([`i|b|${B} -> ${A}`, `i|a|${A} -> ${B}`]);
  });

  test("the peer's announces in v1 do not make it pass for an original itself", () => {
    const desk = new SessionDesk();
    const a = auto(desk, "a", A).join();
    desk.hear(announce("b"), B);
    desk.hear(announce("a"), A);
    a.bye({ reason: "met" });
    desk.until(1_000);
    auto(desk, "b", C).join();
    expect(states(desk, C)).toEqual(["waiting", "waiting"]);
  });

  test("that falls silent, the peer is told that it waits", () => {
    const desk = new SessionDesk();
    const a = auto(desk, "a", A).join();
    desk.hear(announce("b"), B);
    for (let ms = 15_000; ms <= 105_000; ms += 15_000) {
      desk.until(ms);
      a.listen().announce();
    }
    expect(states(desk, A).at(-1)).toBe("waiting");
  });

  test("which another one replaces that speaks both, at another address or at the same, the pair goes on in v2", () => {
    for (const from of [C, B]) {
      const desk = new SessionDesk();
      const a = auto(desk, "a", A).join();
      desk.hear(announce("b"), B);
      desk.hear(announce("a"), A);
      desk.until(5_000);
      a.listen().announce();
      inV1(desk);
      auto(desk, "b", from).join();
      expect(states(desk, A).at(-1)).toBe("present");
      desk.until(8_000);
      desk.hear(announce("b"), from);
      expect(inV1(desk)).toEqual([]);
    }
  });

  test("at the very address where its predecessor spoke v2, the partner is told v1 all the same", () => {
    const desk = new SessionDesk();
    auto(desk, "a", A).join();
    auto(desk, "b", B).join().bye();
    desk.until(1_000);
    desk.hear(announce("b"), B);
    expect(states(desk, A).at(-1)).toBe("v1");
  });

  test("that takes over a slot of v2, the holder of its place is probed, and the partner told when that has gone", () => {
    const desk = new SessionDesk();
    const a = auto(desk, "a", A).join();
    auto(desk, "b", B).join();
    a.listen().announce();
    desk.until(1_000);
    desk.hear(announce("b"), C);
    expect(states(desk, A).at(-1)).toBe("present");
    for (let ms = 1_000; ms <= 11_000; ms += 100) {
      desk.until(ms);
      const { ackPush } = a;
      if (a.listen().ackPush !== ackPush) a.announce();
    }
    expect(states(desk, A).at(-1)).toBe("v1");
  });

  test("a holder that lives answers the probes, and nobody is disturbed by a replayed announce of v1", () => {
    const desk = new SessionDesk();
    const a = auto(desk, "a", A).join();
    const b = auto(desk, "b", B).join();
    for (let ms = 0; ms <= 50_000; ms += 100) {
      desk.until(ms);
      desk.hear(announce("b"), C);
      for (const run of [a, b]) {
        const { ackPush } = run;
        if (run.listen().ackPush !== ackPush) run.announce();
      }
    }
    expect(desk.stats.bound).toBe(2);
    expect(new Set(states(desk, A).slice(2))).toEqual(new Set(["present"]));
    const probes = desk.sent.filter(({ to, frame }) => to === B && frame.type === "info" && frame.cause === "push");
    expect(probes.length, "no more than two a second").toBeLessThanOrEqual(101);
  });

  test("an original alone is served as ever", () => {
    const desk = new SessionDesk();
    desk.hear(announce("a"), A);
    desk.hear(announce("b"), B);
    desk.hear(announce("b"), A2);
    expect(inV1(desk)).toEqual([`i|a|${A} -> ${B}`, `i|b|${B} -> ${A}`, `i|a|${A} -> ${A2}`, `i|b|${A2} -> ${A}`]);
  });
});

test("a run in the session of a pair that does not say its slot is never told v1", () => {
  const desk = new SessionDesk();
  desk.hear(announce("b"), B);
  new ToyRun(desk, { session: "slots ab", name: "ann", from: A }).join();
  expect(states(desk, A)).toEqual(["waiting", "waiting"]);
});

test("the slots of a pair say nothing to another pair's session, nor to one by name", () => {
  const desk = new SessionDesk();
  desk.hear(announce("b"), B);
  new ToyRun(desk, { session: "slots cd", name: "c", from: A, features: SLOT }).join();
  new ToyRun(desk, { session: "home", name: "h", from: C, features: SLOT }).join();
  expect([...states(desk, A), ...states(desk, C)]).toEqual(["waiting", "waiting", "waiting", "waiting"]);
});

test("with a control key alone v1 is silence, and v2 serves pairs of slots as any session", () => {
  const desk = new SessionDesk({ keys: { ...KEYS, v1: null, slotSessions: [] } });
  desk.hear(announce("a"), A);
  desk.hear(announce("b"), B);
  auto(desk, "a", A).join();
  auto(desk, "b", B).join();
  expect(desk.sentV1).toEqual([]);
  expect(desk.stats).toMatchObject({ bound: 2, dropped: { short: 2 } });
  expect(desk.core.stats(0)).toMatchObject({ heard: 0, slots: [] });
});

test("a core made from a secret alone speaks v1 only, and tells nothing of v2", () => {
  const core = createControlCore({ secret: "Secret" });
  const bytes = new ToyRun(new SessionDesk(), { name: "ann", from: A }).frame();
  expect(core.handle(0, { type: "datagram", datagram: { socket: 0, remote: at(A), bytes } })).toEqual([]);
  expect(core.stats(0)).toMatchObject({ heard: 1, dropped: { long: 1 } });
  expect(Object.keys(core.stats(0))).not.toContain("v2");
});

test("a send that failed is counted, whichever protocol it was", () => {
  const core = createControlCore({ keys: { ...KEYS, v1: null }, random: createRandom(1) });
  core.handle(0, { type: "sendFailed", socket: 0, remote: at(A), error: new Error("ENETUNREACH") });
  expect(core.stats(0).sendFailed).toBe(1);
});

test("there are sessions for all thirteen pairs", () => {
  expect(KEYS.slotSessions).toHaveLength(v1.SLOTS.length / 2);
});
