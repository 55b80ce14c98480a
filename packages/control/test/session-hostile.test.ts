import { createFrameMac, equalConstantTime } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { A, A2, at, B, OWN_SOCKETS, UNUSABLE_SOURCES } from "./desk.js";
import { blobOf, idOf, mac, pair, SessionDesk, sidOf, sign, ToyRun } from "./session-desk.js";

vi.mock("@netpunch/crypto", async (original) => {
  const crypto = await original<typeof import("@netpunch/crypto")>();
  return { ...crypto, equalConstantTime: vi.fn(crypto.equalConstantTime) };
});

const VICTIM = "203.0.113.66:6666";

/** A pair that has met, and a run alone in another session; all quiet, at 5,000 ms. */
function busyDesk() {
  const { desk, ann, bob } = pair();
  const eve = new ToyRun(desk, { session: "other", name: "eve", from: "203.0.113.3:5000" }).join();
  desk.until(5_000);
  desk.takeLines();
  desk.takeEvents();
  return { desk, ann, bob, eve };
}

/** What control knows and would do, as far as anybody can see. */
const outside = ({ core, stats: { bound, remembered, pushed } }: SessionDesk) => ({
  deadline: core.deadline,
  bound,
  remembered,
  pushed,
});

describe("who watches the path and replays", () => {
  test("an announce with its cookie from another address: a CHALLENGE that is smaller, and nothing else", () => {
    const { desk, ann } = busyDesk();
    const captured = ann.frame();
    desk.hear(captured, A);
    const before = outside(desk);
    desk.takeLines();
    desk.hear(captured, VICTIM);
    expect(desk.takeLines(), "its seq was taken").toEqual([]);
    const withheld = ann.frame();
    desk.hear(withheld, VICTIM);
    const [challenge] = desk.sent.splice(0);
    expect(challenge?.frame.type).toBe("challenge");
    expect(challenge?.bytes.length).toBeLessThan(withheld.length);
    expect(outside(desk)).toEqual(before);
    desk.hear(withheld, A);
    expect(desk.takeLines(), "and it still counts where it belongs").toEqual([`5000 answer 2 present -> ${A}`]);
  });

  test("a thousand times: the victim gets no more than 128 CHALLENGEs a second, 11 kB", () => {
    const { desk, ann } = busyDesk();
    const captured = ann.frame();
    for (let i = 0; i < 1_000; i++) desk.hear(captured, VICTIM);
    expect(desk.sent.length).toBe(128);
    expect(desk.stats.dropped["source-budget"]).toBe(872);
  });

  test("that exhausts what may be challenged, the holders go on as if nothing were", () => {
    const { desk, ann } = busyDesk();
    const captured = ann.frame();
    for (let i = 0; i < 20_000; i++) desk.hear(captured, `10.${i >> 14}.${(i >> 7) & 127}.${i & 127}:5000`);
    expect(desk.stats.dropped["total-budget"]).toBe(15_000);
    desk.takeLines();
    ann.announce();
    expect(desk.takeLines()).toEqual([`5000 answer 2 present -> ${A}`]);
  });

  test("every frame of a session, in any order, from the run's own address: silence", () => {
    const desk = new SessionDesk();
    const heard: [Uint8Array, string][] = [];
    const say = (bytes: Uint8Array, from: string) => {
      heard.push([bytes, from]);
      desk.hear(bytes, from);
    };
    const ann = new ToyRun(desk, { name: "ann", from: A });
    const bob = new ToyRun(desk, { name: "bob", from: B });
    for (let i = 0; i < 4; i++) {
      for (const run of [ann, bob]) say(run.frame(), run.from);
      for (const run of [ann, bob]) run.listen();
    }
    desk.until(3_000);
    desk.takeLines();
    const before = outside(desk);
    for (const [bytes, from] of heard.toReversed()) expect(desk.hear(bytes, from)).toEqual([]);
    expect(outside(desk)).toEqual(before);
    expect(desk.stats.dropped["stale-seq"]).toBe(8);
  });

  test.each([
    ["said BYE", (bob: ToyRun) => void bob.bye()],
    [
      "was replaced on its port",
      (_: ToyRun, desk: SessionDesk) => {
        new ToyRun(desk, { name: "bob2", from: B }).join();
      },
    ],
  ])(
    "frames of a run that %s, held back until then, cookie and all: silence for as long as the cookie lives",
    (_, end) => {
      const { desk, bob } = busyDesk();
      // A fresh cookie, and frames that never came.
      bob.from = "203.0.113.2:7000";
      bob.announce().announce();
      bob.from = B;
      bob.announce().announce();
      const [held, later] = [bob.frame(), bob.frame()];
      end(bob, desk);
      desk.takeLines();
      desk.takeEvents();
      const { bound } = desk.stats;
      desk.hear(held, B);
      desk.until(desk.now + 29_000);
      desk.sent.splice(0);
      desk.hear(later, B);
      expect(desk.takeLines()).toEqual([]);
      expect(desk.takeEvents()).toEqual([]);
      expect(desk.stats.bound).toBe(bound);
      expect(desk.stats.dropped.gone + desk.stats.dropped["stale-seq"]).toBe(2);
    },
  );

  test("a run that is forgotten leaves no cookie that is still good", () => {
    const { desk, bob } = busyDesk();
    bob.bye();
    const held = bob.frame();
    desk.until(desk.now + 40_000);
    expect(desk.stats.remembered).toBe(0);
    desk.sent.splice(0);
    desk.hear(held, B);
    expect(desk.sent.map(({ frame }) => frame.type)).toEqual(["challenge"]);
  });

  test("BYE from another address, or once more after the run's return elsewhere: silence", () => {
    const { desk, bob } = busyDesk();
    bob.seq += 1;
    const bye = sign({ type: "bye", features: 0, sid: bob.sid, id: bob.id, seq: bob.seq, reason: "left" });
    const before = outside(desk);
    expect(desk.hear(bye, VICTIM)).toEqual([]);
    expect(outside(desk)).toEqual(before);
    bob.announce();
    desk.takeLines();
    expect(desk.hear(bye, B), "overtaken").toEqual([]);
    expect(desk.stats.bound).toBe(3);
  });

  test("control's own frames, sent back to it: silence", () => {
    const { desk, ann, bob } = busyDesk();
    ann.announce({ ackPush: 0 });
    bob.announce({ blob: blobOf("elsewhere") });
    const own = desk.sent.map(({ bytes }) => bytes);
    for (const bytes of own) expect(desk.hear(bytes, A)).toEqual([]);
    expect(desk.stats.dropped["wrong-way"]).toBe(own.length);
  });
});

