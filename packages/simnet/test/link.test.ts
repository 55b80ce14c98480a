import { expect, test } from "vitest";
import { createInternet, type Internet, type LinkOptions, type LinkQuality } from "../src/index.js";
import { drops, say, wait } from "./lab.js";

const DATAGRAMS = 20_000;

/** Sends many numbered datagrams, a millisecond apart, and tells which came when. */
function flood(link: LinkQuality, { seed = 1, count = DATAGRAMS } = {}) {
  const net = createInternet({ seed, link, trace: "off" });
  const [a, b] = [net.host("a").socket(), net.host("b").socket({ port: 7777 })];
  for (let i = 0; i < count; i++) net.at(i, () => a.send(b.local, Uint8Array.of(i >> 16, i >> 8, i)));
  net.run();
  return b.received.map(({ at, bytes: [high = 0, middle = 0, low = 0] }) => {
    const number = (high << 16) | (middle << 8) | low;
    return { number, tookMs: at - number };
  });
}

function twoHosts(link: LinkOptions, path: LinkQuality = {}) {
  const net = createInternet({ seed: 1, link: path });
  const host = net.host("a", { link });
  return { net, host, a: host.socket({ port: 1000 }), b: net.host("b").socket({ port: 2000 }) };
}

function oneWayMs(net: Internet, send: () => void): number {
  const start = net.now;
  send();
  net.run();
  return net.now - start;
}

test("the internet's latency is that of the whole way between two public hosts, in either direction", () => {
  const { net, a, b } = twoHosts({}, { latencyMs: 25 });
  expect(oneWayMs(net, () => say(net, a, b, b))).toBe(25);
  expect(oneWayMs(net, () => say(net, b, a, a))).toBe(25);
});

test("a host's own link takes the place of its half of the way", () => {
  const { net, a, b } = twoHosts({ latencyMs: 100 }, { latencyMs: 25 });
  expect(oneWayMs(net, () => say(net, a, b, b))).toBe(112.5);
});

test("the two directions of a link are set apart", () => {
  const { net, a, b } = twoHosts({ latencyMs: 1, outbound: { latencyMs: 40 }, inbound: { loss: 1 } });
  expect(oneWayMs(net, () => say(net, a, b, b))).toBe(40);
  expect(say(net, b, a, a)).toBeNull();
  expect(drops(net)).toEqual(["a: dropped: lost on link a"]);
});

test("loss, duplicates and reordering may be of one direction alone", () => {
  const { net, a, b } = twoHosts({ outbound: { duplicate: 1 }, inbound: { reorder: 0.5, reorderMs: 50 } });
  for (let i = 0; i < 100; i++) {
    a.send(b.local, Uint8Array.of(i));
    b.send(a.local, Uint8Array.of(i));
  }
  net.run();
  const [atA, atB] = [a, b].map((socket) => socket.received.map(({ bytes: [number = 0] }) => number));
  const sent = Array.from({ length: 100 }, (_, i) => i);
  expect(atB, "from a: twice each, in order").toEqual(sent.flatMap((i) => [i, i]));
  expect(atA, "to a: once each, not in order").not.toEqual(sent);
  expect(atA?.toSorted((x, y) => x - y)).toEqual(sent);
});

test("a path loses the share that it was given, not that of each of its links", () => {
  const share = 1 - flood({ loss: 0.3 }).length / DATAGRAMS;
  // Three standard deviations of 20,000 draws are 0.0097.
  expect(Math.abs(share - 0.3)).toBeLessThan(0.0097);
});

test("jitter spreads over its range and never reorders", () => {
  const seen = flood({ latencyMs: 10, jitterMs: 8 });
  const times = seen.map(({ tookMs }) => tookMs);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(10);
  expect(Math.min(...times)).toBeLessThan(11);
  expect(Math.max(...times)).toBeLessThanOrEqual(18);
  expect(Math.max(...times)).toBeGreaterThan(17);
  expect(seen.map(({ number }) => number)).toEqual(Array.from({ length: DATAGRAMS }, (_, i) => i));
});

