import { expect, test } from "vitest";
import { createInternet, natPresets } from "../src/index.js";
import { drops, endpoint, HELLO, say, wait } from "./lab.js";

test("automatic addresses are given out in order, past those that are taken", () => {
  const net = createInternet({ seed: 1 });
  net.host("taken", { address: "198.18.0.3" });
  expect(["a", "b"].map((name) => net.host(name).addresses)).toEqual([["198.18.0.2"], ["198.18.0.4"]]);
  const home = net.nat("home", { lanPrefix: "172.16.9.0/24" });
  expect(home.address).toBe("198.18.0.5");
  expect(home.host("c", { address: ["ipv4", "ipv6"] }).addresses).toEqual(["172.16.9.2", "2001:db8:0:1::2"]);
  expect(net.nat("next home").host("d").addresses).toEqual(["192.168.2.2"]);
});

test("addresses are canonical, and nobody has another's, not even behind a firewall", () => {
  const net = createInternet({ seed: 1 });
  expect(net.host("a", { address: "2001:DB8:0::7" }).addresses).toEqual(["2001:db8::7"]);
  const firewall = net.firewall("firewall");
  firewall.host("b", { address: "192.0.2.5" });
  const message = '"address" expected an address that b does not have, got "192.0.2.5"';
  expect(() => firewall.host("c", { address: "192.0.2.5" })).toThrow(message);
  expect(() => net.host("d", { address: "192.0.2.5" })).toThrow(
    '"address" expected an address that firewall does not have, got "192.0.2.5"',
  );
  expect(() => net.host("e", { address: "224.0.0.1" })).toThrow(
    '"address" expected an address that a host can have, got "224.0.0.1 (multicast)"',
  );
  expect(() => net.host("f", { address: "localhost" })).toThrow('"address" expected an IP address, got "localhost"');
  expect(() => net.host("g", { address: [] })).toThrow('"address" expected at least one address, got "none"');
});

test("a LAN that is full says which option would help", () => {
  const home = createInternet({ seed: 1 }).nat("home", { lanPrefix: "10.0.0.0/29" });
  for (const name of ["a", "b", "c", "d", "e"]) home.host(name);
  expect(() => home.host("f")).toThrow('no address left in 10.0.0.0/29: choose a shorter "lanPrefix"');
});

test("names are unique in the whole internet", () => {
  const net = createInternet({ seed: 1 });
  net.nat("home").host("a");
  expect(() => net.host("a")).toThrow('"name" expected a name that no other node has, got "a"');
  expect(() => net.host("internet")).toThrow('"name" expected a name that no other node has, got "internet"');
});

test("a map of the network lists every node, where it is and by which addresses", () => {
  const net = createInternet({ seed: 1 });
  const carrier = net.nat("carrier", { address: "203.0.113.1", ...natPresets.carrierGrade });
  carrier.nat("home").host("a");
  net.firewall("firewall").host("b", { address: "192.0.2.5" });
  expect(net.nodes.map(({ name, kind, site, addresses }) => [name, kind, site, ...addresses])).toEqual([
    ["carrier", "nat", "internet", "203.0.113.1"],
    ["home", "nat", "carrier", "100.64.0.2"],
    ["a", "host", "home", "192.168.2.2"],
    ["firewall", "firewall", "internet"],
    ["b", "host", "firewall", "192.0.2.5"],
  ]);
});

test("a port is open until its socket closes, and then free for another program", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a");
  const first = host.socket({ port: 5000 });
  const other = net.host("b").socket();
  expect(() => host.socket({ port: 5000 })).toThrow('"port" expected a port that is free on a, got 5000');
  first.close();
  expect(say(net, other, first.local, first)).toBeNull();
  expect(drops(net)).toEqual(["a: dropped: port 5000 closed"]);
  const second = host.socket({ port: 5000 });
  expect(say(net, other, second, second)).not.toBeNull();
  expect(() => first.send(other.local, HELLO)).toThrow(
    '"send" expected an open socket, got one that is closed (port 5000)',
  );
});

test("ephemeral ports are dynamic ones (RFC 6335), the same for the same seed and name", () => {
  const portsOf = (seed: number) => {
    const host = createInternet({ seed }).host("a");
    return Array.from({ length: 5 }, () => host.socket().local.port);
  };
  expect(portsOf(1)).toEqual(portsOf(1));
  expect(portsOf(1)).not.toEqual(portsOf(2));
  expect(Math.min(...portsOf(1))).toBeGreaterThanOrEqual(49_152);
});

test("sockets bound to one address each share a port, and answer from the address that was asked", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a", { address: ["192.0.2.1", "192.0.2.2"] });
  const sockets = host.addresses.map((address) => host.socket({ address, port: 53 }));
  const client = net.host("b").socket();
  for (const socket of sockets) expect(say(net, client, socket, socket)).not.toBeNull();
  expect(sockets.map((socket) => say(net, socket, client, client))).toEqual(["192.0.2.1:53", "192.0.2.2:53"]);
  expect(() => host.socket({ port: 53 })).toThrow('"port" expected a port that is free on a, got 53');
  expect(() => host.socket({ port: 54, address: "192.0.2.9" })).toThrow(
    `"address" expected one of a's addresses, got "192.0.2.9"`,
  );
});