describe("a cookie", () => {
  /** A run that asks with a cookie which was given to somebody else, or at another time. */
  const asks = (desk: SessionDesk, cookie: Uint8Array, from = A, session = "fresh") => {
    const run = new ToyRun(desk, { session, name: "run", from });
    run.cookie = cookie;
    desk.sent.splice(0);
    desk.hear(run.frame(), from);
    return desk.sent.map(({ frame }) => frame.type);
  };
  const given = (desk: SessionDesk, { from = A, session = "fresh", name = "run" } = {}) =>
    new ToyRun(desk, { session, name, from }).announce().cookie;

  test("is good for the run, the session, the address and the port that it was given to, and no other", () => {
    const desk = new SessionDesk();
    expect(asks(desk, given(desk, { from: A2 }))).toEqual(["challenge"]);
    expect(asks(desk, given(desk, { from: "203.0.113.2:5000" }))).toEqual(["challenge"]);
    expect(asks(desk, given(desk, { session: "other" }))).toEqual(["challenge"]);
    expect(asks(desk, given(desk, { name: "other" }))).toEqual(["challenge"]);
    expect(asks(desk, given(desk))).toEqual(["info"]);
  });

  test("of an IPv4 address is none for the IPv6 address with the same bytes", () => {
    const desk = new SessionDesk();
    expect(asks(desk, given(desk, { from: "1.2.3.4:5000" }), "[102:304::]:5000")).toEqual(["challenge"]);
  });

  test("is good for 15 to 30 s", () => {
    for (const bornAt of [0, 14_999]) {
      const desk = new SessionDesk();
      desk.now = bornAt;
      const cookie = given(desk);
      desk.now = 29_999;
      expect(asks(desk, cookie)).toEqual(["info"]);
      const late = new SessionDesk();
      late.now = 30_000;
      expect(asks(late, cookie)).toEqual(["challenge"]);
    }
  });

  test("of before a restart is none", () => {
    const desk = new SessionDesk();
    const cookie = given(desk);
    desk.restart();
    expect(asks(desk, cookie)).toEqual(["challenge"]);
  });

  test("with any one bit flipped is none", () => {
    const desk = new SessionDesk();
    const cookie = given(desk);
    for (let bit = 0; bit < cookie.length * 8; bit++) {
      const flipped = Uint8Array.from(cookie);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      desk.now += 10;
      expect(asks(desk, flipped)).toEqual(["challenge"]);
    }
    expect(desk.stats.bound).toBe(0);
  });

  test("is compared in constant time with two, whether it is one of them or not; so is a frame's MAC", () => {
    const desk = new SessionDesk();
    const good = given(desk);
    const comparisons = [new Uint8Array(16).fill(1), good].map((cookie) => {
      const bytes = new ToyRun(desk, { session: "fresh", name: "run", from: A }).frame({ cookie });
      vi.mocked(equalConstantTime).mockClear();
      const datagram = { socket: 0, remote: at(A), bytes };
      const [output] = desk.core.handle(0, { type: "datagram", datagram });
      expect(output?.type).toBeDefined();
      return vi.mocked(equalConstantTime).mock.calls.map(([one, other]) => [one.length, other.length]);
    });
    const each = [16, 16];
    expect(comparisons).toEqual([
      [each, each, each],
      [each, each, each],
    ]);
  });
});

