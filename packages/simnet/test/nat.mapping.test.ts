import { expect, test } from "vitest";
import { createInternet, type Dependence, natKinds } from "../src/index.js";
import { drops, endpoint, natLab, say, wait } from "./lab.js";

/** The external ports that one inside socket gets towards an endpoint, the same address on another port, another address. */
function portsTowards(mapping: Dependence) {
  const { net, nat, inside, outside } = natLab({ mapping, allocation: { sequential: 1 } });
  const remotes = [outside("198.51.100.1", 1000), outside("198.51.100.1", 2000), outside("198.51.100.2", 1000)];
  const seen = remotes.map((remote) => say(net, inside, remote, remote));
  const again = remotes.map((remote) => say(net, inside, remote, remote));
  expect(again, "a mapping is used again").toEqual(seen);
  return { distinct: new Set(seen).size, remotes: nat.mappings().map(({ remote }) => remote) };
}

test("endpoint-independent mapping shows one external endpoint to everybody (RFC 4787 section 4.1, REQ-1)", () => {
  expect(portsTowards("endpoint-independent")).toEqual({ distinct: 1, remotes: ["*"] });
});

test("address-dependent mapping shows one external endpoint to each remote address (RFC 4787 section 4.1)", () => {
  expect(portsTowards("address-dependent")).toEqual({ distinct: 2, remotes: ["198.51.100.1", "198.51.100.2"] });
});

test("address-and-port-dependent mapping shows one external endpoint to each remote endpoint (RFC 4787 section 4.1)", () => {
  const remotes = ["198.51.100.1:1000", "198.51.100.1:2000", "198.51.100.2:1000"];
  expect(portsTowards("address-and-port-dependent")).toEqual({ distinct: 3, remotes });
});

test("port preservation gives the internal port (RFC 4787 section 4.2.1)", () => {
  const { net, inside, outside } = natLab({ allocation: "preserving" });
  const server = outside("198.51.100.1", 7777);
  expect(say(net, inside, server, server)).toBe("203.0.113.1:5000");
});

test("port preservation falls back when another internal host has the port (RFC 4787 section 4.2.1, REQ-3: no overloading)", () => {
  const { net, nat, inside, outside } = natLab({ allocation: "preserving" });
  const server = outside("198.51.100.1", 7777);
  const second = nat.host("second").socket({ port: 5000 });
  say(net, inside, server, server);
  expect(say(net, second, server, server)).toBe("203.0.113.1:5001");
  expect(say(net, inside, server, server), "the first keeps its port").toBe("203.0.113.1:5000");
});

test("port preservation takes the port back once its mapping has expired", () => {
  const { net, nat, inside, outside } = natLab({ allocation: "preserving", mappingLifetimeMs: 1000 });
  const server = outside("198.51.100.1", 7777);
  say(net, inside, server, server);
  wait(net, 1001);
  const second = nat.host("second").socket({ port: 5000 });
  expect(say(net, second, server, server)).toBe("203.0.113.1:5000");
});

test("a port outside the NAT's range is not preserved", () => {
  const { net, nat, outside } = natLab({ allocation: "preserving", portRange: [40_000, 40_010] });
  const server = outside("198.51.100.1", 7777);
  const low = nat.host("low").socket({ port: 53 });
  expect(say(net, low, server, server)).toBe("203.0.113.1:40000");
});

test("sequential allocation counts up in its step, and around at the end of the range", () => {
  const { net, inside, outside } = natLab({
    mapping: "address-and-port-dependent",
    allocation: { sequential: 3 },
    portRange: [30_000, 30_009],
  });
  const ports = Array.from({ length: 5 }, (_, i) => {
    const remote = outside("198.51.100.1", 1000 + i);
    return Number(say(net, inside, remote, remote)?.split(":")[1]);
  });
  const steps = ports.slice(1).map((port, i) => (port - (ports[i] as number) + 10) % 10);
  expect(steps).toEqual([3, 3, 3, 3]);
});

test("random allocation draws other ports for another seed, and the same ones for the same seed", () => {
  const portsOf = (seed: number) => {
    const { net, inside, outside } = natLab({ mapping: "address-and-port-dependent", allocation: "random" }, { seed });
    return [1, 2, 3].map((port) => {
      const remote = outside("198.51.100.1", port);
      return say(net, inside, remote, remote);
    });
  };
  expect(portsOf(1)).toEqual(portsOf(1));
  expect(portsOf(2)).not.toEqual(portsOf(1));
  expect(new Set(portsOf(1)).size).toBe(3);
});

test("a NAT without a free port drops what would need another mapping", () => {
  const { net, inside, outside } = natLab({ mapping: "address-and-port-dependent", portRange: [6000, 6001] });
  const remotes = [1, 2, 3].map((port) => outside("198.51.100.1", port));
  const heard = remotes.map((remote) => say(net, inside, remote, remote) !== null);
  expect(heard).toEqual([true, true, false]);
  expect(drops(net)).toEqual(["gateway: dropped: no port left"]);
});

