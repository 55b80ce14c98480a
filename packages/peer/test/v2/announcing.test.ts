import type { LocalAddress } from "@netpunch/transport";
import type { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, CONTROL, PARTNER } from "../bench.js";
import { BenchOfOne, COOKIE, host, LOWER, OURS } from "./bench-of-one.js";

const CONTROL_6 = "[2001:db8:1::1]:7777";
const OURS_6 = "[2001:db8:2::1]:5000";
const SECOND = "198.51.100.2:7777";

/** The announces sent since the last call. */
function announces(peer: BenchOfOne): (v2.Announce & { readonly at: number; readonly to: string })[] {
  const from = peer.sent.length - peer.takeSent().length;
  return peer.sent
    .slice(from)
    .flatMap(({ frame, at: ms, to }) => (frame.type === "announce" ? [{ ...frame, at: ms, to }] : []));
}

const listed = (peer: BenchOfOne, { id, blob }: v2.Announce) =>
  peer.seal.open(blob, { sid: Uint8Array.from(peer.challengeFrame().sid), id: id.slice() });

describe("alone", () => {
  test("a peer asks at 0, 100, 200, 400 ms, every 500 ms to the tenth second, then every 5 s, each time with a new seq", () => {
    const peer = new BenchOfOne();
    peer.until(25_000);
    const said = announces(peer);
    const every500 = Array.from({ length: 20 }, (_, i) => 400 + 500 * i);
    expect(said.map((each) => each.at)).toEqual([0, 100, 200, ...every500, 14_900, 19_900, 24_900]);
    expect(said.map(({ seq }) => seq)).toEqual(said.map((_, i) => i + 1));
    expect(said.every(({ cookie }) => cookie.every((byte) => byte === 0))).toBe(true);
    expect(said.map((each) => listed(peer, each))).toEqual(said.map(() => []));
  });

  test("it looks control's name up at its start, and again every five seconds where nobody answers", () => {
    const peer = new BenchOfOne();
    const at: number[] = [];
    for (let ms = 0; ms <= 30_000; ms += 100) {
      const before = peer.resolves;
      peer.until(ms);
      if (peer.resolves === before) continue;
      at.push(ms);
      peer.feed({ type: "resolved", endpoints: [{ address: "198.51.100.1", port: 7777 }] });
    }
    expect(at[0]).toBe(5400);
    expect(at.slice(1).every((ms, i) => ms - (at[i] ?? 0) >= 5000)).toBe(true);
    expect(at.length).toBeGreaterThan(2);
  });

  test("a name without an address is looked up again every second", () => {
    const peer = new BenchOfOne({ begin: "created" });
    for (let ms = 0; ms < 3000; ms += 1000) {
      peer.feed({ type: "resolveFailed", error: new Error("ENOTFOUND") });
      peer.until(ms + 999);
      expect(peer.resolves).toBe(ms / 1000 + 1);
      peer.until(ms + 1000);
    }
    expect(peer.sent).toEqual([]);
  });

  test("a name that stands for another address is announced to at once; one that still has ours is kept", () => {
    const peer = new BenchOfOne();
    peer.takeSent();
    peer.feed({ type: "resolved", endpoints: [at(SECOND), at(CONTROL)] });
    expect(peer.takeSent()).toEqual([]);
    peer.feed({ type: "resolved", endpoints: [at(SECOND)] });
    expect(peer.takeSent()).toEqual([`0 announce -> ${SECOND}`]);
    expect(peer.told("control")).toEqual([CONTROL, SECOND].map((text) => ({ type: "control", endpoint: at(text) })));
  });

  test("where an address of control's cannot be reached, the next announce goes to its next one", () => {
    const peer = new BenchOfOne({ controls: [CONTROL, SECOND] });
    peer.feed({ type: "sendFailed", socket: 0, remote: at(CONTROL), error: new Error("ENETUNREACH") });
    peer.until(100);
    expect(peer.takeSent()).toEqual([`0 announce -> ${CONTROL}`, `100 announce -> ${SECOND}`]);
  });

  test("an address that is silent for ten seconds gives way to the next one", () => {
    const peer = new BenchOfOne({ controls: [CONTROL, SECOND] });
    peer.until(10_000);
    expect(new Set(announces(peer).map(({ to }) => to))).toEqual(new Set([CONTROL]));
    peer.until(20_000);
    expect(new Set(announces(peer).map(({ to }) => to))).toEqual(new Set([SECOND]));
  });
});

