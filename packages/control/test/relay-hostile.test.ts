import { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { A, A2, announce, B, UNUSABLE_SOURCES } from "./desk.js";
import { C, D, data, keepTalking, ping, RelayDesk, RelayRun, relayed } from "./relay-desk.js";
import { blobOf, idOf, mac, sidOf, sign } from "./session-desk.js";

const everyone = [A, A2, B, C, D, "127.0.0.1:7777"];

describe("somebody else", () => {
  it("reaches neither end, from whatever address, and is counted as what he is", () => {
    const { desk } = relayed("released", "released");
    for (const from of [A2, C, D, "[2001:db8::1]:5000", A.replace("5000", "5001"), "203.0.113.11:5000"]) {
      expect([desk.passes(data(60), from), desk.passes(ping(), from)]).toEqual([null, null]);
    }
    expect(desk.relay.heard).toBe(0);
    expect(desk.core.stats(desk.now).v2?.dropped["wrong-way"]).toBe(6);
  });

  it("who forges the address of one end reaches the other one, and nobody else: one for one, within the budget", () => {
    const { desk } = relayed("released", "released");
    relayed("released", "released", desk, { session: "two", at: [C, D] });
    for (let i = 0; i < 50; i++) desk.hear(data(500), A);
    expect(desk.forwarded.map(({ to }) => to)).toEqual(Array.from({ length: 50 }, () => B));
  });

  it("who forges an address that control would not answer is nobody's end", () => {
    const { desk } = relayed("released", "released", new RelayDesk({ own: [{ address: "198.51.100.1", port: 7777 }] }));
    for (const [, from] of UNUSABLE_SOURCES) expect(desk.passes(data(60), from)).toBeNull();
  });
});

test("no datagram reaches control itself: neither its own address nor one that it would not answer is ever an end", () => {
  const own = [{ address: "198.51.100.1", port: 7777 }];
  for (const [name, remote] of UNUSABLE_SOURCES.filter(([, { address }]) => address !== "127.0.0.1")) {
    const desk = new RelayDesk({ own });
    const run = new RelayRun(desk, { name: "ann", from: B });
    // With a cookie for another address, and with a right one that it can never have got.
    run.join();
    desk.hear(run.frame(), remote);
    desk.hear(run.relayFrame("want", "bob"), remote);
    expect(desk.relay.ends, name).toBe(0);
  }
});

test("two pairs between the same machines stay apart: what an end sends goes to its own partner", () => {
  const desk = new RelayDesk();
  relayed("chosen", "chosen", desk, { session: "one", at: [A, B] });
  // The same machines, other ports: B's program may send what it gets to C's pair, and control sees a new datagram.
  relayed("chosen", "chosen", desk, { session: "two", at: [A2, B.replace("5000", "6000")] });
  const ends: Record<string, string> = { [A]: B, [B]: A, [A2]: "203.0.113.2:6000", "203.0.113.2:6000": A2 };
  for (const [from, to] of Object.entries(ends)) expect(desk.passes(data(9), from)).toBe(to);
});

describe("programs that answer everything", () => {
  /** Every datagram that arrives is sent back at once, for so long; returns the bytes that control passed on. */
  function loop(desk: RelayDesk, started: readonly string[], forMs: number, sizeBytes: number): number {
    const bytes = data(sizeBytes);
    const until = desk.now + forMs;
    let passed = 0;
    let flying = [...started];
    while (flying.length > 0 && desk.now < until) {
      flying = flying.map((from) => desk.passes(bytes, from)).filter((to) => to !== null);
      passed += flying.length;
      desk.until(desk.now + 1);
    }
    return passed * Math.max(sizeBytes + 48, 128);
  }

  it("keep each other busy until the pair's budget only", () => {
    const { desk } = relayed("released", "released", new RelayDesk({ relay: { perPair: 1_000_000 } }));
    const started = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? A : B));
    const passed = loop(desk, started, 10_000, 1_000);
    expect(passed).toBeGreaterThan(100_000);
    // A second's worth is 125,000 bytes; what may pass at once is twice the largest datagram.
    expect(passed).toBeLessThanOrEqual(10 * 125_000 + 131_110);
  });

  it("in two pairs that feed each other until the total budget only", () => {
    const desk = new RelayDesk({ relay: { perPair: 1_000_000_000, total: 1_000_000 } });
    relayed("released", "released", desk, { session: "one", at: [A, B] });
    relayed("released", "released", desk, { session: "two", at: [C, D] });
    // B's machine is D's, too: what comes to one goes out of the other.
    const across: Record<string, string> = { [A]: A, [B]: D, [C]: C, [D]: B };
    let flying = Array.from({ length: 400 }, () => A);
    let passed = 0;
    for (let i = 0; i < 5_000 && flying.length > 0; i++) {
      const arrived = flying.map((from) => desk.passes(data(1_000), from)).filter((to) => to !== null);
      passed += arrived.length * 1_048;
      flying = arrived.map((to) => across[to] ?? to);
      desk.until(desk.now + 1);
    }
    expect(passed).toBeLessThanOrEqual(5 * 125_000 + 131_110);
  });
});