test("a mapping lives its lifetime after the last datagram out, and not longer (RFC 4787 REQ-5, REQ-6: outbound refresh)", () => {
  const { net, nat, inside, outside } = natLab({ mappingLifetimeMs: 120_000 });
  const server = outside("198.51.100.1", 7777);
  const external = endpoint("203.0.113.1", 5000);
  say(net, inside, server, server);
  wait(net, 100_000);
  say(net, inside, server, server);
  wait(net, 119_999);
  expect(say(net, server, external, inside)).not.toBeNull();
  wait(net, 1);
  expect(nat.mappings()).toEqual([]);
  expect(say(net, server, external, inside)).toBeNull();
  expect(drops(net)).toEqual(["gateway: dropped: no mapping for 203.0.113.1:5000"]);
});

test("what comes in keeps a mapping alive only where the NAT says so (RFC 4787 REQ-6 a: inbound refresh)", () => {
  const outcomes = (["off", "on"] as const).map((inboundRefresh) => {
    const { net, inside, outside } = natLab({ mappingLifetimeMs: 1000, inboundRefresh });
    const server = outside("198.51.100.1", 7777);
    say(net, inside, server, server);
    return [600, 600, 600].map((pause) => {
      wait(net, pause);
      return say(net, server, endpoint("203.0.113.1", 5000), inside) !== null;
    });
  });
  expect(outcomes).toEqual([
    [true, false, false],
    [true, true, true],
  ]);
});

test("a flow that was never answered is forgotten sooner, as Linux does", () => {
  const { net, inside, outside } = natLab({ unansweredLifetimeMs: 30_000, mappingLifetimeMs: 120_000 });
  const server = outside("198.51.100.1", 7777);
  const external = endpoint("203.0.113.1", 5000);
  say(net, inside, server, server);
  wait(net, 30_000);
  expect(say(net, server, external, inside), "unanswered").toBeNull();
  say(net, inside, server, server);
  wait(net, 29_999);
  expect(say(net, server, external, inside), "answered in time").not.toBeNull();
  wait(net, 90_000);
  expect(say(net, server, external, inside), "an answered flow lives on").not.toBeNull();
});

test("a reboot loses the mappings, and where ports are drawn, changes them", () => {
  const { net, nat, inside, outside } = natLab({ allocation: "random" });
  const server = outside("198.51.100.1", 7777);
  const before = say(net, inside, server, server);
  nat.reboot();
  expect(nat.mappings()).toEqual([]);
  expect(say(net, inside, server, server)).not.toBe(before);
});

test("a new external address ends what was mapped to the old one", () => {
  const { net, nat, inside, outside } = natLab();
  const server = outside("198.51.100.1", 7777);
  say(net, inside, server, server);
  nat.setAddress("203.0.113.9");
  expect(say(net, server, endpoint("203.0.113.1", 5000), inside)).toBeNull();
  expect(drops(net)).toEqual(["internet: dropped: no such host 203.0.113.1"]);
  expect(say(net, inside, server, server)).toBe("203.0.113.9:5000");
});

test("the table shows who is mapped where, towards whom, until when and who may answer", () => {
  const { net, nat, inside, outside } = natLab({ filtering: "address-dependent", mappingLifetimeMs: 60_000 });
  const server = outside("198.51.100.1", 7777);
  say(net, inside, server, server);
  expect(nat.mappings()).toEqual([
    {
      internal: inside.local,
      external: endpoint("203.0.113.1", 5000),
      remote: "*",
      expiresAt: 60_000.25,
      permits: [{ remote: "198.51.100.1", expiresAt: 60_000.25 }],
    },
  ]);
});

test("there are nine kinds of NAT", () => {
  expect(new Set(natKinds.map(({ mapping, filtering }) => `${mapping} ${filtering}`)).size).toBe(9);
});

test.each([
  ["mapping", { mapping: "symmetric" as never }],
  ["filtering", { filtering: "open" as never }],
  ["hairpin", { hairpin: "yes" as never }],
  ["allocation", { allocation: "sequential" as never }],
  ["allocation", { allocation: { sequential: 0 } }],
  ["portRange", { portRange: [2000, 1000] as const }],
  ["mappingLifetimeMs", { mappingLifetimeMs: 0 }],
  ["unansweredLifetimeMs", { unansweredLifetimeMs: Number.NaN }],
  ["inboundRefresh", { inboundRefresh: "maybe" as never }],
  ["ipv6", { ipv6: "nat66" as never }],
  ["address", { address: "2001:db8::1" }],
  ["lanPrefix", { lanPrefix: "192.168.1.0" }],
])("a NAT that cannot be is refused by the name of its option: %s %j", (argument, options) => {
  const net = createInternet({ seed: 1 });
  expect(() => net.nat("gateway", options)).toThrow(new RegExp(`^"${argument}" expected`));
});