describe("with control", () => {
  test("a challenge earns one announce at once, with the cookie and the sealed addresses; the answer to that earns none", () => {
    const peer = new BenchOfOne({ addresses: [{ address: "192.168.1.5", link: "ordinary" }] });
    peer.now = 50;
    peer.challenge();
    const [, proved] = announces(peer);
    expect(proved).toMatchObject({ at: 50, seq: 2, ackPush: 0, cookie: COOKIE });
    expect(proved && listed(peer, proved)).toEqual([
      { kind: "reflexive", endpoint: at(OURS) },
      host("192.168.1.5:5000"),
    ]);
    expect(peer.told("observed")).toEqual([{ type: "observed", endpoint: at(OURS) }]);
    peer.now = 100;
    peer.say(peer.infoFrame({ pushSeq: 0 }), CONTROL);
    peer.until(11_000);
    expect(peer.takeSent()).toEqual([]);
    expect(peer.core.phase).toBe("waiting");
  });

  test("keepalives come every 15 s, a fifth more or less; one that is not answered is asked again and again", () => {
    const pauses: number[] = [];
    const peer = new BenchOfOne();
    peer.bind();
    announces(peer);
    for (let count = 0; count < 200; count++) {
      const { now } = peer;
      while (peer.takeSent().length === 0) peer.until(peer.core.deadline?.at ?? Number.NaN);
      pauses.push(peer.now - now);
      peer.say(peer.infoFrame(), CONTROL);
    }
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(12_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(18_000);
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(5000);
    const { now } = peer;
    peer.until(now + 19_000);
    const [first = 0, ...more] = announces(peer).map((each) => each.at);
    expect(more.slice(0, 4).map((ms) => ms - first)).toEqual([100, 200, 400, 900]);
  });

  test("a push is acknowledged once, however often it comes; the acknowledgement is repeated until it is answered", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.takeSent();
    const echoSeq = peer.seq;
    const push = () => peer.say(peer.infoFrame({ pushSeq: 2, cause: "push", echoSeq }), CONTROL);
    push();
    push();
    peer.until(50);
    push();
    expect(announces(peer)).toMatchObject([{ at: 0, ackPush: 2 }]);
    peer.until(100);
    expect(announces(peer)).toMatchObject([{ at: 100, ackPush: 2 }]);
    peer.say(peer.infoFrame({ pushSeq: 2 }), CONTROL);
    peer.until(11_000);
    expect(announces(peer)).toEqual([]);
  });

  test("a push that was overtaken by a newer one is not taken", () => {
    const peer = new BenchOfOne();
    peer.bind();
    const old = peer.infoFrame({ pushSeq: 2, cause: "push" });
    peer.introduce(LOWER, undefined, 3);
    peer.takeSent();
    peer.say(old, CONTROL);
    expect(peer.reasons).toEqual(["stale"]);
    expect(peer.core.phase).toBe("checking");
    expect(peer.takeSent()).toEqual([]);
  });

  test("a session that two others hold is asked for every five seconds", () => {
    const peer = new BenchOfOne();
    peer.challenge();
    for (let ms = 0; ms <= 20_000; ms += 5000) {
      peer.until(ms);
      peer.say(peer.infoFrame({ pushSeq: 0, state: "full" }), CONTROL);
    }
    expect(announces(peer).map((each) => each.at)).toEqual([0, 0, 5000, 10_000, 15_000, 20_000]);
    expect(peer.told("session")).toEqual([{ type: "session", state: "full" }]);
  });

  test("a control that was restarted challenges the next keepalive, and is believed again: what it says, not what the old one said", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.introduce();
    const old = peer.infoFrame({ pushSeq: 3, cause: "push" });
    peer.until(18_000);
    peer.challenge(CONTROL, { cookie: new Uint8Array(16).fill(8) });
    expect(announces(peer).at(-1)).toMatchObject({ ackPush: 0, cookie: new Uint8Array(16).fill(8) });
    peer.say(old, CONTROL);
    expect(peer.reasons).toEqual(["stale"]);
    peer.say(peer.infoFrame({ pushSeq: 1 }), CONTROL);
    expect(peer.reasons).toEqual(["stale"]);
    expect(announces(peer)).toMatchObject([{ ackPush: 1 }]);
  });

  test("only the newest cookie counts, and only what answers an announce that carried it", () => {
    const peer = new BenchOfOne();
    peer.until(100);
    peer.challenge();
    // The answer to the first announce was slower.
    peer.challenge(CONTROL, { echoSeq: 1, cookie: new Uint8Array(16).fill(9) });
    for (const echoSeq of [0, 1, 2, 4]) peer.say(peer.infoFrame({ echoSeq }), CONTROL);
    expect(peer.reasons).toEqual(["stale", "stale", "stale", "stale", "stale"]);
    expect(peer.core.phase).toBe("announcing");
    peer.say(peer.infoFrame({ echoSeq: 3 }), CONTROL);
    expect(peer.core.phase).toBe("waiting");
  });

  test("a challenge counts from where the announce went, for an announce of the last 25 seconds", () => {
    const peer = new BenchOfOne();
    peer.challenge(SECOND);
    expect(peer.reasons).toEqual(["not-from-control"]);
    peer.until(10_000);
    const { seq } = peer;
    peer.now = 9900 + 25_001;
    peer.challenge(CONTROL, { echoSeq: seq });
    expect(peer.reasons).toEqual(["not-from-control", "stale"]);
    peer.challenge(CONTROL, { echoSeq: peer.seq + 1 });
    expect(peer.told("observed")).toEqual([]);
  });

  test("other addresses of the machine, or another one that control sees, are told at once", () => {
    const peer = new BenchOfOne({ addresses: [{ address: "192.168.1.5", link: "ordinary" }] });
    peer.bind();
    peer.takeSent();
    peer.feed({ type: "addresses", addresses: [{ address: "192.168.1.5", link: "ordinary" }] });
    expect(peer.takeSent()).toEqual([]);
    peer.feed({ type: "addresses", addresses: [{ address: "10.0.0.5", link: "ordinary" }] });
    const [announce] = announces(peer);
    expect(announce && listed(peer, announce)).toContainEqual(host("10.0.0.5:5000"));
    peer.challenge(CONTROL, { observed: at("203.0.113.99:5000"), cookie: new Uint8Array(16).fill(8) });
    const [moved] = announces(peer);
    expect(moved && listed(peer, moved)).toContainEqual({ kind: "reflexive", endpoint: at("203.0.113.99:5000") });
  });

  test("a peer that slept announces at once when it wakes, also where a datagram wakes it", () => {
    for (const woken of ["by its timer", "by a datagram"]) {
      const peer = new BenchOfOne();
      peer.bind();
      peer.takeSent();
      peer.now = 3_600_000;
      if (woken === "by its timer") peer.feed({ type: "wake" });
      else peer.say(peer.infoFrame({ pushSeq: 1 }), CONTROL);
      expect(peer.takeSent()).toEqual([`3600000 announce -> ${CONTROL}`]);
    }
  });

  test("a peer whose machine was suspended announces at once, though no deadline is over", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.takeSent();
    peer.now = 1000;
    peer.feed({ type: "resumed" });
    expect(peer.takeSent()).toEqual([`1000 announce -> ${CONTROL}`]);
  });

  test("who leaves says so three times, with a seq of its own, and no more then", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.takeSent();
    const { seq } = peer;
    peer.take(peer.core.leave(0));
    expect(peer.takeSent()).toEqual(Array(3).fill(`0 bye -> ${CONTROL}`));
    expect(peer.sent.at(-1)?.frame).toMatchObject({ type: "bye", seq: seq + 1, reason: "left" });
    expect(peer.core.deadline).toBeNull();
    peer.introduce();
    peer.say(peer.peerFrame("ping"), PARTNER);
    peer.take(peer.core.leave(1));
    expect(peer.takeSent()).toEqual([]);
  });

  test("who was never bound has nobody to say goodbye to", () => {
    const peer = new BenchOfOne();
    peer.takeSent();
    peer.take(peer.core.leave(0));
    expect(peer.takeSent()).toEqual([]);
  });
});

