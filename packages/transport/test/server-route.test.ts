import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { LocalAddress } from "../src/index.js";
import { ServerRoute } from "../src/node/server-route.js";

const SERVER = { address: "203.0.113.1", port: 7777 };
const SERVER_6 = { address: "2001:db8::1", port: 7777 };
const wired: LocalAddress = { address: "192.0.2.7", link: "ordinary" };
const wireless: LocalAddress = { address: "192.0.2.8", link: "ordinary" };
const six: LocalAddress = { address: "2001:db8::7", link: "ordinary" };
const leading = (address: LocalAddress): LocalAddress => ({ ...address, leadsTo: "server" });

test("the addresses that the system sends from to the server are marked, one of each family", async () => {
  const asked: string[] = [];
  const route = new ServerRoute(async ({ address }) => {
    asked.push(address);
    return address === SERVER.address ? wired.address : six.address;
  });
  const addresses = [wireless, wired, six];
  expect(route.mark(addresses)).toEqual(addresses);
  await route.towards([SERVER, { ...SERVER, port: 7778 }, SERVER_6]);
  expect(asked).toEqual([SERVER.address, SERVER_6.address]);
  expect(route.mark(addresses)).toEqual([wireless, leading(wired), leading(six)]);
});

test("where the machine has other addresses it is found out anew, and told with the next look", async () => {
  let source: string | null = wired.address;
  const route = new ServerRoute(async () => source);
  const before = [wired];
  route.mark(before);
  await route.towards([SERVER]);
  expect(route.mark(before)).toEqual([leading(wired)]);
  source = wireless.address;
  const after = [wired, wireless];
  route.mark(after);
  await setImmediate();
  expect(route.mark(after)).toEqual([wired, leading(wireless)]);
  source = null;
  route.mark([wired]);
  await setImmediate();
  expect(route.mark(after)).toEqual(after);
});
