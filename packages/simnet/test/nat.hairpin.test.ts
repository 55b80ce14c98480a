import { formatEndpoint } from "@netpunch/wire";
import { expect, test } from "vitest";
import { createInternet, type NatOptions, natPresets } from "../src/index.js";
import { drops, endpoint, say } from "./lab.js";

/** Two hosts behind one NAT, each mapped by a word to a server. */
function twoBehindOne(options: NatOptions) {
  const net = createInternet({ seed: 1 });
  const server = net.host("server").socket({ port: 7777 });
  const nat = net.nat("gateway", { address: "203.0.113.1", ...options });
  const [a, b] = [nat.host("a").socket({ port: 5000 }), nat.host("b").socket({ port: 6000 })];
  say(net, a, server, server);
  say(net, b, server, server);
  return { net, a, b, server };
}

test("a hairpinned datagram comes from its sender's external endpoint (RFC 4787 REQ-9 a)", () => {
  const { net, a, b } = twoBehindOne({ hairpin: "on", filtering: "endpoint-independent" });
  expect(say(net, a, endpoint("203.0.113.1", 6000), b)).toBe("203.0.113.1:5000");
});

test("the filter stands in a hairpin's way, too, until the other side has sent", () => {
  const { net, a, b } = twoBehindOne({ hairpin: "on", filtering: "address-and-port-dependent" });
  expect(say(net, a, endpoint("203.0.113.1", 6000), b)).toBeNull();
  expect(drops(net)).toEqual(["gateway: dropped: filtered: 203.0.113.1:5000 may not send to 203.0.113.1:6000"]);
  expect(say(net, b, endpoint("203.0.113.1", 5000), a)).toBe("203.0.113.1:6000");
  expect(say(net, a, endpoint("203.0.113.1", 6000), b)).toBe("203.0.113.1:5000");
});

test("two hosts behind one NAT cannot reach each other's external endpoint where it does not hairpin", () => {
  const { net, a, b } = twoBehindOne({ hairpin: "off", filtering: "endpoint-independent" });
  expect(say(net, a, endpoint("203.0.113.1", 6000), b)).toBeNull();
  expect(drops(net)).toEqual(["gateway: dropped: hairpin off"]);
});

test("a neighbour's private address is reached by the switch, untranslated and in LAN time", () => {
  const { net, a, b } = twoBehindOne({ lan: { latencyMs: 2 } });
  const start = net.now;
  const before = net.trace.length;
  expect(say(net, a, b, b)).toBe(formatEndpoint(a.local));
  expect(net.now - start).toBe(2);
  expect(net.trace.slice(before).map(({ type }) => type)).toEqual(["sent", "hop", "hop", "delivered"]);
});

test("a private address that nobody has here leaks to the public internet and ends there", () => {
  const { net, a, server } = twoBehindOne({});
  expect(say(net, a, endpoint("10.99.0.1", 6000), server)).toBeNull();
  expect(drops(net)).toEqual(["internet: dropped: no such host 10.99.0.1"]);
});

test("two NATs may use the same private addresses", () => {
  const net = createInternet({ seed: 1 });
  const sockets = ["east", "west"].map((name) =>
    net
      .nat(name, { lanPrefix: "192.168.1.0/24", filtering: "endpoint-independent" })
      .host(`in ${name}`)
      .socket({ port: 5000 }),
  );
  const server = net.host("server").socket({ port: 7777 });
  const [east, west] = sockets;
  if (east === undefined || west === undefined) throw new Error("unreachable");
  expect(east.local).toEqual(west.local);
  const seen = sockets.map((socket) => say(net, socket, server, server));
  expect(new Set(seen).size).toBe(2);
  expect(say(net, east, server.received[1]?.remote ?? west.local, west)).toBe(seen[0]);
});