describe("what control saw of us", () => {
  const OTHER_PORT = "203.0.113.1:5001";

  /** Pings under way, none of them answered; then control's second address takes over, as the first cannot be reached. */
  function movedOn(): BenchOfOne {
    const peer = new BenchOfOne({ controls: [CONTROL, SECOND] });
    peer.bind();
    peer.introduce();
    peer.until(1000);
    peer.feed({ type: "sendFailed", socket: 0, remote: at(CONTROL), error: new Error("ENETUNREACH") });
    while (!announces(peer).some(({ to }) => to === SECOND)) peer.until(peer.core.deadline?.at ?? Number.NaN);
    peer.takeSent();
    return peer;
  }

  test("elsewhere by another of its addresses tells of our NAT; the partner is told, and nothing starts over", () => {
    const peer = movedOn();
    peer.challenge(SECOND, { observed: at(OTHER_PORT) });
    const sent = peer.takeSent();
    expect(sent).toEqual([`${peer.now} announce -> ${SECOND}`]);
    const announce = peer.sent.at(-1)?.frame;
    expect(announce?.type === "announce" && listed(peer, announce)).toContainEqual({
      kind: "reflexive",
      endpoint: at(OTHER_PORT),
    });
    expect(peer.told("observed").at(-1)).toEqual({ type: "observed", endpoint: at(OTHER_PORT) });
  });

  test("at the same place by another of its addresses is no news", () => {
    const peer = movedOn();
    peer.challenge(SECOND);
    expect(peer.told("observed")).toHaveLength(1);
  });

  test("elsewhere by the same address means that we moved: all starts over", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.introduce();
    peer.until(20_000);
    peer.takeSent();
    peer.challenge(CONTROL, { observed: at(OTHER_PORT) });
    expect(peer.takeSent()).toContain(`20000 ping -> ${PARTNER}`);
  });

  test("before it saw us elsewhere is of the past, though that challenge comes last", () => {
    const both = { controls: [CONTROL, CONTROL_6] };
    const peer = new BenchOfOne(both);
    peer.challenge(CONTROL_6, { echoSeq: 2, observed: at(OURS_6) });
    peer.until(400);
    const asked = peer.sent.flatMap(({ frame, to }) =>
      frame.type === "announce" && to === CONTROL ? [frame.seq] : [],
    );
    peer.challenge(CONTROL, { echoSeq: asked[1] ?? 0 });
    peer.challenge(CONTROL, { echoSeq: asked[0] ?? 0, observed: at(OTHER_PORT) });
    expect(peer.told("observed").slice(1)).toEqual([{ type: "observed", endpoint: at(OURS) }]);
  });
});

