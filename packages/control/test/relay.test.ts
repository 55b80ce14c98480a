import { v2 } from "@netpunch/wire";
import { describe, expect, it, test } from "vitest";
import { A, A2, B } from "./desk.js";
import { C, D, data, keepTalking, ping, RelayDesk, RelayRun, relayed } from "./relay-desk.js";

describe("asking for the relay", () => {
  it("is waiting until the partner asks, too, who is told at once; then frames pass, both ways", () => {
    const { desk, ann, bob } = relayed("bound", "bound");
    expect(ann.relay("want", "bob")).toBe("waiting");
    expect(desk.passes(ping(), A)).toBeNull();
    expect(bob.relay("want", "ann")).toBe("open");
    expect(ann.told).toEqual(["waiting", "open"]);
    expect([desk.passes(ping(), A), desk.passes(ping(), B)]).toEqual([B, A]);
  });

  it("carries data only once both have chosen it, and each is told", () => {
    const { desk, ann, bob } = relayed("wanting", "wanting");
    expect([desk.passes(data(100), A), desk.passes(data(100), B)]).toEqual([null, null]);
    expect(ann.relay("chosen", "bob")).toBe("open");
    expect([desk.passes(data(100), A), desk.passes(data(100), B)]).toEqual([null, null]);
    expect(bob.relay("chosen", "ann")).toBe("carrying");
    expect(ann.told).toEqual(["open", "carrying"]);
    expect([desk.passes(data(100), A), desk.passes(data(100), B)]).toEqual([B, A]);
    expect(desk.relay.dropped).toMatchObject({ "not-chosen": 4 });
  });

  it("is for one partner alone: while each names another one nothing passes", () => {
    const { desk, ann, bob } = relayed("bound", "bound");
    expect([ann.relay("want", "cat"), bob.relay("want", "ann")]).toEqual(["waiting", "waiting"]);
    expect([desk.passes(ping(), A), desk.passes(ping(), B)]).toEqual([null, null]);
  });

  it("is of one session alone, whatever the ids", () => {
    const desk = new RelayDesk();
    const one = relayed("chosen", "bound", desk, { session: "one", at: [A, B] });
    const two = relayed("bound", "chosen", desk, { session: "two", at: [C, D] });
    expect([one.ann.relay("want", "bob"), two.bob.relay("want", "ann")]).toEqual(["waiting", "waiting"]);
    expect([desk.passes(ping(), A), desk.passes(ping(), D)]).toEqual([null, null]);
  });

  it("may name another partner later, which ends the pair that was", () => {
    const { desk, ann, bob } = relayed();
    expect(ann.relay("want", "cat")).toBe("waiting");
    expect(bob.told).toEqual(["none parted"]);
    expect([desk.passes(data(9), A), desk.passes(data(9), B)]).toEqual([null, null]);
    expect(desk.takeEvents()).toMatchObject([{ type: "relayEnded", why: "parted" }]);
  });

  it("may be taken back to frames alone", () => {
    const { desk, ann } = relayed();
    expect(ann.relay("want", "bob")).toBe("open");
    expect([desk.passes(data(9), A), desk.passes(data(9), B), desk.passes(ping(), A)]).toEqual([null, null, B]);
  });

  it("needs a place in the session: nobody else is answered", () => {
    const { desk } = relayed("bound", "bound");
    const third = new RelayRun(desk, { name: "cat", from: C }).join();
    const stranger = new RelayRun(desk, { name: "dan", from: D });
    expect([third.relay("want", "ann"), stranger.relay("want", "ann")]).toEqual([null, null]);
    expect(desk.stats.dropped.unbound).toBe(2);
  });

  it("counts from the run's own address alone", () => {
    const { desk, ann } = relayed("bound", "wanting");
    desk.hear(ann.relayFrame("want", "bob"), A2);
    expect(desk.takeLines()).toEqual([]);
    expect(desk.passes(ping(), B)).toBeNull();
  });

  it("is refused where nothing is relayed, and where there are as many ends as there may be", () => {
    const off = relayed("bound", "bound", new RelayDesk({ relay: "off" }));
    expect([off.ann.relay("want", "bob"), off.bob.relay("chosen", "ann")]).toEqual(["none off", "none off"]);
    const full = relayed("wanting", "wanting", new RelayDesk({ relay: { ends: 2 } }));
    const more = relayed("bound", "bound", full.desk, { session: "more", at: [C, D] });
    expect(more.ann.relay("want", "bob")).toBe("none full");
    expect(full.desk.passes(ping(), A)).toBe(B);
  });

  it("is refused to a source that has as many ends as one may have, and not to others", () => {
    const desk = new RelayDesk({ relay: { endsPerSource: 1 } });
    relayed("wanting", "bound", desk, { at: ["203.0.113.9:1", B] });
    const more = relayed("bound", "bound", desk, { session: "more", at: ["203.0.113.9:2", D] });
    expect(more.ann.relay("want", "bob")).toBe("none source");
    expect(more.bob.relay("want", "ann")).toBe("waiting");
    expect(desk.relay).toMatchObject({ refused: 1, ends: 2 });
  });

  it("is refused at an address that is an end already: two sessions on one socket", () => {
    const desk = new RelayDesk();
    relayed("chosen", "chosen", desk, { session: "one", at: [A, B] });
    const two = relayed("bound", "wanting", desk, { session: "two", at: [A, D] });
    expect(two.ann.relay("want", "bob")).toBe("none address");
    expect([desk.passes(data(9), A), desk.passes(data(9), B), desk.passes(ping(), D)]).toEqual([B, A, null]);
  });
});

