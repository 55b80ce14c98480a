import type { Core, Input } from "@netpunch/transport";
import { expect, test } from "vitest";
import { createInternet, type LocalAddress, replay } from "../src/index.js";
import { createEcho, ToyCore } from "./toy-core.js";

const ordinary = (...addresses: string[]) => addresses.map((address) => ({ address, link: "ordinary" }) as const);
const tunnel = (address: string): LocalAddress => ({ address, link: "tunnel" });

test("a core is told its host's addresses right after its start", () => {
  const net = createInternet({ seed: 1 });
  const inputs: Input[] = [];
  const core = {
    deadline: { at: 0, why: "at once" } as ToyCore["deadline"],
    handle(_now: number, input: Input) {
      inputs.push(input);
      if (input.type === "wake") this.deadline = null;
      return [];
    },
  };
  net.host("a", { address: ["192.0.2.1", "2001:DB8:0::1"] }).run(core, { startAtMs: 40 });
  net.run();
  expect(inputs).toEqual([
    { type: "start" },
    { type: "addresses", addresses: ordinary("192.0.2.1", "2001:db8::1") },
    { type: "wake" },
  ]);
});

test("a core is told other addresses when its host gets them or moves, and not again what it knows", () => {
  const net = createInternet({ seed: 1 });
  const [home, mobile] = [net.nat("home"), net.nat("mobile", { lanPrefix: "10.0.0.0/16" })];
  const phone = home.host("phone");
  const core = new ToyCore();
  phone.run(core);
  net.at(10, () => phone.setAddress(["192.168.1.9", "fd00::9"]));
  net.at(20, () => phone.setAddress(["fd00::9", "192.168.1.9"]));
  net.at(30, () => phone.moveTo(mobile));
  net.run();
  expect(core.addresses).toEqual([
    { now: 0, addresses: ordinary("192.168.1.2") },
    { now: 10, addresses: ordinary("192.168.1.9", "fd00::9") },
    { now: 30, addresses: ordinary("10.0.0.2") },
  ]);
});

test("a VPN's addresses come as a tunnel's, also those of one that is dialled later", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a", { address: ["192.0.2.1", "10.8.0.2"], tunnelAddresses: ["10.8.0.2", "FD00:8::2"] });
  const core = new ToyCore();
  host.run(core);
  net.at(10, () => host.setAddress(["192.0.2.1", "fd00:8::2"]));
  net.run();
  expect(core.addresses.map(({ addresses }) => addresses)).toEqual([
    [...ordinary("192.0.2.1"), tunnel("10.8.0.2")],
    [...ordinary("192.0.2.1"), tunnel("fd00:8::2")],
  ]);
  expect(() => net.host("b", { tunnelAddresses: ["ipv4"] })).toThrow(
    '"tunnelAddresses" expected an IP address, got "ipv4"',
  );
});

test("a core whose sockets are bound to single addresses is told those alone, while the host has them", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a", { address: ["192.0.2.1", "192.0.2.2", "192.0.2.3"] });
  const core = new ToyCore();
  host.run(core, {
    sockets: [
      { address: "192.0.2.3", port: 7 },
      { address: "192.0.2.1", port: 7 },
    ],
  });
  net.at(10, () => host.setAddress(["192.0.2.2", "192.0.2.3"]));
  net.run();
  expect(core.addresses.map(({ addresses }) => addresses)).toEqual([
    ordinary("192.0.2.1", "192.0.2.3"),
    ordinary("192.0.2.3"),
  ]);
});

test("who starts later, sleeps or is closed hears of a change at its start, when it is awake, and never", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a", { address: "192.0.2.1" });
  const [late, sleeper, closed] = [new ToyCore(), new ToyCore(), new ToyCore()];
  host.run(late, { startAtMs: 100 });
  const sleeping = host.run(sleeper);
  const closing = host.run(closed);
  net.at(10, () => {
    sleeping.pause();
    closing.close();
  });
  for (const n of [2, 3]) net.at(10 * n, () => host.setAddress(`192.0.2.${n}`));
  net.at(50, () => sleeping.resume());
  net.run();
  expect(late.addresses).toEqual([{ now: 100, addresses: ordinary("192.0.2.3") }]);
  expect(sleeper.addresses.slice(1)).toEqual([{ now: 50, addresses: ordinary("192.0.2.3") }]);
  expect(closed.addresses).toHaveLength(1);
});

test("a callback may give the host another address: the core is told when all that it asked for is done", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a", { address: "192.0.2.1" });
  const log: string[] = [];
  const core: Core<string> = {
    deadline: null,
    handle(_now, input) {
      log.push(input.type === "addresses" ? input.addresses.map(({ address }) => address).join() : input.type);
      return input.type === "datagram" ? ["move", "stay"].map((event) => ({ type: "event", event })) : [];
    },
  };
  const running = host.run(core, {
    port: 7,
    onEvent: (event) => {
      log.push(event);
      if (event === "move") host.setAddress("192.0.2.2");
    },
  });
  net.host("b").socket().send(running.local, new Uint8Array(1));
  net.run();
  expect(log).toEqual(["start", "192.0.2.1", "datagram", "move", "stay", "192.0.2.2"]);
});

test("a recording has the addresses, too", () => {
  const net = createInternet({ seed: 1 });
  const host = net.host("a", { address: "192.0.2.1" });
  const { inputs } = host.run(createEcho(), { record: "inputs" });
  net.at(10, () => host.setAddress("192.0.2.2"));
  net.run();
  const again = new ToyCore();
  replay(again, inputs);
  expect(again.addresses).toEqual([
    { now: 0, addresses: ordinary("192.0.2.1") },
    { now: 10, addresses: ordinary("192.0.2.2") },
  ]);
});