test("an address that answers after its partner's next one was tried is the one that is bound", () => {
  const peer = new BenchOfOne({ controls: [CONTROL, SECOND] });
  peer.until(15_000);
  expect(announces(peer).at(-1)?.to).toBe(SECOND);
  peer.challenge(CONTROL, { echoSeq: 1 });
  expect(announces(peer)).toMatchObject([{ to: CONTROL, cookie: COOKIE }]);
  // Challenges of all the others are under way.
  for (let echoSeq = 2; echoSeq < peer.seq; echoSeq++) peer.challenge(CONTROL, { echoSeq });
  for (let echoSeq = 2; echoSeq < peer.seq; echoSeq++) peer.challenge(SECOND, { echoSeq });
  expect(announces(peer)).toEqual([]);
  peer.say(peer.infoFrame(), CONTROL);
  expect(peer.core.phase).toBe("waiting");
});

test("addresses that take turns in being unreachable do not keep the name from being looked up again", () => {
  const peer = new BenchOfOne({ controls: [CONTROL, SECOND] });
  for (let ms = 0; ms <= 10_000; ms += 100) {
    peer.until(ms);
    const to = announces(peer).at(-1)?.to;
    if (to !== undefined) peer.feed({ type: "sendFailed", socket: 0, remote: at(to), error: new Error("ENETUNREACH") });
  }
  expect(peer.resolves).toBe(2);
});