describe("what passes", () => {
  it.each([0, 1, 51, 1_472, 65_507])("are the same %i bytes, once, to the partner's address", (sizeBytes) => {
    const { desk } = relayed();
    const bytes = data(sizeBytes);
    expect(desk.passes(bytes, A)).toBe(B);
    expect(desk.forwarded).toEqual([{ at: desk.now, to: B, socket: 0, bytes }]);
  });

  it("before both have chosen it are frames between peers of at most 128 bytes, known or not", () => {
    const { desk } = relayed("wanting", "chosen");
    const frame = (type: number, sizeBytes: number) => {
      const bytes = data(sizeBytes);
      bytes.set(v2.MAGIC);
      bytes[4] = type;
      return bytes;
    };
    for (let type = 0; type < 256; type++) {
      const isPeers = type >= 0x11 && type <= 0x1f;
      desk.until(desk.now + 1_000);
      expect(desk.passes(frame(type, 128), A), `type ${type}`).toBe(isPeers ? B : null);
      expect(desk.passes(frame(type, 129), A), `type ${type}`).toBeNull();
    }
  });

  it("leaves by the socket that the partner is bound on, and comes in by the sender's own", () => {
    const desk = new RelayDesk();
    const { ann, bob } = relayed("bound", "bound", desk);
    // Control has several addresses; bob asks it at another one from now on.
    desk.hear(bob.frame(), B, 3);
    bob.listen();
    desk.hear(bob.relayFrame("chosen", "ann"), B, 3);
    expect(ann.relay("chosen", "bob")).toBe("carrying");
    desk.passes(data(9), A);
    expect(desk.forwarded.at(-1)).toMatchObject({ to: B, socket: 3 });
    expect([desk.passes(data(9), B, 0), desk.passes(data(9), B, 3), desk.passes(data(9), A, 3)]).toEqual([
      null,
      A,
      null,
    ]);
    expect(desk.relay.dropped["wrong-socket"]).toBe(2);
    // A keepalive alone tells which one it is now.
    desk.hear(bob.frame(), B, 0);
    desk.passes(data(9), A);
    expect(desk.forwarded.at(-1)).toMatchObject({ to: B, socket: 0 });
  });

  it("passes between IPv4 and IPv6", () => {
    const six = "[2001:db8::5]:5000";
    const { desk } = relayed("chosen", "chosen", new RelayDesk(), { at: [A, six] });
    expect([desk.passes(data(9), A), desk.passes(data(9), six)]).toEqual([six, A]);
  });
});