test("behind two NATs each translates, both ways", () => {
  const net = createInternet({ seed: 1 });
  const carrier = net.nat("carrier", { address: "203.0.113.1", ...natPresets.carrierGrade });
  const home = carrier.nat("home", natPresets.portRestricted);
  const inside = home.host("inside").socket({ port: 5000 });
  const server = net.host("server").socket({ port: 7777 });
  expect(home.address).toMatch(/^100\.64\./);
  const seen = say(net, inside, server, server);
  expect(seen).toMatch(/^203\.0\.113\.1:/);
  expect(say(net, server, server.received[0]?.remote ?? server.local, inside)).toBe(formatEndpoint(server.local));
  const translations = net.trace.filter(({ type }) => type === "translated").map(({ node }) => node);
  expect(translations).toEqual(["home", "carrier", "carrier", "home"]);
});

test("two homes behind one carrier meet by its hairpin", () => {
  const net = createInternet({ seed: 1 });
  const carrier = net.nat("carrier", natPresets.carrierGrade);
  const server = net.host("server").socket({ port: 7777 });
  const homes = ["a", "b"].map((name) => carrier.nat(`home ${name}`).host(name).socket({ port: 5000 }));
  const [a, b] = homes;
  if (a === undefined || b === undefined) throw new Error("unreachable");
  for (const socket of homes) say(net, socket, server, server);
  const [seenA, seenB] = server.received.map(({ remote }) => remote);
  if (seenA === undefined || seenB === undefined) throw new Error("the server heard nobody");
  expect(say(net, a, seenB, b), "b has not sent yet").toBeNull();
  expect(say(net, b, seenA, a)).toBe(formatEndpoint(seenB));
  expect(say(net, a, seenB, b)).toBe(formatEndpoint(seenA));
});

test.each(["on", "off"] as const)(
  "neighbours whom the Wi-Fi keeps from each other reach the world, and each other where the NAT's hairpin is %s",
  (hairpin) => {
    const { net, a, b, server } = twoBehindOne({ clientIsolation: "on", hairpin, filtering: "endpoint-independent" });
    expect(server.received).toHaveLength(2);
    expect(say(net, server, endpoint("203.0.113.1", 5000), a)).toBe(formatEndpoint(server.local));
    expect(say(net, a, b, b)).toBeNull();
    expect(drops(net)).toEqual([`gateway: dropped: clients are isolated: nobody here may send to ${b.local.address}`]);
    expect(say(net, a, endpoint("203.0.113.1", 6000), b)).toBe(hairpin === "on" ? "203.0.113.1:5000" : null);
  },
);

test("isolated clients of an access point reach the wired hosts of its LAN, which reach them", () => {
  const net = createInternet({ seed: 1 });
  const home = net.nat("home");
  const wifi = home.switch("wifi", { clientIsolation: "on" });
  const [a, b] = ["a", "b"].map((name) => wifi.host(name).socket({ port: 5000 }));
  const wired = home.host("wired").socket({ port: 5000 });
  if (a === undefined || b === undefined) throw new Error("unreachable");
  expect(say(net, a, b, b)).toBeNull();
  expect(say(net, a, wired, wired)).toBe(formatEndpoint(a.local));
  expect(say(net, wired, b, b)).toBe(formatEndpoint(wired.local));
  // @ts-expect-error: a caller without types
  expect(() => home.switch("other", { clientIsolation: true })).toThrow('"clientIsolation" expected');
});

test("UDP that is blocked crosses neither way, and neighbours still talk", () => {
  const { net, a, b, server } = twoBehindOne({ udp: "allowed", filtering: "endpoint-independent" });
  const nat = net.nat("office", { udp: "blocked" });
  const [c, d] = [nat.host("c").socket(), nat.host("d").socket()];
  expect(say(net, c, server, server)).toBeNull();
  expect(drops(net)).toEqual(["office: dropped: udp blocked"]);
  expect(say(net, c, d, d)).not.toBeNull();
  nat.udp = "allowed";
  expect(say(net, c, server, server)).not.toBeNull();
  expect(say(net, a, b, b)).not.toBeNull();
});