describe("what only control may say", () => {
  const key = { sid: sidOf("home"), id: idOf("bob") };
  const forged: readonly (readonly [string, Uint8Array])[] = [
    [
      "an INFO",
      sign({
        type: "info",
        features: 0,
        ...key,
        echoSeq: 9,
        pushSeq: 9,
        state: "waiting",
        cause: "push",
        partner: null,
      }),
    ],
    [
      "a CHALLENGE",
      sign({
        type: "challenge",
        features: 0,
        ...key,
        echoSeq: 9,
        cookie: blobOf("x").subarray(0, 16),
        observed: { address: "192.0.2.1", port: 1 },
      }),
    ],
    [
      "a RELAYED",
      sign({ type: "relayed", features: 0, ...key, echoSeq: 9, partnerId: idOf("ann"), state: "none", reason: "off" }),
    ],
    [
      "an ANNOUNCE",
      sign({
        type: "announce",
        features: 0,
        ...key,
        seq: 99,
        ackPush: 0,
        cookie: new Uint8Array(16),
        blob: blobOf("x"),
      }),
    ],
    ["a BYE", sign({ type: "bye", features: 0, ...key, seq: 99, reason: "left" })],
    ["a RELAY", sign({ type: "relay", features: 0, ...key, seq: 99, partnerId: idOf("ann"), op: "released" })],
    ["a word of v1", announce("a")],
    ["a word of v1 that is long", Uint8Array.of(...announce("a"), ...data(1_000))],
  ];

  it.each(forged)("is not passed on for a holder of the control key: %s", (_, bytes) => {
    const { desk } = relayed("released", "released");
    const spoiled = bytes.slice();
    spoiled[spoiled.length - 1] = (spoiled.at(-1) ?? 0) ^ 1;
    for (const each of [bytes, spoiled]) expect([desk.passes(each, A), desk.passes(each, B)]).toEqual([null, null]);
    expect(desk.relay.heard).toBe(0);
  });

  it("is not passed on, whatever begins like it, and everything else is", () => {
    const { desk } = relayed("released", "released");
    const header = fc.nat(255).map((type) => Uint8Array.of(...v2.MAGIC, type));
    const text = fc
      .uint8Array({ minLength: 40, maxLength: 41 })
      .map((bytes) => bytes.map((byte) => 0x20 + (byte % 0x57)));
    const start = fc.oneof(header, text, fc.uint8Array({ maxLength: 60 }));
    let passed = 0;
    fc.assert(
      fc.property(start, fc.constantFrom(0x20, 0x21), fc.uint8Array({ maxLength: 200 }), (first, separator, rest) => {
        const bytes = Uint8Array.of(...first, separator, ...rest);
        desk.until(desk.now + 10);
        const to = desk.passes(bytes, A);
        expect(to).toBe(v2.isControlsWord(bytes) ? null : B);
        if (to !== null) passed += 1;
        desk.hear(data(1), B);
      }),
      { numRuns: 2_000 },
    );
    expect(passed).toBeGreaterThan(500);
  });
});