describe("a moved end", () => {
  it("takes the pair with it, for frames; data waits until it has chosen again", () => {
    const { desk, ann, bob } = relayed();
    ann.from = A2;
    ann.announce().announce();
    expect(bob.told).toEqual(["open"]);
    expect([desk.passes(ping(), A), desk.passes(ping(), A2), desk.passes(ping(), B)]).toEqual([null, B, A2]);
    expect([desk.passes(data(9), A2), desk.passes(data(9), B)]).toEqual([null, null]);
    expect(ann.relay("chosen", "bob")).toBe("carrying");
    expect([desk.passes(data(9), A2), desk.passes(data(9), B), desk.passes(data(9), A)]).toEqual([B, A2, null]);
    expect(desk.takeEvents().filter(({ type }) => type.startsWith("relay"))).toEqual([]);
  });

  it("whose partner is released reaches it again once it has chosen, and no frame reaches the program before", () => {
    const { desk, ann } = relayed("chosen", "released");
    ann.from = A2;
    ann.announce().announce();
    expect([desk.passes(ping(), A2), desk.passes(data(9), A2), desk.passes(data(9), B)]).toEqual([null, null, null]);
    expect(ann.relay("chosen", "bob")).toBe("carrying");
    expect([desk.passes(data(9), A2), desk.passes(data(9), B)]).toEqual([B, A2]);
  });

  it("at an address that is an end of another pair is none any more", () => {
    const desk = new RelayDesk();
    const { ann, bob } = relayed("chosen", "chosen", desk);
    relayed("chosen", "chosen", desk, { session: "two", at: [C, D] });
    ann.from = C;
    ann.announce().announce();
    expect([ann.told, bob.told]).toEqual([["none address"], ["none parted"]]);
    expect([desk.passes(data(9), A), desk.passes(data(9), B), desk.passes(data(9), C)]).toEqual([null, null, D]);
  });

  it("of a source that has as many as it may have is none any more", () => {
    const desk = new RelayDesk({ relay: { endsPerSource: 1 } });
    const { ann } = relayed("chosen", "chosen", desk);
    relayed("chosen", "chosen", desk, { session: "two", at: [C, D] });
    ann.from = C.replace("5000", "6000");
    ann.announce().announce();
    expect(ann.told).toEqual(["none source"]);
  });
});

describe("a pair ends", () => {
  it("when one of the two says BYE, and nothing more comes to where it was", () => {
    const { desk, ann, bob } = relayed();
    ann.bye();
    expect(bob.told).toEqual(["none parted"]);
    expect([desk.passes(data(9), A), desk.passes(data(9), B)]).toEqual([null, null]);
    expect(desk.own).not.toContain(A);
  });

  it("when another run takes the place of one, and that one gets nothing of it", () => {
    const { desk, bob } = relayed();
    const again = new RelayRun(desk, { name: "ann again", from: A }).join();
    expect(bob.told).toEqual(["none parted"]);
    expect([desk.passes(data(9), B), desk.passes(ping(), B)]).toEqual([null, null]);
    expect(again.relay("want", "bob")).toBe("waiting");
    expect(desk.passes(ping(), B)).toBeNull();
  });

  it("when a bound run goes silent towards control", () => {
    const { desk, bob } = relayed("chosen", "chosen");
    for (let at = 10_000; at <= 100_000; at += 10_000) {
      desk.until(at);
      bob.announce();
      desk.hear(data(1), A);
      desk.hear(data(1), B);
    }
    expect(bob.told).toContain("none parted");
    expect(desk.passes(data(9), B)).toBeNull();
  });

  it.each([
    ["chosen", "chosen"],
    ["released", "chosen"],
    ["released", "released"],
  ] as const)("when one of them was silent in it for 60 s, to the millisecond: %s, %s", (annPhase, bobPhase) => {
    const { desk, ann, bob } = relayed(annPhase, bobPhase);
    desk.passes(data(9), A);
    for (let at = 2_000; at < 61_000; at += 2_000) {
      desk.until(at);
      if (annPhase === "chosen") ann.announce();
      if (bobPhase === "chosen") bob.announce();
      desk.hear(data(9), B);
    }
    desk.until(60_999);
    desk.takeEvents();
    expect(desk.relay.carrying).toBe(1);
    desk.until(61_000);
    expect(desk.relay).toMatchObject({ ends: 0, carrying: 0 });
    expect(desk.takeEvents()).toMatchObject([{ type: "relayEnded", why: "idle", lastedMs: 61_000 }]);
    expect(bob.told.includes("none idle")).toBe(bobPhase === "chosen");
    expect(ann.told.includes("none idle")).toBe(annPhase === "chosen");
  });

  it("and lasts as long as both speak, whatever else happens", () => {
    const { desk } = relayed("released", "released");
    keepTalking(desk, 600_000, [A, B]);
    expect(desk.passes(data(9), A)).toBe(B);
  });

  it("of one who waits for its partner, too, unless it asks again", () => {
    const { desk, ann } = relayed("wanting", "bound");
    for (let at = 15_000; at <= 120_000; at += 15_000) {
      desk.until(at);
      ann.announce();
      if (at <= 60_000) expect(ann.relay("want", "bob")).toBe("waiting");
    }
    expect(desk.relay.ends).toBe(0);
  });
});

