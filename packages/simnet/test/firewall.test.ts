import { formatEndpoint } from "@netpunch/wire";
import { expect, test } from "vitest";
import { createInternet, type FirewallOptions, natPresets } from "../src/index.js";
import { drops, endpoint, say, wait } from "./lab.js";

function lab(options: FirewallOptions = {}, address = "192.0.2.5") {
  const net = createInternet({ seed: 1 });
  const firewall = net.firewall("firewall", options);
  const inside = firewall.host("inside", { address }).socket({ port: 5000 });
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const server = net.host("server", { address: family });
  return { net, firewall, inside, server: server.socket({ port: 7777 }), other: server.socket({ port: 8888 }) };
}

test.each([["192.0.2.5"], ["2001:db8:5::5"]])(
  "a firewall lets nobody in before the inside has sent, and translates nothing (%s)",
  (address) => {
    const { net, inside, server, other } = lab({}, address);
    expect(say(net, server, inside, inside)).toBeNull();
    expect(say(net, inside, server, server)).toBe(formatEndpoint(inside.local));
    expect(say(net, server, inside, inside)).toBe(formatEndpoint(server.local));
    expect(say(net, other, inside, inside), "another port of the same address").toBeNull();
    expect(drops(net)).toEqual(
      [server, other].map(
        ({ local }) =>
          `firewall: dropped: filtered: ${formatEndpoint(local)} may not send to ${formatEndpoint(inside.local)}`,
      ),
    );
  },
);

test("a firewall's filtering is one of RFC 4787's, or open", () => {
  const heard = (["endpoint-independent", "address-dependent", "address-and-port-dependent", "open"] as const).map(
    (filtering) => {
      const { net, inside, server, other } = lab({ filtering });
      const early = say(net, other, inside, inside) !== null;
      say(net, inside, server, server);
      return [early, say(net, other, inside, inside) !== null];
    },
  );
  expect(heard).toEqual([
    [false, true],
    [false, true],
    [false, false],
    [true, true],
  ]);
});

test("what a firewall has open expires, and a reboot forgets it", () => {
  const { net, firewall, inside, server } = lab({ mappingLifetimeMs: 1000 });
  say(net, inside, server, server);
  expect(firewall.pinholes()).toEqual([
    { inside: inside.local, permits: [{ remote: formatEndpoint(server.local), expiresAt: 1000.25 }] },
  ]);
  wait(net, 1000);
  wait(net, 1);
  expect(firewall.pinholes()).toEqual([]);
  expect(say(net, server, inside, inside)).toBeNull();
  say(net, inside, server, server);
  firewall.reboot();
  expect(say(net, server, inside, inside)).toBeNull();
});

test("a firewall that blocks UDP lets nothing pass", () => {
  const { net, inside, server } = lab({ udp: "blocked" });
  expect(say(net, inside, server, server)).toBeNull();
  expect(say(net, server, inside, inside)).toBeNull();
  expect(drops(net)).toEqual(["firewall: dropped: udp blocked", "firewall: dropped: udp blocked"]);
});

test("hosts on a switch share its link and hide behind nothing", () => {
  const net = createInternet({ seed: 1, link: { latencyMs: 10 } });
  const office = net.switch("office", { link: { latencyMs: 100 } });
  const [a, b] = [office.host("a").socket({ port: 1 }), office.host("b").socket({ port: 2 })];
  const server = net.host("server").socket({ port: 7777 });
  expect(say(net, server, a, a)).toBe(formatEndpoint(server.local));
  expect(net.now).toBe(5 + 100 + 0.25);
  expect(say(net, a, b, b)).toBe(formatEndpoint(a.local));
  office.link.down();
  expect(say(net, server, a, a)).toBeNull();
  expect(say(net, a, b, b), "neighbours do not need the link").not.toBeNull();
});

test("a home router translates IPv4 and is a firewall for IPv6 (RFC 6092)", () => {
  const net = createInternet({ seed: 1 });
  const home = net.nat("home", { address: "203.0.113.1" });
  const inside = home.host("inside", { address: ["ipv4", "2001:db8:1::2"] }).socket({ port: 5000 });
  const server = net.host("server", { address: ["198.51.100.1", "2001:db8:ffff::1"] }).socket({ port: 7777 });
  const [ipv4, ipv6] = [endpoint("198.51.100.1", 7777), endpoint("2001:db8:ffff::1", 7777)];
  expect(say(net, inside, ipv4, server)).toBe("203.0.113.1:5000");
  expect(say(net, inside, ipv6, server)).toBe("[2001:db8:1::2]:5000");
  expect(say(net, server, endpoint("2001:db8:1::2", 5000), inside)).toBe("[2001:db8:ffff::1]:7777");
  expect(home.pinholes()).toHaveLength(1);
  home.reboot();
  expect(say(net, server, endpoint("2001:db8:1::2", 5000), inside)).toBeNull();
});

test("two dual-stack homes, one of them behind a carrier's NAT, meet over IPv6 through the firewalls of all", () => {
  const net = createInternet({ seed: 1 });
  const carrier = net.nat("carrier", natPresets.carrierGrade);
  const [a, b] = [net.nat("home a"), carrier.nat("home b", natPresets.symmetric)].map((home) => {
    const host = home.host(`in ${home.name}`, { address: ["ipv4", "ipv6"] });
    return { socket: host.socket({ port: 5000 }), ipv6: endpoint(host.addresses[1] as string, 5000) };
  });
  if (a === undefined || b === undefined) throw new Error("unreachable");
  expect(say(net, a.socket, b.ipv6, b.socket), "nobody there has sent yet").toBeNull();
  expect(drops(net)).toEqual([expect.stringMatching(/^carrier: dropped: filtered/)]);
  expect(say(net, b.socket, a.ipv6, a.socket), "a has, and nothing is translated").toBe(formatEndpoint(b.ipv6));
  expect(say(net, a.socket, b.ipv6, b.socket)).toBe(formatEndpoint(a.ipv6));
  expect(carrier.pinholes()).toMatchObject([{ inside: b.ipv6 }]);
});

test("a line without IPv6 carries none", () => {
  const net = createInternet({ seed: 1 });
  const inside = net
    .nat("home", { ipv6: "none" })
    .host("inside", { address: ["ipv4", "ipv6"] })
    .socket();
  const server = net.host("server", { address: "2001:db8:ffff::1" }).socket({ port: 7777 });
  expect(say(net, inside, server, server)).toBeNull();
  expect(drops(net)).toEqual(["home: dropped: no route to 2001:db8:ffff::1"]);
});

test("unique local addresses mean nothing outside of their LAN", () => {
  const net = createInternet({ seed: 1 });
  const sockets = ["a", "b"].map((name) =>
    net.nat(`home ${name}`).host(name, { address: "fd00::2" }).socket({ port: 5000 }),
  );
  const other = net.host("other", { address: "ipv6" }).socket();
  expect(sockets.map((socket) => say(net, other, socket, socket))).toEqual([null, null]);
  expect(drops(net)).toEqual(["internet: dropped: no such host fd00::2", "internet: dropped: no such host fd00::2"]);
});
