import { expect, test } from "vitest";
import { createInternet, createRandomBytes, type Fate, formatTrace, natPresets } from "../src/index.js";
import { endpoint, HELLO } from "./lab.js";

test("time jumps from event to event: an hour of virtual time passes at once", () => {
  const net = createInternet({ seed: 1 });
  const seen: number[] = [];
  for (const ms of [3_600_000, 5, 5, 60_000]) net.at(ms, () => seen.push(net.now));
  expect(net.run()).toBe("idle");
  expect(seen).toEqual([5, 5, 60_000, 3_600_000]);
});

test("what is planned for one instant happens in the order of planning", () => {
  const net = createInternet({ seed: 1 });
  const seen: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) net.at(7, () => seen.push(name));
  net.run();
  expect(seen.join("")).toBe("abcde");
});

test("running until an instant takes what is due then, and leaves the clock there", () => {
  const net = createInternet({ seed: 1 });
  const seen: number[] = [];
  for (const ms of [10, 20, 21]) net.at(ms, () => seen.push(ms));
  expect(net.run({ untilMs: 20 })).toBe("time");
  expect([net.now, ...seen]).toEqual([20, 10, 20]);
  expect(net.run({ untilMs: 500 })).toBe("time");
  expect(net.now).toBe(500);
  expect(() => net.run({ untilMs: 499 })).toThrow('"untilMs" expected a time to come, got 499');
  expect(() => net.at(499, () => {})).toThrow('"ms" expected an instant not before 500, got 499');
});

test("running until a condition stops right after the event that fulfils it", () => {
  const net = createInternet({ seed: 1 });
  let count = 0;
  for (let ms = 1; ms <= 10; ms++) net.at(ms, () => count++);
  expect(net.run({ until: () => count === 3 })).toBe("condition");
  expect(net.now).toBe(3);
  expect(net.run({ until: () => count === 99, limitMs: 4 })).toBe("time");
  expect(net.now).toBe(7);
  expect(net.run({ until: () => count === 99 })).toBe("idle");
  expect(net.run({ until: () => true }), "asked before the first event, too").toBe("condition");
});

test("a network that never rests is run for an hour at most, unless told otherwise", () => {
  const net = createInternet({ seed: 1 });
  const again = (): void => net.at(net.now + 1000, again);
  again();
  expect(net.run()).toBe("time");
  expect(net.now).toBe(3_600_000);
});

test("a playground takes one event after the other", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 10 } });
  const [a, b] = [net.host("a").socket(), net.host("b").socket({ port: 1 })];
  a.send(b.local, HELLO);
  const clock: number[] = [];
  while (net.step()) clock.push(net.now);
  expect(clock).toEqual([5, 10]);
  expect(b.received).toHaveLength(1);
});

test("a step of the scenario cannot run the network from inside", () => {
  const net = createInternet({ seed: 1 });
  net.at(1, () => net.run());
  net.at(2, () => {});
  expect(() => net.run()).toThrow(TypeError);
});

function scenario(onFate?: (fate: Fate) => void, trace: "full" | "off" | { limit: number } = "full") {
  const net = createInternet({ seed: 5, trace, link: { latencyMs: 10 }, ...(onFate && { onFate }) });
  const server = net.host("server", { address: "198.51.100.1" }).socket({ port: 7777 });
  const home = net.nat("home", { address: "203.0.113.1", ...natPresets.portRestricted });
  const client = home.host("client", { link: { outbound: { duplicate: 1 } } }).socket({ port: 5000 });
  client.send(server.local, HELLO);
  net.inject({ from: endpoint("192.0.2.6", 666), to: endpoint("203.0.113.1", 5000), bytes: HELLO });
  net.run();
  return net;
}

test("the trace tells every fate of every datagram, with its time", () => {
  expect(formatTrace(scenario().trace)).toBe(`\
0.000 #1 client: sent 5 bytes 192.168.1.2:5000 -> 198.51.100.1:7777
0.000 #2 client: duplicated from #1 192.168.1.2:5000 -> 198.51.100.1:7777
0.000 #1 client: outbound until 0.250 192.168.1.2:5000 -> 198.51.100.1:7777
0.000 #2 client: outbound until 0.250 192.168.1.2:5000 -> 198.51.100.1:7777
0.000 #3 internet: injected 5 bytes 192.0.2.6:666 -> 203.0.113.1:5000
0.000 #3 home: inbound until 5.000 192.0.2.6:666 -> 203.0.113.1:5000
0.250 #1 home: translated source 192.168.1.2:5000 to 203.0.113.1:5000 (new mapping)
0.250 #1 home: outbound until 5.250 203.0.113.1:5000 -> 198.51.100.1:7777
0.250 #2 home: translated source 192.168.1.2:5000 to 203.0.113.1:5000 (known mapping)
0.250 #2 home: outbound until 5.250 203.0.113.1:5000 -> 198.51.100.1:7777
5.000 #3 home: dropped: filtered: 192.0.2.6:666 may not send to 203.0.113.1:5000
5.250 #1 server: inbound until 10.250 203.0.113.1:5000 -> 198.51.100.1:7777
5.250 #2 server: inbound until 10.250 203.0.113.1:5000 -> 198.51.100.1:7777
10.250 #1 server: delivered 203.0.113.1:5000 -> 198.51.100.1:7777
10.250 #2 server: delivered 203.0.113.1:5000 -> 198.51.100.1:7777
`);
});

test("a trace that is off keeps nothing and the counters go on; a bounded one keeps the newest", () => {
  const full = scenario();
  const off = scenario(undefined, "off");
  expect(off.trace).toEqual([]);
  expect(off.stats).toEqual(full.stats);
  expect(off.stats).toEqual({
    sent: 2,
    duplicated: 1,
    delivered: 2,
    dropped: 1,
    droppedBy: { filtered: 1 },
    inFlight: 0,
  });
  for (const limit of [1, 4, 15, 100])
    expect(scenario(undefined, { limit }).trace, `limit ${limit}`).toEqual(full.trace.slice(-limit));
  expect(() => scenario(undefined, { limit: 0.5 })).toThrow(
    '"trace" expected "full", "off" or { limit: a count, 1 or more }, got {"limit":0.5}',
  );
});

test("fates can be watched as they happen, whatever is kept", () => {
  const watched: Fate[] = [];
  scenario((fate) => watched.push(fate), "off");
  expect(watched).toEqual(scenario().trace);
});

test("a stand-in for random bytes is the same in every run, and another for each name", () => {
  const bytesOf = (seed: number, name: string) => createRandomBytes(seed, name)(16);
  expect(bytesOf(1, "a")).toEqual(bytesOf(1, "a"));
  expect(bytesOf(1, "a")).not.toEqual(bytesOf(1, "b"));
  expect(bytesOf(1, "a")).not.toEqual(bytesOf(2, "a"));
});