test("a replay of any frame about the relay, at any later moment and from anywhere, changes nothing and earns nothing", () => {
  const desk = new RelayDesk();
  const { ann, bob } = relayed("bound", "bound", desk);
  const said: Uint8Array[] = [];
  const steps: readonly (readonly [RelayRun, v2.RelayOp, string])[] = [
    [ann, "want", "bob"],
    [bob, "want", "ann"],
    [ann, "chosen", "bob"],
    [bob, "chosen", "ann"],
    [ann, "want", "bob"],
    [ann, "chosen", "bob"],
    [ann, "released", "bob"],
    [ann, "released", "bob"],
    [bob, "released", "ann"],
  ];
  const replayAll = () => {
    const before = [desk.relay, desk.stats.bound, desk.core.keptEnds()];
    desk.own.length = 0;
    for (const bytes of said) for (const from of everyone) desk.hear(bytes, from);
    expect([desk.relay, desk.stats.bound, desk.core.keptEnds()]).toEqual(before);
    expect(desk.own).toEqual([]);
  };
  for (const [run, op, partner] of steps) {
    const bytes = run.relayFrame(op, partner);
    desk.hear(bytes, run.from);
    said.push(bytes);
    desk.until(desk.now + 1_000);
    replayAll();
  }
  expect(desk.relay.released).toBe(2);
  // When control has long forgotten the runs, and after its restart.
  keepTalking(desk, desk.now + 100_000, [A, B]);
  expect(desk.stats.remembered).toBe(0);
  replayAll();
  desk.restart({ keptEnds: desk.core.keptEnds() });
  replayAll();
  desk.until(desk.now + 100_000);
  expect(desk.relay.ends).toBe(0);
  replayAll();
});

test("a released end that is challenged by nobody: replays of its own run's announces earn it nothing, at any time", () => {
  const { desk, ann } = relayed("bound", "bound");
  const { bob } = { bob: new RelayRun(desk, { name: "bob", from: B }) };
  const old = [ann.frame(), ann.frame({ cookie: new Uint8Array(16) })];
  ann.relay("chosen", "bob");
  bob.seq = 50;
  bob.relay("chosen", "ann");
  expect(ann.relay("released", "bob")).toBe("released");
  expect(bob.relay("released", "ann")).toBe("released");
  desk.own.length = 0;
  for (let i = 0; i < 20; i++) {
    for (const bytes of old) for (const from of everyone) desk.hear(bytes, from);
    keepTalking(desk, desk.now + 10_000, [A, B]);
  }
  expect(desk.own.filter((to) => to === A || to === B)).toEqual([]);
  expect(desk.passes(data(9), A)).toBe(B);
});

test("a stranger with control's key who is in no place cannot make, choose or end a pair", () => {
  const { desk } = relayed("wanting", "wanting");
  const eve = new RelayRun(desk, { name: "eve", from: C });
  // In ann's name, from his own address, and as a third of the session.
  const forge = (op: v2.RelayOp, id: string) =>
    sign({ type: "relay", features: 0, sid: sidOf("home"), id: idOf(id), seq: 1_000, partnerId: idOf("bob"), op });
  for (const op of ["want", "chosen", "released"] as const) {
    for (const id of ["ann", "eve"]) desk.hear(forge(op, id), C);
  }
  eve.join();
  expect(eve.relay("chosen", "bob")).toBeNull();
  expect([desk.passes(data(9), A), desk.passes(ping(), A), desk.passes(ping(), C)]).toEqual([null, B, null]);
});

test("frames about the relay with another key are silence", () => {
  const { desk, ann } = relayed("bound", "bound");
  const bytes = ann.relayFrame("want", "bob");
  bytes[60] = (bytes[60] ?? 0) ^ 1;
  expect(mac.verify(bytes)).toBe(false);
  expect(desk.hear(bytes, A)).toEqual([]);
  expect(desk.relay.ends).toBe(0);
});

test("a run that asks very often is held to the budget of its source", () => {
  const { desk, ann } = relayed("wanting", "wanting", new RelayDesk({ budgets: { framesPerSourcePerSecond: 20 } }));
  desk.own.length = 0;
  for (let i = 0; i < 500; i++) ann.relay(i % 2 === 0 ? "chosen" : "want", "bob");
  expect(desk.own.length).toBeLessThanOrEqual(40);
  expect(desk.stats.dropped["source-budget"]).toBeGreaterThan(450);
});
