import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createResolver, type Lookup } from "../src/node/index.js";

const { signal } = new AbortController();
const vps: Lookup = async () => [
  { address: "2001:DB8::7" },
  { address: "192.0.2.7" },
  { address: "::ffff:192.0.2.8" },
  { address: "192.0.2.7" },
  { address: "fe80::7%eth0" },
];
const at = (...addresses: string[]) => addresses.map((address) => ({ address, port: 7777 }));

test.each([
  ["dual", at("192.0.2.7", "192.0.2.8", "2001:db8::7", "fe80::7%eth0")],
  ["udp4", at("192.0.2.7", "192.0.2.8")],
  ["udp6", at("2001:db8::7", "fe80::7%eth0")],
] as const)("a %s socket gets the addresses that it can send to, IPv4 first, each once", async (family, endpoints) => {
  expect(await createResolver("vps.example:7777", family, { lookup: vps })(signal)).toEqual(endpoints);
});

test("a literal needs no lookup", async () => {
  const lookup: Lookup = () => Promise.reject(new Error("asked"));
  expect(await createResolver("192.0.2.7:7777", "dual", { lookup })(signal)).toEqual(at("192.0.2.7"));
  expect(await createResolver("[2001:DB8::7]:7777", "udp6", { lookup })(signal)).toEqual(at("2001:db8::7"));
});

test("the system knows localhost", async () => {
  expect(await createResolver("localhost:7777", "dual")(signal)).toContainEqual({ address: "127.0.0.1", port: 7777 });
});

test("each call looks up afresh", async () => {
  const answers = [["192.0.2.1"], ["192.0.2.2"]];
  const lookup: Lookup = async () => (answers.shift() ?? []).map((address) => ({ address }));
  const resolve = createResolver("vps.example:7777", "udp4", { lookup });
  expect([await resolve(signal), await resolve(signal)]).toEqual([at("192.0.2.1"), at("192.0.2.2")]);
});

test.each([
  ["udp4", "[2001:db8::7]:7777", "2001:db8::7 has no IPv4 address, and the socket needs one"],
  ["udp6", "192.0.2.7:7777", "192.0.2.7 has no IPv6 address, and the socket needs one"],
] as const)("a %s socket cannot reach %s", async (family, server, message) => {
  const resolve = createResolver(server, family, { lookup: async () => [] });
  await expect(resolve(signal)).rejects.toMatchObject({ code: "no-common-family", message });
});

test("a name without any address is not found", async () => {
  const resolve = createResolver("empty.example:7777", "dual", { lookup: async () => [] });
  const message = "cannot look up empty.example: it has no address";
  await expect(resolve(signal)).rejects.toMatchObject({ code: "host-not-found", message });
});

test.each([
  ["ENOTFOUND", "cannot look up vps.example: no such host"],
  ["EAI_AGAIN", "cannot look up vps.example: no name server answered"],
])("%s is an outcome, not an accident", async (code, message) => {
  const cause = Object.assign(new Error(code), { code });
  const resolve = createResolver("vps.example:7777", "dual", { lookup: () => Promise.reject(cause) });
  await expect(resolve(signal)).rejects.toMatchObject({
    name: "TransportError",
    code: "host-not-found",
    message,
    cause,
  });
});

test("an abort rejects at once with its reason, and what the lookup says later disturbs nobody", async () => {
  let fail: (error: Error) => void = () => {};
  const lookup: Lookup = () => new Promise((_, reject) => (fail = reject));
  const controller = new AbortController();
  const answer = createResolver("vps.example:7777", "dual", { lookup })(controller.signal);
  controller.abort("reason");
  await expect(answer).rejects.toBe("reason");
  fail(new Error("late"));
  await setImmediate();
  await expect(createResolver("192.0.2.1:1", "udp4")(controller.signal)).rejects.toBe("reason");
});

test("a malformed server is the caller's mistake, at once", () => {
  expect(() => createResolver("vps.example", "dual")).toThrow(TypeError);
  expect(() => createResolver("vps.example:0", "dual")).toThrow(RangeError);
});