describe("a silent end", () => {
  it("gets all for 30 s, then ten datagrams a second, until it speaks or the pair ends", () => {
    const { desk, bob } = relayed("chosen", "chosen");
    desk.hear(data(1), A);
    const sentIn = (fromMs: number, untilMs: number) => {
      let sent = 0;
      for (let at = fromMs; at < untilMs; at += 10) {
        desk.until(at);
        if (at % 5_000 === 0) bob.announce();
        if (desk.passes(data(9), B) !== null) sent += 1;
      }
      return sent;
    };
    expect(sentIn(10_000, 11_000)).toBe(100);
    expect(sentIn(30_990, 31_000)).toBe(1);
    expect(sentIn(31_000, 32_000)).toBeLessThanOrEqual(20);
    expect(sentIn(32_000, 42_000)).toBe(100);
    expect(desk.relay.dropped.silent).toBeGreaterThan(900);
    desk.hear(data(1), A);
    expect(sentIn(42_000, 43_000)).toBe(100);
  });
});

describe("handing over", () => {
  it("is acknowledged; then the run has no binding and no place, and data passes", () => {
    const { desk, ann, bob } = relayed();
    expect(ann.relay("released", "bob")).toBe("released");
    expect(desk.takeEvents()).toMatchObject([
      { type: "relayReleased", endpoint: { address: "203.0.113.1", port: 5000 } },
      { type: "unbound", why: "met" },
    ]);
    expect(desk.stats).toMatchObject({ bound: 1, relay: { ends: 2, carrying: 1, released: 1 } });
    expect([desk.passes(data(9), A), desk.passes(data(9), B)]).toEqual([B, A]);
    expect(bob.told).toEqual([]);
    expect(bob.relay("released", "ann")).toBe("released");
    expect([desk.passes(data(9), A), desk.passes(data(9), B)]).toEqual([B, A]);
    expect(desk.stats.bound).toBe(0);
  });

  it("is no more than a choice while data does not pass: the run has to say it again", () => {
    const { desk, ann, bob } = relayed("chosen", "wanting");
    expect(ann.relay("released", "bob")).toBe("open");
    expect(desk.stats.bound).toBe(2);
    expect(bob.relay("released", "ann")).toBe("carrying");
    expect(ann.relay("released", "bob")).toBe("released");
    expect(bob.relay("released", "ann")).toBe("released");
    const alone = relayed("bound", "bound", new RelayDesk());
    expect(alone.ann.relay("released", "bob")).toBe("waiting");
    expect(alone.desk.stats.bound).toBe(2);
  });

  it("whose answer was lost is said again with a higher seq, and answered again, at any time later", () => {
    const { desk, ann } = relayed("released", "released");
    for (const at of [1_050, 20_000, 80_000]) {
      keepTalking(desk, at, [A, B]);
      expect(ann.relay("released", "bob")).toBe("released");
    }
    desk.hear(ann.relayFrame("released", "bob"), A2);
    expect(desk.own).not.toContain(A2);
  });

  it("leaves an end that hears nothing from control: no push, probe, challenge or news of the relay", () => {
    const { desk, ann, bob } = relayed("released", "chosen");
    const old = ann.frame();
    const third = new RelayRun(desk, { name: "cat", from: C }).join();
    new RelayRun(desk, { name: "dan", from: D }).join();
    third.announce();
    bob.relay("want", "ann");
    bob.relay("chosen", "ann");
    keepTalking(desk, 50_000, [A, B], [bob]);
    expect(desk.relay.carrying).toBe(1);
    // Long after control has forgotten the run itself.
    desk.hear(old, A);
    ann.announce({ cookie: new Uint8Array(16) });
    ann.announce();
    ann.relay("want", "bob");
    ann.relay("chosen", "bob");
    ann.bye();
    expect(desk.relay.carrying).toBe(1);
    bob.bye();
    desk.until(200_000);
    expect(desk.own).not.toContain(A);
  });

  it("ends when another run proves that it is at that address, by a cookie and not before", () => {
    const { desk, bob } = relayed("released", "chosen");
    const next = new RelayRun(desk, { session: "other", name: "next", from: A });
    next.announce();
    expect(desk.passes(data(9), B)).toBe(A);
    desk.takeEvents();
    next.announce();
    expect(desk.takeEvents()).toMatchObject([{ type: "relayEnded", why: "claimed" }, { type: "bound" }]);
    expect(bob.told).toEqual(["none parted"]);
    expect([desk.passes(data(9), A), desk.passes(data(9), B)]).toEqual([null, null]);
    expect(next.relay("want", "bob")).toBe("waiting");
  });

  it("frees the place for another run, which gets nothing of the pair", () => {
    const { desk, bob } = relayed("released", "chosen");
    const cat = new RelayRun(desk, { name: "cat", from: C }).join();
    expect(cat.relay("want", "bob")).toBe("waiting");
    expect([desk.passes(data(9), C), desk.passes(data(9), B), desk.passes(data(9), A)]).toEqual([null, A, B]);
    expect(bob.told).toEqual([]);
  });
});