describe("a hundred thousand session ids from one source", () => {
  test("without proof: nothing is remembered", () => {
    const desk = new SessionDesk();
    for (let i = 0; i < 100_000; i++) {
      desk.now += 0.1;
      const sid = sidOf(`s${i}`);
      const cookie = new Uint8Array(16);
      desk.hear(
        sign({ type: "announce", features: 0, sid, id: idOf("x"), seq: 1, ackPush: 0, cookie, blob: blobOf("x") }),
        A,
      );
      desk.sent.length = 0;
    }
    expect(desk.stats).toMatchObject({ bound: 0, remembered: 0 });
    expect(desk.core.deadline).toBeNull();
    expect(desk.stats.challenged).toBeLessThan(1_500);
  });

  test("with proof: 128 bindings, and other sources are served as before", () => {
    const desk = new SessionDesk({
      budgets: { challengesPerSourcePerSecond: 100_000, framesPerSourcePerSecond: 100_000 },
    });
    for (let i = 0; i < 2_000; i++) {
      new ToyRun(desk, { session: `s${i}`, name: "x", from: `203.0.113.1:${1_000 + i}` }).announce().announce();
      desk.sent.length = 0;
      desk.now += 1;
    }
    expect(desk.stats).toMatchObject({ bound: 128, dropped: { "source-bindings": 1_872 } });
    new ToyRun(desk, { name: "ann", from: B }).join();
    expect(desk.stats.bound).toBe(129);
  });

  test("an IPv6 source is its network of 64 bits", () => {
    const desk = new SessionDesk({ budgets: { challengesPerSourcePerSecond: 100_000 } });
    for (let i = 1; i <= 200; i++) {
      new ToyRun(desk, { session: `s${i}`, name: "x", from: `[2001:db8::${i.toString(16)}]:5000` })
        .announce()
        .announce();
      desk.sent.length = 0;
    }
    expect(desk.stats.bound).toBe(128);
    new ToyRun(desk, { name: "x", from: "[2001:db8:0:1::1]:5000" }).join();
    expect(desk.stats.bound).toBe(129);
  });

  test("a move into a crowded network needs room there, and the run is told so", () => {
    const desk = new SessionDesk({ budgets: { bindingsPerSource: 1 } });
    new ToyRun(desk, { session: "one", name: "x", from: A }).join();
    const bob = new ToyRun(desk, { session: "two", name: "y", from: B }).join();
    bob.from = A2;
    desk.takeLines();
    bob.announce().announce();
    expect(desk.takeLines()).toEqual([
      `0 challenge ${bob.seq - 1} -> ${A2}`,
      `0 answer ${bob.ackPush} source-limit -> ${A2}`,
    ]);
    expect(desk.stats.dropped["source-bindings"]).toBe(1);
    bob.from = B;
    bob.announce();
    expect(desk.takeLines()).toEqual([`0 answer 1 waiting -> ${B}`]);
  });

  test("a run that moves to and fro counts once", () => {
    const desk = new SessionDesk({ budgets: { bindingsPerSource: 2 } });
    const ann = new ToyRun(desk, { session: "one", name: "x", from: A }).join();
    for (const from of [A2, A, A2, A]) {
      ann.from = from;
      ann.announce().announce();
    }
    new ToyRun(desk, { session: "two", name: "x", from: A2 }).join();
    expect(desk.stats).toMatchObject({ bound: 2, dropped: { "source-bindings": 0 } });
  });

  test("runs that have ended, or were replaced at their address, do not count, however many", () => {
    const desk = new SessionDesk({ budgets: { bindingsPerSource: 2, challengesPerSourcePerSecond: 1_000 } });
    for (let i = 0; i < 50; i++) {
      new ToyRun(desk, { session: `s${i}`, name: "x", from: A }).join().bye();
      new ToyRun(desk, { session: "replaced", name: `x${i}`, from: A }).join();
    }
    expect(desk.stats).toMatchObject({ bound: 1, remembered: 99, dropped: { "source-bindings": 0 } });
    new ToyRun(desk, { session: "s98", name: "x", from: A }).join();
    new ToyRun(desk, { session: "s99", name: "x", from: A }).join();
    expect(desk.stats).toMatchObject({ bound: 2, dropped: { "source-bindings": 2 } });
    desk.until(40_000);
    expect(desk.stats).toMatchObject({ bound: 2, remembered: 0 });
  });

  test("runs that have ended make room for others where there is none, those without a place before they have to", () => {
    const desk = new SessionDesk({ budgets: { bindings: 3, challengesPerSourcePerSecond: 1_000 } });
    const kept = new ToyRun(desk, { session: "kept", name: "x", from: A }).join();
    for (let i = 0; i < 50; i++) new ToyRun(desk, { session: `s${i}`, name: "x", from: B }).join().bye();
    expect(desk.stats).toMatchObject({ bound: 1, remembered: 2, dropped: { "no-room": 0 } });
    desk.takeLines();
    kept.announce();
    expect(desk.takeLines()).toEqual([`0 answer 1 waiting -> ${A}`]);
  });
});

