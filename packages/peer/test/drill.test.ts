import { describe, expect, test } from "vitest";
import { DRILL, PACING, type Phase, type Signal } from "../src/core.js";
import { at, CONTROL, PARTNER } from "./bench.js";
import { BenchOfOne, reach } from "./bench-of-one.js";

describe("alone", () => {
  test("a peer announces itself five times in 100 ms, then every second, for as long as it takes", () => {
    const peer = new BenchOfOne();
    peer.until(3500);
    expect(peer.takeSent()).toEqual(
      [0, 100, 200, 300, 400, 500, 1500, 2500, 3500].map((ms) => `${ms} a -> ${CONTROL}`),
    );
    peer.until(3_600_000);
    expect(peer.core.phase).toBe("discovering");
    expect(peer.sent).toHaveLength(3596);
  });

  test("it asks for the address of control again every five seconds, not at every announce", () => {
    const peer = new BenchOfOne();
    const resolves: number[] = [];
    for (let ms = 0; ms <= 12_000; ms += 100) {
      peer.now = ms;
      if (!peer.feed({ type: "wake" }).some(({ type }) => type === "resolve")) continue;
      resolves.push(ms);
      peer.feed({ type: "resolved", endpoints: [at(CONTROL)] });
    }
    expect(resolves).toEqual([5500, 10_500]);
  });

  test("while a look-up is under way it asks for no other", () => {
    const peer = new BenchOfOne();
    peer.until(5500);
    let resolves = 0;
    for (let ms = 5500; ms < 60_000; ms += 500) {
      peer.now = ms;
      resolves += peer.feed({ type: "wake" }).filter(({ type }) => type === "resolve").length;
    }
    expect(resolves).toBe(0);
  });

  test("control that moved is followed within the next announce; one that still has its address is kept", () => {
    const peer = new BenchOfOne();
    peer.feed({ type: "resolved", endpoints: [at("198.51.100.9:7777"), at(CONTROL)] });
    peer.takeSent();
    peer.until(100);
    expect(peer.takeSent()).toEqual([`100 a -> ${CONTROL}`]);
    peer.feed({ type: "resolved", endpoints: [at("198.51.100.9:7777")] });
    expect(peer.takeSent()).toEqual(["100 a -> 198.51.100.9:7777"]);
  });

  test("where control's first address cannot be reached, the next announce goes to its second", () => {
    const peer = new BenchOfOne();
    peer.feed({ type: "resolved", endpoints: [at(CONTROL), at("[2001:db8::1]:7777")] });
    peer.feed({ type: "sendFailed", socket: 0, remote: at(CONTROL), error: new Error("ENETUNREACH") });
    peer.takeSent();
    peer.until(100);
    expect(peer.takeSent()).toEqual(["100 a -> [2001:db8::1]:7777"]);
  });

  test("it waits without an address, and announces itself the moment that it has one", () => {
    const peer = new BenchOfOne();
    expect(peer.core.deadline?.why).toBe("discovering");
    const fresh = new BenchOfOne();
    fresh.feed({ type: "resolveFailed", error: new Error("ENOTFOUND") });
    expect(fresh.core.phase).toBe("discovering");
  });
});