test("reordering lets later datagrams overtake, about as often as it was told", () => {
  const seen = flood({ latencyMs: 10, reorder: 0.1, reorderMs: 20 });
  expect(seen).toHaveLength(DATAGRAMS);
  const late = seen.filter(({ tookMs }) => tookMs > 10);
  expect(Math.abs(late.length / DATAGRAMS - 0.1)).toBeLessThan(0.0064);
  const overtaken = seen.filter(({ number }, i) =>
    seen.slice(Math.max(i - 25, 0), i).some((earlier) => earlier.number > number),
  );
  expect(overtaken.length).toBeGreaterThan(0.08 * DATAGRAMS);
});

test("duplicates come as often as told, and each has an id of its own and a parent", () => {
  const copies = flood({ duplicate: 0.05 }).length - DATAGRAMS;
  expect(Math.abs(copies / DATAGRAMS - 0.05)).toBeLessThan(0.0047);

  const { net, a, b } = twoHosts({ outbound: { duplicate: 1 } });
  say(net, a, b, b);
  expect(b.received).toHaveLength(2);
  const copy = net.trace.find((fate) => fate.type === "duplicated");
  expect(copy).toMatchObject({ id: 2, parent: 1, node: "a" });
  expect(net.trace.filter(({ type }) => type === "delivered").map(({ id }) => id)).toEqual([1, 2]);
});

test("a link changes while datagrams are under way: they keep their time", () => {
  const { net, host, a, b } = twoHosts({ latencyMs: 50 });
  a.send(b.local, new Uint8Array(1));
  wait(net, 10);
  host.link.set({ latencyMs: 5 });
  a.send(b.local, new Uint8Array(2));
  net.run();
  expect(
    b.received.map(({ at, bytes }) => [at, bytes.length]),
    "a link is a queue: none overtakes",
  ).toEqual([
    [50, 1],
    [50, 2],
  ]);
  expect(host.link.outbound.latencyMs).toBe(5);
});

test("a cut link loses what is under way and what comes, and works again once mended", () => {
  const { net, host, a, b } = twoHosts({ latencyMs: 50 });
  a.send(b.local, new Uint8Array(1));
  net.at(20, () => host.link.down());
  net.at(21, () => host.link.up());
  net.run();
  expect(b.received).toEqual([]);
  host.link.down();
  expect(host.link.state).toBe("down");
  expect(say(net, b, a, a)).toBeNull();
  host.link.up();
  expect(say(net, b, a, a)).not.toBeNull();
  expect(drops(net)).toEqual(["a: dropped: link a is down", "a: dropped: link a is down"]);
});

test("a link at rest draws nothing: its luck does not depend on what it was spared", () => {
  const arrivals = (withPrelude: "calm first" | "at once") => {
    const { net, host, a, b } = twoHosts({});
    if (withPrelude === "calm first") for (let i = 0; i < 10; i++) say(net, a, b, b);
    host.link.set({ loss: 0.5 });
    return Array.from({ length: 50 }, () => say(net, a, b, b) !== null);
  };
  expect(arrivals("calm first")).toEqual(arrivals("at once"));
});

test.each([
  ["latencyMs", { latencyMs: -1 }],
  ["jitterMs", { jitterMs: Number.POSITIVE_INFINITY }],
  ["loss", { loss: 1.5 }],
  ["duplicate", { duplicate: Number.NaN }],
  ["reorder", { outbound: { reorder: -0.1 } }],
  ["reorderMs", { inbound: { reorderMs: -5 } }],
])("a link that cannot be is refused by the name of its option: %s %j", (argument, link) => {
  const net = createInternet({ seed: 1 });
  expect(() => net.host("a", { link })).toThrow(new RegExp(`^"${argument}" expected`));
});
