import { expect, test } from "vitest";
import { type Dependence, type NatKind, natKinds } from "../src/index.js";
import { drops, endpoint, natLab, say, wait } from "./lab.js";

/** Who of four gets an answer in, after the inside has sent to the first only. */
function whoGetsIn(filtering: Dependence) {
  const { net, inside, outside } = natLab({ filtering });
  const known = outside("198.51.100.1", 1000);
  const otherPort = outside("198.51.100.1", 2000);
  const otherAddress = outside("198.51.100.2", 1000);
  say(net, inside, known, known);
  const external = endpoint("203.0.113.1", 5000);
  const heard = [known, otherPort, otherAddress].map((remote) => say(net, remote, external, inside) !== null);
  return { heard, drops: drops(net) };
}

test("endpoint-independent filtering lets anybody in who finds the mapping (RFC 4787 section 5, REQ-8)", () => {
  expect(whoGetsIn("endpoint-independent")).toEqual({ heard: [true, true, true], drops: [] });
});

test("address-dependent filtering lets in any port of an address that the inside has sent to (RFC 4787 section 5, REQ-8)", () => {
  expect(whoGetsIn("address-dependent")).toEqual({
    heard: [true, true, false],
    drops: ["gateway: dropped: filtered: 198.51.100.2:1000 may not send to 203.0.113.1:5000"],
  });
});

test("address-and-port-dependent filtering lets in only the endpoints that the inside has sent to (RFC 4787 section 5)", () => {
  expect(whoGetsIn("address-and-port-dependent")).toEqual({
    heard: [true, false, false],
    drops: [
      "gateway: dropped: filtered: 198.51.100.1:2000 may not send to 203.0.113.1:5000",
      "gateway: dropped: filtered: 198.51.100.2:1000 may not send to 203.0.113.1:5000",
    ],
  });
});

test("whatever the kind, nothing comes in where nothing is mapped", () => {
  for (const kind of natKinds) {
    const { net, inside, outside } = natLab(kind);
    expect(say(net, outside("198.51.100.1", 1000), endpoint("203.0.113.1", 5000), inside), kind.name).toBeNull();
    expect(drops(net)).toEqual(["gateway: dropped: no mapping for 203.0.113.1:5000"]);
  }
});

test("whatever the kind, who was sent to can answer to the endpoint that it saw", () => {
  for (const kind of natKinds) {
    const { net, inside, outside } = natLab(kind);
    const echo = outside("198.51.100.1", 1000);
    say(net, inside, echo, echo);
    const seen = echo.received[0]?.remote ?? endpoint("192.0.2.1", 1);
    expect(say(net, echo, seen, inside), kind.name).toBe("198.51.100.1:1000");
  }
});

test("each permit expires by itself: sending to one remote does not keep another's way in open", () => {
  const { net, nat, inside, outside } = natLab({ mappingLifetimeMs: 1000 });
  const [busy, idle] = [outside("198.51.100.1", 1000), outside("198.51.100.2", 1000)];
  say(net, inside, busy, busy);
  say(net, inside, idle, idle);
  wait(net, 600);
  say(net, inside, busy, busy);
  wait(net, 600);
  expect(nat.mappings()[0]?.permits.map(({ remote }) => remote)).toEqual(["198.51.100.1:1000"]);
  expect(say(net, busy, endpoint("203.0.113.1", 5000), inside)).not.toBeNull();
  expect(say(net, idle, endpoint("203.0.113.1", 5000), inside)).toBeNull();
});

test("two mappings of one socket have filters of their own: a permit for one opens nothing on the other", () => {
  const { net, nat, inside, outside } = natLab({ mapping: "address-dependent", filtering: "address-dependent" });
  const [one, two] = [outside("198.51.100.1", 1000), outside("198.51.100.2", 1000)];
  say(net, inside, one, one);
  say(net, inside, two, two);
  const [forOne, forTwo] = nat.mappings().map(({ external }) => external);
  expect(say(net, two, forOne ?? two.local, inside)).toBeNull();
  expect(say(net, two, forTwo ?? one.local, inside)).not.toBeNull();
});

test("the answer's source counts, not its content: a spoofed source passes, as on the real internet", () => {
  const { net, inside, outside } = natLab();
  const server = outside("198.51.100.1", 1000);
  say(net, inside, server, server);
  net.inject({ from: server.local, to: endpoint("203.0.113.1", 5000), bytes: new Uint8Array(3) });
  net.run();
  expect(inside.received).toHaveLength(1);
});

/** Who can reach whom by hole punching: each knows the external endpoint that a server saw, and both send to it twice. */
function meet(a: NatKind, b: NatKind): boolean {
  const { net, inside, outside } = natLab({ ...a, allocation: "random" });
  const far = net
    .nat("far gateway", { address: "203.0.113.2", ...b, allocation: "random" })
    .host("far")
    .socket({ port: 5000 });
  const server = outside("198.51.100.1", 7777);
  say(net, inside, server, server);
  say(net, far, server, server);
  const [seenInside, seenFar] = server.received.map(({ remote }) => remote);
  if (seenInside === undefined || seenFar === undefined) throw new Error("the server heard nobody");
  for (let round = 0; round < 2; round++) {
    inside.send(seenFar, new Uint8Array(1));
    far.send(seenInside, new Uint8Array(1));
    net.run();
    // Answers go to where a datagram came from: that is what lets a cone meet a symmetric NAT.
    for (const { remote } of inside.received) inside.send(remote, new Uint8Array(1));
    for (const { remote } of far.received) far.send(remote, new Uint8Array(1));
    net.run();
  }
  return inside.received.length > 0 && far.received.length > 0;
}

/**
 * Whether `first` gets a datagram in to the endpoint that a server saw of `other`, and the answer back out to itself.
 *
 * The endpoint that the server saw is behind the filter of the mapping towards the server: that one knows `first` only
 * where `other` uses it towards everybody. The answer comes from the endpoint that `first` has sent to only where the
 * mapping of `other` is endpoint-independent; else from another port of the same address.
 */
function opens(first: NatKind, other: NatKind): boolean {
  const getsIn =
    other.filtering === "endpoint-independent" ||
    (other.mapping === "endpoint-independent" &&
      (other.filtering === "address-dependent" || first.mapping === "endpoint-independent"));
  const getsAnswer = other.mapping === "endpoint-independent" || first.filtering !== "address-and-port-dependent";
  return getsIn && getsAnswer;
}

test("which pairs of the nine kinds meet by simple hole punching follows from mapping and filtering (RFC 5128 section 3.3)", () => {
  for (const a of natKinds) {
    for (const b of natKinds) {
      expect(meet(a, b), `${a.name} facing ${b.name}`).toBe(opens(a, b) || opens(b, a));
    }
  }
});