test("as many bindings as there may be: others are told so, those who have a place keep it", () => {
  const desk = new SessionDesk({ budgets: { bindings: 10 } });
  const runs = Array.from({ length: 12 }, (_, i) =>
    new ToyRun(desk, { session: `s${i}`, name: "x", from: `203.0.113.${i}:5000` }).announce().announce(),
  );
  expect(desk.stats).toMatchObject({ bound: 10, dropped: { "no-room": 2 } });
  expect(desk.takeLines().slice(-1)).toEqual(["0 answer 0 total-limit -> 203.0.113.11:5000"]);
  runs[0]?.announce();
  expect(desk.takeLines()).toHaveLength(1);
  runs[1]?.bye();
  desk.until(40_000);
  runs[10]?.announce().announce();
  expect(desk.stats.bound).toBe(10);
});

test("a source that floods from a place of its own is heeded 512 times a second", () => {
  const { desk, ann } = busyDesk();
  for (let i = 0; i < 2_000; i++) desk.hear(ann.frame(), A);
  expect(desk.stats.dropped["source-budget"]).toBe(2_000 - 512);
});

describe("bytes that mean nothing", () => {
  test("every single-bit flip, truncation and extension of an announce is dropped and changes nothing", () => {
    const { desk, ann } = busyDesk();
    const frame = ann.frame();
    const before = outside(desk);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = Uint8Array.from(frame);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(desk.hear(flipped, A)).toEqual([]);
    }
    for (let size = 0; size < frame.length; size++) expect(desk.hear(frame.subarray(0, size), A)).toEqual([]);
    for (let more = 1; more <= 230; more++) {
      const longer = new Uint8Array(frame.length + more);
      longer.set(frame);
      expect(desk.hear(longer, A)).toEqual([]);
    }
    expect(outside(desk)).toEqual(before);
    desk.hear(frame, A);
    expect(desk.takeLines()).toHaveLength(1);
  });

  test("whatever begins as a frame does: silence", () => {
    const { desk } = busyDesk();
    const before = outside(desk);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(1, 4, 2, 3, 0x11, 0x7f), (rest, type) => {
        const bytes = Uint8Array.from([...v2.MAGIC, type, ...rest]);
        expect(desk.hear(bytes, A)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
    expect(outside(desk)).toEqual(before);
  });

  test("an announce under another key: silence, and nothing is remembered of it", () => {
    const { desk, ann } = busyDesk();
    const other = createFrameMac(new Uint8Array(32).fill(1));
    const bytes = other.sign(ann.frame());
    expect(desk.hear(bytes, A)).toEqual([]);
    expect(desk.stats.dropped["bad-mac"]).toBe(1);
    desk.hear(mac.sign(bytes), A);
    expect(desk.takeLines(), "its seq was not taken").toHaveLength(1);
  });
});

test.each(UNUSABLE_SOURCES)("a genuine announce from %s is silence", (_, remote) => {
  const desk = new SessionDesk({ own: OWN_SOCKETS });
  const ann = new ToyRun(desk, { name: "ann", from: A });
  expect(desk.hear(ann.frame(), remote)).toEqual([]);
  expect(desk.stats).toMatchObject({ challenged: 0, dropped: { "unusable-source": 1 } });
});
