import { createOriginalControl, createOriginalPeer } from "@netpunch/original";
import { createInternet, natPresets } from "@netpunch/simnet";
import type { Core } from "@netpunch/transport";
import { formatEndpoint } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { createControlCore } from "../src/core.js";
import { at, SECRET } from "./desk.js";
import { createToyPeer } from "./toy-peer.js";

const CONTROL = at("198.51.100.1:7777");

/** Control and two peers that are 25 ms from each other; a starts at once, b later. */
function lab({ bStartsAtMs = 0, loss = 0, seed = 1 }: { bStartsAtMs?: number; loss?: number; seed?: number } = {}) {
  const net = createInternet({ seed, link: { latencyMs: 25, loss } });
  const control = net
    .host("control", { address: CONTROL.address })
    .run(createControlCore({ secret: SECRET }), { port: 7777 });
  const hosts = { a: net.host("a", { address: "203.0.113.1" }), b: net.host("b", { address: "203.0.113.2" }) };
  const a = hosts.a.run(createToyPeer("a", CONTROL), { port: 5000 });
  const b = hosts.b.run(createToyPeer("b", CONTROL), { port: 5000, startAtMs: bStartsAtMs });
  return { net, control, hosts, a, b };
}

test("a peer that sleeps since 20 s hears of its partner two latencies after that one's start", () => {
  const { net, control, a, b } = lab({ bStartsAtMs: 20_000 });
  net.run({ untilMs: 60_000 });
  const repeats = [20_050, 20_550, 21_550, 23_550];
  expect(a.events.map(({ at }) => at)).toEqual(repeats);
  expect(b.events.map(({ at }) => at)).toEqual(repeats);
  expect(a.events[0]?.event).toEqual({ slot: "b", endpoint: at("203.0.113.2:5000"), by: CONTROL });
  expect([a.sent, b.sent, control.sent]).toEqual([5, 1, 8]);
});

test("two peers that start together cost control two answers or pushes and six repeats", () => {
  const { net, control, a, b } = lab();
  net.run({ untilMs: 60_000 });
  expect([a.events[0]?.at, b.events[0]?.at]).toEqual([50, 50]);
  expect(control.sent).toBe(8);
  expect(net.stats.dropped).toBe(0);
});

test("a peer whose address changes is told of its partner there, and its partner of the change", () => {
  const { net, hosts, a, b } = lab();
  net.run({ untilMs: 10_000 });
  a.close();
  const moved = hosts.a.run(createToyPeer("a", CONTROL), { port: 6000 });
  net.run({ untilMs: 20_000 });
  expect(moved.events[0]).toMatchObject({ at: 10_050, event: { endpoint: at("203.0.113.2:5000") } });
  expect(b.events.filter(({ event }) => event.endpoint.port === 6000)[0]?.at).toBe(10_050);
});

test("at 30 % loss each way both are told within 4.2 s in 485 of 500 runs, which a single push could not do", () => {
  const late: number[] = [];
  for (let seed = 1; seed <= 500; seed++) {
    const { net, a, b } = lab({ bStartsAtMs: 15_000, loss: 0.3, seed });
    net.run({ untilMs: 19_200 });
    if (a.events.length === 0 || b.events.length === 0) late.push(seed);
  }
  expect(late.length, `late with the seeds ${late}`).toBeLessThanOrEqual(15);
});

test("a control with two addresses answers and pushes from the one that each peer asked: their NATs let it in", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 25 } });
  const addresses = ["198.51.100.1", "198.51.100.2"];
  const host = net.host("control", { address: addresses });
  host.run(createControlCore({ secret: SECRET }), { sockets: addresses.map((address) => ({ port: 7777, address })) });
  const told = (["a", "b"] as const).map((slot, i) => {
    const control = { address: addresses[i] ?? "", port: 7777 };
    const nat = net.nat(`nat ${slot}`, natPresets.portRestricted);
    return nat.host(slot).run(createToyPeer(slot, control), { port: 5000 }).events;
  });
  net.run({ untilMs: 10_000 });
  expect(told.map((events) => events.length)).toEqual([4, 4]);
  expect(told.map((events) => formatEndpoint(events[0]?.event.by ?? CONTROL))).toEqual([
    "198.51.100.1:7777",
    "198.51.100.2:7777",
  ]);
});

describe("two of the original's peers, up to 100 ms from control and 50 ms from each other, 10 % of datagrams lost", () => {
  /** Both behind port-restricted NATs; b starts at a random moment of a minute. Who has ended 30 s later? */
  function meet(seed: number, control: Core<unknown>): "both" | "one" | "none" {
    const random = (salt: number) => fraction(seed * 7 + salt);
    const net = createInternet({ seed, trace: "off", link: { loss: 0.1 } });
    const access = (salt: number, leastMs: number) => ({ latencyMs: leastMs + 25 * random(salt), jitterMs: 2 });
    net.host("control", { address: CONTROL.address, link: access(1, 50) }).run(control, { port: 7777 });
    const startsAtMs = 60_000 * random(4);
    const peers = (["a", "b"] as const).map((slot, i) =>
      net
        .nat(`nat ${slot}`, { ...natPresets.portRestricted, link: access(2 + i, 0) })
        .host(slot)
        .run(createOriginalPeer({ slot, secret: SECRET }), {
          port: 5000,
          resolve: [CONTROL],
          startAtMs: i * startsAtMs,
          onEvent: (event, running) => {
            if (event.type === "connected" || event.type === "died") running.close();
          },
        }),
    );
    net.run({ untilMs: startsAtMs + 30_000 });
    const ended = peers.filter(({ events }) => events.at(-1)?.event.type === "connected").length;
    return ended === 2 ? "both" : ended === 1 ? "one" : "none";
  }

  function outcomes(control: () => Core<unknown>) {
    const count = { both: 0, one: 0, none: 0 };
    for (let seed = 1; seed <= 400; seed++) count[meet(seed, control())] += 1;
    return count;
  }

  test("meet in 395 of 400 cases", () => {
    expect(outcomes(() => createControlCore({ secret: SECRET })).both).toBeGreaterThanOrEqual(395);
  });

  test("leave one behind ten times as often where every announce is answered at once, as the original's control does", () => {
    const every = outcomes(() => createControlCore({ secret: SECRET, budgets: { answerSpacingMs: 0 } }));
    expect(every.one).toBeGreaterThan(50);
  });

  test("do not meet within 30 s in most cases with the original's control", () => {
    expect(outcomes(() => createOriginalControl(SECRET)).both).toBeLessThan(200);
  });
});

/** A number 0..1 for each seed, the same in every run (Knuth's multiplicative hash). */
function fraction(n: number): number {
  let x = Math.imul(n ^ (n >>> 16), 2_654_435_761);
  x = Math.imul(x ^ (x >>> 15), 2_246_822_519);
  return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32;
}