describe("with its partner", () => {
  test("an introduction is answered with a ping at once, then nine more, then a knock every second", () => {
    const peer = new BenchOfOne();
    peer.until(20);
    peer.takeSent();
    peer.introduce();
    peer.until(2020);
    expect(peer.takeSent()).toEqual([
      ...[20, 120, 220, 320, 420, 520, 620, 720, 820, 920].map((ms) => `${ms} x -> ${PARTNER}`),
      `1020 a -> ${CONTROL}`,
      `1020 x -> ${PARTNER}`,
      `2020 a -> ${CONTROL}`,
      `2020 x -> ${PARTNER}`,
    ]);
    expect(peer.core.phase).toBe("knocking");
  });

  test("its pong connects: seven closes 20 ms apart, then nothing is owed", () => {
    const peer = new BenchOfOne();
    peer.introduce();
    peer.takeSent();
    peer.now = 50;
    peer.say({ type: "pong" }, PARTNER);
    expect(peer.core.hole).toEqual(at(PARTNER));
    expect(peer.done).toBe(false);
    peer.until(1000);
    expect(peer.takeSent()).toEqual([50, 70, 90, 110, 130, 150, 170].map((ms) => `${ms} z -> ${PARTNER}`));
    expect(peer.done).toBe(true);
    expect(peer.core.deadline).toBeNull();
  });

  test("its close ends the closes at once", () => {
    const peer = new BenchOfOne();
    peer.introduce();
    peer.say({ type: "ping" }, PARTNER);
    peer.say({ type: "pong" }, PARTNER);
    peer.takeSent();
    peer.say({ type: "close" }, PARTNER);
    expect(peer.done).toBe(true);
    peer.until(1000);
    expect(peer.takeSent()).toEqual([]);
  });

  test("its close that crosses a ping of ours still gets all our closes: the original takes such a ping for a new start", () => {
    const peer = new BenchOfOne();
    peer.introduce();
    peer.say({ type: "ping" }, PARTNER);
    peer.until(100);
    peer.takeSent();
    peer.say({ type: "close" }, PARTNER);
    expect(peer.core.hole).toEqual(at(PARTNER));
    expect(peer.done).toBe(false);
    peer.until(1000);
    expect(peer.takeSent().filter((line) => line.includes(" z "))).toHaveLength(7);
    expect(peer.done).toBe(true);
  });

  test("each of its pings earns one pong, and a late pong earns a close for as long as the socket is held", () => {
    const peer = new BenchOfOne();
    peer.introduce();
    peer.takeSent();
    peer.say({ type: "ping" }, PARTNER);
    peer.say({ type: "ping" }, PARTNER);
    expect(peer.takeSent()).toEqual([`0 y -> ${PARTNER}`, `0 y -> ${PARTNER}`]);
    peer.say({ type: "close" }, PARTNER);
    expect(peer.done).toBe(true);
    peer.until(60_000);
    peer.say({ type: "pong" }, PARTNER);
    peer.say({ type: "ping" }, PARTNER);
    expect(peer.takeSent()).toEqual([`60000 z -> ${PARTNER}`, `60000 y -> ${PARTNER}`]);
  });

  test("a ping before any introduction starts the drill towards its sender", () => {
    const peer = new BenchOfOne();
    peer.takeSent();
    peer.say({ type: "ping" }, PARTNER);
    expect(peer.takeSent()).toEqual([`0 y -> ${PARTNER}`, `0 x -> ${PARTNER}`]);
    expect(peer.core.phase).toBe("ponging");
  });

  test("a partner behind a symmetric NAT is pinged where control saw it and where it is heard", () => {
    const peer = new BenchOfOne();
    peer.introduce();
    peer.takeSent();
    peer.now = 60;
    peer.say({ type: "ping" }, "203.0.113.2:61000");
    expect(peer.takeSent()).toEqual(["60 y -> 203.0.113.2:61000", `60 x -> ${PARTNER}`, "60 x -> 203.0.113.2:61000"]);
    peer.say({ type: "pong" }, "203.0.113.2:61000");
    expect(peer.core.hole).toEqual(at("203.0.113.2:61000"));
  });

  test("a partner that moved is drilled at its new address; the same address named again changes no timer", () => {
    const peer = new BenchOfOne();
    peer.introduce();
    peer.until(250);
    peer.takeSent();
    const { deadline } = peer.core;
    peer.introduce();
    expect(peer.core.deadline).toBe(deadline);
    expect(peer.takeSent()).toEqual([]);
    peer.introduce("203.0.113.3:5000");
    expect(peer.takeSent()).toEqual(["250 x -> 203.0.113.3:5000"]);
  });
});

describe("the table", () => {
  const phases = Object.keys(DRILL) as Phase[];
  const signals = Object.keys(DRILL.discovering) as Signal[];

  /** How each signal is made, by datagrams and time alone. */
  const make: Record<Signal, (peer: BenchOfOne) => void> = {
    introduced: (peer) => peer.introduce("203.0.113.77:7"),
    reminded: (peer) => peer.introduce(),
    pinged: (peer) => peer.say({ type: "ping" }, PARTNER),
    ponged: (peer) => peer.say({ type: "pong" }, PARTNER),
    closed: (peer) => {
      peer.say({ type: "ping" }, PARTNER);
      peer.say({ type: "close" }, PARTNER);
    },
    crossed: (peer) => {
      if (peer.core.phase === "ponging") peer.until(peer.now + 100);
      peer.say({ type: "close" }, PARTNER);
    },
    exhausted: (peer) => peer.until(peer.now + PACING[peer.core.phase].pausesMs.reduce((sum, ms) => sum + ms, 0)),
  };

  for (const phase of phases) {
    // A ping of the partner's is what makes its close a clean one, and it moves the drill itself: ponging stands for both.
    const alone = signals.filter(
      (signal) => signal !== "closed" || !["pinging", "knocking", "discovering"].includes(phase),
    );
    test.each(alone)(`${phase}, %s`, (signal) => {
      const peer = new BenchOfOne();
      reach[phase](peer);
      expect(peer.core.phase).toBe(phase);
      make[signal](peer);
      const next = DRILL[phase][signal];
      expect(peer.core.phase).toBe(next === "stay" ? phase : next);
    });
  }

  test("every phase can be reached and every phase but the last can be left", () => {
    const reached = new Set<string>(["discovering", ...phases.flatMap((phase) => Object.values(DRILL[phase]))]);
    expect(phases.filter((phase) => !reached.has(phase))).toEqual([]);
    const stuck = phases.filter((phase) => Object.values(DRILL[phase]).every((next) => next === "stay"));
    expect(stuck).toEqual(["connected"]);
  });
});