describe("control's restart", () => {
  it("with the released ends kept: each gets data again once it has sent something itself", () => {
    const { desk, ann, bob } = relayed("released", "released");
    const keptEnds = desk.core.keptEnds();
    desk.restart({ keptEnds });
    expect(JSON.parse(JSON.stringify(keptEnds))).toEqual(keptEnds);
    expect(desk.passes(data(9), A, 2)).toBeNull();
    expect(desk.passes(data(9), B, 4)).toBe(A);
    expect(desk.forwarded.at(-1)?.socket).toBe(2);
    expect(desk.passes(data(9), A, 2)).toBe(B);
    expect(desk.forwarded.at(-1)?.socket).toBe(4);
    // Old frames are still old.
    ann.seq -= 1;
    bob.seq -= 1;
    expect([ann.relay("released", "bob"), bob.relay("released", "ann")]).toEqual([null, null]);
    expect(desk.core.keptEnds()).toEqual(keptEnds);
  });

  it("with a kept end whose partner still has its run: that asks again, and both go on", () => {
    const { desk, bob } = relayed("released", "chosen");
    desk.restart({ keptEnds: desk.core.keptEnds() });
    desk.hear(data(9), A);
    expect(desk.passes(data(9), B)).toBeNull();
    bob.announce().announce();
    expect(bob.relay("chosen", "ann")).toBe("carrying");
    expect([desk.passes(data(9), A), desk.passes(data(9), B)]).toEqual([B, A]);
  });

  it("without: nothing passes any more, and nothing of it is known", () => {
    const { desk } = relayed("released", "released");
    desk.restart();
    expect([desk.passes(data(9), A), desk.passes(data(9), B)]).toEqual([null, null]);
    expect(desk.relay.ends).toBe(0);
  });

  it("with kept ends of which nobody is left: they end of silence", () => {
    const { desk } = relayed("released", "released");
    desk.restart({ keptEnds: desk.core.keptEnds() });
    desk.until(desk.now + 60_000);
    expect(desk.relay.ends).toBe(0);
    expect(desk.core.deadline).toBeNull();
  });

  it("takes from what was kept only what can be an end, and each address once", () => {
    const { desk } = relayed("released", "released");
    const [ann, bob] = desk.core.keptEnds();
    if (ann === undefined || bob === undefined) throw new Error("nothing was kept");
    const own = [{ address: "198.51.100.1", port: 7777 }];
    const wrong = [
      { ...bob, address: "198.51.100.1", port: 7777 },
      { ...bob, address: "nowhere" },
      { ...bob, address: "224.0.0.1" },
      { ...bob, port: 0 },
      { ...bob, run: "zz" },
      { ...bob, session: `${bob.session}00` },
      { ...bob, seq: -1 },
      { ...bob, address: ann.address, port: ann.port },
      null as unknown as typeof bob,
    ];
    desk.restart({ own, keptEnds: [ann, ...wrong] });
    expect(desk.core.keptEnds()).toEqual([ann]);
  });
});