describe("over both address families", () => {
  const both = { controls: [CONTROL, CONTROL_6] };

  test("the one that answers first is bound; over the other one goes an announce every 15 s, without a cookie and with nothing in it", () => {
    const peer = new BenchOfOne(both);
    peer.challenge(CONTROL_6, { echoSeq: 2, observed: at(OURS_6) });
    peer.say(peer.infoFrame({ echoSeq: 3, pushSeq: 0 }), CONTROL_6);
    peer.challenge(CONTROL, { echoSeq: 1 });
    const said = announces(peer);
    expect(said.map(({ to }) => to)).toEqual([CONTROL, CONTROL_6, CONTROL_6, CONTROL_6]);
    const last = said.at(-1);
    expect(last && listed(peer, last)?.map(({ endpoint }) => endpoint)).toEqual([at(OURS_6), at(OURS)]);
    peer.say(peer.infoFrame({ pushSeq: 0 }), CONTROL_6);
    const beside: v2.Announce[] = [];
    while (peer.now < 30_000) {
      peer.until(peer.core.deadline?.at ?? Number.NaN);
      for (const each of announces(peer)) {
        if (each.to === CONTROL) beside.push(each);
        if (each.to === CONTROL) peer.challenge(CONTROL, { echoSeq: each.seq });
        else peer.say(peer.infoFrame({ pushSeq: 0 }), CONTROL_6);
      }
    }
    expect(beside[0]).toMatchObject({ cookie: new Uint8Array(16), ackPush: 0 });
    expect(beside[0] && listed(peer, beside[0])).toEqual([]);
    expect(beside.length).toBe(2);
  });

  test("where the bound one falls silent, the other one takes over within a second and a round trip", () => {
    const peer = new BenchOfOne(both);
    peer.challenge(CONTROL, { echoSeq: 1 });
    peer.challenge(CONTROL_6, { echoSeq: 2, observed: at(OURS_6) });
    peer.say(peer.infoFrame({ pushSeq: 0 }), CONTROL);
    peer.takeSent();
    while (!announces(peer).some(({ to }) => to === CONTROL)) peer.until(peer.core.deadline?.at ?? Number.NaN);
    const lostAt = peer.now;
    peer.until(lostAt + 900);
    const asked = announces(peer).findLast(({ to }) => to === CONTROL_6);
    expect(asked).toMatchObject({ at: lostAt + 900 });
    peer.challenge(CONTROL_6, { echoSeq: asked?.seq ?? 0, observed: at(OURS_6) });
    expect(announces(peer)).toMatchObject([{ to: CONTROL_6, cookie: COOKIE }]);
    expect(peer.told("control").at(-1)).toEqual({ type: "control", endpoint: at(CONTROL_6) });
  });

  test("a family that the machine has no address in is left alone", () => {
    const peer = new BenchOfOne({ ...both, addresses: [{ address: "192.168.1.5", link: "ordinary" }] });
    peer.until(10_000);
    expect(new Set(announces(peer).map(({ to }) => to))).toEqual(new Set([CONTROL]));
  });
});