test("a host talks to itself without its link", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 25 } });
  const host = net.host("a", { address: "192.0.2.1" });
  host.link.down();
  const [one, two] = [host.socket({ port: 1 }), host.socket({ port: 2 })];
  expect(say(net, one, two, two)).toBe("192.0.2.1:1");
  expect(say(net, one, endpoint("127.0.0.1", 2), two)).toBe("127.0.0.1:1");
  expect(net.now).toBe(0);
});

test("a host that gets another address is not found at the old one, and its sockets go on", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 10 } });
  const host = net.host("a", { address: "192.0.2.1" });
  const [a, b] = [host.socket({ port: 1 }), net.host("b").socket({ port: 2 })];
  b.send(a.local, HELLO);
  net.at(7, () => host.setAddress("192.0.2.2"));
  net.run();
  b.send(endpoint("192.0.2.1", 1), HELLO);
  net.run();
  expect(drops(net), "on the last link, and at the switch").toEqual([
    "a: dropped: no such host 192.0.2.1",
    "internet: dropped: no such host 192.0.2.1",
  ]);
  expect(say(net, a, b, b)).toBe("192.0.2.2:1");
});

test("a host that moves from Wi-Fi to mobile gets another address and loses what was under way", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 10 } });
  const [home, mobile] = [
    net.nat("home", { address: "203.0.113.1" }),
    net.nat("mobile", { address: "203.0.113.2", lanPrefix: "10.0.0.0/16" }),
  ];
  const phone = home.host("phone");
  const [app, server] = [phone.socket({ port: 5000 }), net.host("server").socket({ port: 7777 })];
  expect(say(net, app, server, server)).toBe("203.0.113.1:5000");
  app.send(server.local, HELLO);
  phone.moveTo(mobile);
  expect([phone.site, ...phone.addresses]).toEqual(["mobile", "10.0.0.2"]);
  expect(say(net, app, server, server)).toBe("203.0.113.2:5000");
  expect(drops(net)).toEqual(["phone: dropped: link phone is down"]);
  expect(() => phone.moveTo(home, server.local.address)).not.toThrow();
  expect(() => phone.moveTo(net, server.local.address)).toThrow(
    '"address" expected an address that server does not have',
  );
  expect([phone.site, ...phone.addresses], "a move that fails changes nothing").toEqual(["home", server.local.address]);
});

test("an attacker sends with any source, and the network carries it", () => {
  const net = createInternet({ seed: 1 });
  const victim = net.host("victim").socket({ port: 5000 });
  const attacker = net.host("attacker");
  attacker.sendRaw({ from: endpoint("192.0.2.66", 666), to: victim.local, bytes: HELLO });
  net.run();
  expect(victim.received[0]?.remote).toEqual(endpoint("192.0.2.66", 666));
  expect(() => attacker.sendRaw({ from: endpoint("2001:db8::1", 1), to: victim.local, bytes: HELLO })).toThrow(
    '"from" expected an address of the family of 198.18.0.2',
  );
});

test("a datagram injected into a LAN leaves it like any other", () => {
  const net = createInternet({ seed: 1 });
  const home = net.nat("home", { address: "203.0.113.1" });
  const server = net.host("server").socket({ port: 7777 });
  home.inject({ from: endpoint("192.168.1.77", 7000), to: server.local, bytes: HELLO });
  net.run();
  expect(server.received[0]?.remote).toEqual(endpoint("203.0.113.1", 7000));
  expect(net.trace[0]).toMatchObject({ type: "injected", node: "home" });
});

test("a datagram with a low TTL opens the own NAT and dies at the next router", () => {
  const net = createInternet({ seed: 1 });
  const [near, far] = ["near", "far"].map((name) => net.nat(name));
  if (near === undefined || far === undefined) throw new Error("unreachable");
  const host = near.host("a");
  host.sendRaw({
    from: endpoint(host.addresses[0] as string, 5000),
    to: endpoint(far.address, 6000),
    bytes: HELLO,
    ttl: 2,
  });
  net.run();
  expect(near.mappings()).toHaveLength(1);
  expect(drops(net)).toEqual(["far: dropped: ttl expired"]);
});

test("what is sent is a copy: the sender uses its buffer again at once", () => {
  const net = createInternet({ seed: 1 });
  const [a, b] = [net.host("a").socket(), net.host("b").socket({ port: 1 })];
  const buffer = Uint8Array.of(1);
  a.send(b.local, buffer);
  buffer.fill(2);
  wait(net, 1);
  expect(b.received[0]?.bytes).toEqual(Uint8Array.of(1));
});