describe("draining", () => {
  it("refuses new ends, and serves those there are", () => {
    const { desk } = relayed();
    desk.core.drain();
    const late = relayed("bound", "bound", desk, { session: "late", at: [C, D] });
    expect(late.ann.relay("want", "bob")).toBe("none off");
    expect(desk.passes(data(9), A)).toBe(B);
  });
});

test("what the relay does is counted and reported", () => {
  const { desk } = relayed("wanting", "chosen");
  const { ann } = { ann: new RelayRun(desk, { name: "ann", from: A }) };
  ann.seq = 10;
  ann.relay("chosen", "bob");
  desk.passes(data(100), A);
  desk.passes(data(50), B);
  desk.until(desk.now + 70_000);
  const endpoints = [A, B].map((text) => expect.objectContaining({ port: Number(text.split(":")[1]) }));
  expect(desk.takeEvents().filter(({ type }) => type.startsWith("relay"))).toEqual([
    { type: "relayBegan", session: expect.any(String), endpoints },
    {
      type: "relayEnded",
      session: expect.any(String),
      endpoints,
      why: "parted",
      lastedMs: 59_000,
      datagrams: 2,
      bytes: 150,
    },
  ]);
  expect(desk.relay).toEqual({
    asked: 4,
    refused: 0,
    heard: 2,
    forwarded: 2,
    forwardedBytes: 150,
    began: 1,
    ended: 1,
    dropped: Object.fromEntries(Object.keys(desk.relay.dropped).map((reason) => [reason, 0])),
    ends: 0,
    carrying: 0,
    released: 0,
  });
});

test("limits of the relay that cannot be are named", () => {
  const withRelay = (relay: object) => () => new RelayDesk({ relay });
  expect(withRelay({ perPair: "x" })).toThrow(new TypeError('"relay.perPair" expected a number, got string'));
  expect(withRelay({ total: 0 })).toThrow(new RangeError('"relay.total" expected a number of at least 10000, got 0'));
  expect(withRelay({ perPair: Number.NaN })).toThrow(RangeError);
  expect(withRelay({ ends: 2.5 })).toThrow(RangeError);
  expect(withRelay({ pairs: 1 })).toThrow(
    new TypeError('"relay" expected perPair, total, ends, endsPerSource, got pairs'),
  );
  expect(() => new RelayDesk({ relay: "on" as "off" })).toThrow(TypeError);
  expect(withRelay({ perPair: Number.POSITIVE_INFINITY, total: Number.POSITIVE_INFINITY })).not.toThrow();
});

test("a run that names itself waits for ever: nothing is sent back to it", () => {
  const { desk, ann } = relayed("bound", "bound");
  expect([ann.relay("want", "ann"), ann.relay("chosen", "ann"), ann.relay("released", "ann")]).toEqual([
    "waiting",
    "waiting",
    "waiting",
  ]);
  expect([desk.passes(data(9), A), desk.passes(ping(), A)]).toEqual([null, null]);
});