describe("own candidates", () => {
  const offered = (addresses: Parameters<typeof add>[0], control = CONTROL, observed = OURS) =>
    add(addresses, control, observed);

  function add(
    addresses: readonly (readonly [string, "ordinary" | "tunnel" | "loopback"])[],
    control: string,
    observed: string,
  ) {
    const peer = new BenchOfOne({
      controls: [control],
      addresses: addresses.map(([address, link]) => ({ address, link })),
    });
    peer.challenge(control, { observed: at(observed) });
    const announce = announces(peer).at(-1);
    return (announce && listed(peer, announce))?.map(
      ({ kind, endpoint }) => `${kind} ${endpoint.address} ${endpoint.port}`,
    );
  }

  test("never tell of tunnels, nor of loopback where control is elsewhere", () => {
    expect(
      offered([
        ["10.8.0.2", "tunnel"],
        ["127.0.0.1", "loopback"],
        ["192.168.1.5", "ordinary"],
      ]),
    ).toEqual(["reflexive 203.0.113.1 5000", "host 192.168.1.5 5000"]);
  });

  test("tell of loopback where control is there, as all is on one machine then", () => {
    expect(
      offered(
        [
          ["127.0.0.1", "loopback"],
          ["192.168.1.5", "ordinary"],
        ],
        "127.0.0.1:7777",
        "127.0.0.1:5000",
      ),
    ).toEqual(["reflexive 127.0.0.1 5000", "host 192.168.1.5 5000"]);
  });

  const machine = fc.record({
    ordinary: fc.integer({ min: 0, max: 12 }),
    bridges: fc.integer({ min: 0, max: 20 }),
    leading: fc.constantFrom("ordinary", "bridge", "nobody knows"),
    order: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
  });

  test("begin with the address that leads to control; bridges are the last, whatever the system's order", () => {
    const property = fc.property(machine, ({ ordinary, bridges, leading, order }) => {
      const all: LocalAddress[] = [
        ...Array.from({ length: ordinary }, (_, i) => ({ address: `10.0.0.${i + 1}`, link: "ordinary" as const })),
        ...Array.from({ length: bridges }, (_, i) => ({ address: `172.17.0.${i + 1}`, link: "bridge" as const })),
      ];
      const addresses = all
        .map((each) => ({ each, at: order.next().value as number }))
        .toSorted((one, other) => one.at - other.at)
        .map(({ each }) => each);
      const at0 = addresses.findIndex(({ link }) => link === leading);
      if (at0 >= 0) addresses.splice(at0, 1, { ...(addresses[at0] as LocalAddress), leadsTo: "server" });
      const peer = new BenchOfOne({ addresses });
      peer.challenge(CONTROL);
      const announce = announces(peer).at(-1);
      const hosts = (announce && listed(peer, announce))?.slice(1).map(({ endpoint }) => endpoint.address) ?? [];
      expect(hosts).toHaveLength(Math.min(8, ordinary + bridges));
      if (at0 >= 0) expect(hosts[0]).toBe(addresses[at0]?.address);
      const rest = hosts.slice(at0 >= 0 ? 1 : 0);
      expect(rest.map((address) => address.startsWith("172."))).toEqual(
        rest.map((address) => address.startsWith("172.")).toSorted((one, other) => Number(one) - Number(other)),
      );
      const left = addresses.filter(({ address }) => !hosts.includes(address));
      if (rest.some((address) => address.startsWith("172."))) {
        expect(left.filter(({ link }) => link === "ordinary")).toEqual([]);
      }
    });
    fc.assert(property, { seed: 1 });
  });

  test("are told anew when it turns out which one leads to control, and nothing starts over", () => {
    const addresses = ["10.0.0.1", "10.0.0.2"].map((address) => ({ address, link: "ordinary" as const }));
    const peer = new BenchOfOne({ addresses });
    peer.bind();
    peer.introduce();
    peer.until(20_000);
    peer.takeSent();
    const [first, second] = addresses as [LocalAddress, LocalAddress];
    peer.feed({ type: "addresses", addresses: [first, { ...second, leadsTo: "server" }] });
    expect(peer.takeSent()).toEqual([`20000 announce -> ${CONTROL}`]);
    const announce = peer.sent.at(-1)?.frame;
    const told = announce?.type === "announce" ? listed(peer, announce) : null;
    expect(told?.slice(1)).toEqual([host("10.0.0.2:5000"), host("10.0.0.1:5000")]);
    peer.feed({ type: "addresses", addresses: [{ ...second, leadsTo: "server" }, first] });
    expect(peer.takeSent()).toEqual([]);
  });

  test("are at most eight besides what control saw, which is told once", () => {
    const many = Array.from({ length: 20 }, (_, i) => [`10.0.0.${i + 1}`, "ordinary"] as const);
    expect(offered([["203.0.113.1", "ordinary"], ...many])).toEqual([
      "reflexive 203.0.113.1 5000",
      ...many.slice(0, 8).map(([address]) => `host ${address} 5000`),
    ]);
  });
});

test("the same addresses are the same blob, so that control sees what is new", () => {
  const peer = new BenchOfOne({ addresses: [{ address: "192.168.1.5", link: "ordinary" }] });
  peer.bind();
  peer.introduce(LOWER);
  const [, , first, second] = announces(peer);
  expect(first?.blob).toEqual(second?.blob ?? first?.blob);
});

test.each([
  ["port", { port: 0 }],
  ["port", { port: 65_536 }],
  ["keepAliveMs", { keepAliveMs: 999 }],
  ["keepAliveMs", { keepAliveMs: Number.POSITIVE_INFINITY }],
])("misuse of %s is named", (name, options) => {
  expect(() => new BenchOfOne(options)).toThrow(new RegExp(`^"${name}" expected`));
});
