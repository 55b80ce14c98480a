import { expect, test } from "vitest";
import { isMultihomed, localAddresses } from "../src/node/local-addresses.js";

test("interfaces give canonical addresses, each once, link-local IPv6 with its zone", () => {
  const interfaces = {
    lo: [{ address: "127.0.0.1" }, { address: "::1", scopeid: 0 }],
    eth0: [{ address: "192.0.2.2" }, { address: "2001:DB8::2", scopeid: 0 }, { address: "fe80::1", scopeid: 4 }],
    eth1: [{ address: "192.0.2.2" }, { address: "fe80::1", scopeid: 5 }],
    gone: undefined,
  };
  expect(localAddresses(interfaces)).toEqual([
    "127.0.0.1",
    "::1",
    "192.0.2.2",
    "2001:db8::2",
    "fe80::1%eth0",
    "fe80::1%eth1",
  ]);
});

test.each([
  { own: ["127.0.0.1", "::1"], four: false, six: false },
  { own: ["127.0.0.1", "127.0.0.2", "169.254.1.1", "192.0.2.2"], four: false, six: false },
  { own: ["192.0.2.2", "10.0.0.2"], four: true, six: false },
  { own: ["192.0.2.2", "2001:db8::2", "fe80::1%eth0", "fe80::1%eth1"], four: false, six: false },
  { own: ["192.0.2.2", "2001:db8::2", "fd00::2"], four: false, six: true },
])("$own: a choice of sources over IPv4 $four, over IPv6 $six", ({ own, four, six }) => {
  expect([isMultihomed(own, 4), isMultihomed(own, 6)]).toEqual([four, six]);
});
