import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { LocalAddress } from "../src/index.js";
import { adoptSocket, createLocalAddressWatch, drive, type LocalAddressWatch } from "../src/node/index.js";
import { type InterfaceTable, lookFor } from "../src/node/local-address-watch.js";
import { ScriptedCore } from "./scripted-core.js";
import { ownSocket, plainSocket } from "./sockets.js";

const MAC = "52:54:00:12:34:56";
const NO_MAC = "00:00:00:00:00:00";

const lo = ["127.0.0.1", "::1"].map((address) => ({ address, internal: true, mac: NO_MAC }));
const on = (mac: string, ...addresses: string[]) => addresses.map((address) => ({ address, internal: false, mac }));

/** A machine; `sys` is its /sys/class/net, "flags type" and "tun" behind them where there is a tun_flags. */
function machine(
  interfaces: ReturnType<InterfaceTable["interfaces"]>,
  sys: Readonly<Record<string, string>> = {},
): InterfaceTable {
  return {
    interfaces: () => interfaces,
    attribute: (name, attribute) => {
      const [flags = null, type = null, tun = null] = sys[name]?.split(" ") ?? [];
      const bridge = type === "bridge" ? "8000.525400123456" : null;
      return { flags, type: bridge === null ? type : "1", tun_flags: tun, "bridge/bridge_id": bridge }[attribute];
    },
  };
}

const ANY = { local: { address: "::", port: 5000 }, family: "dual" } as const;
const written = (addresses: readonly LocalAddress[]) => addresses.map(({ address, link }) => `${address} ${link}`);
const look = (table: InterfaceTable, bound: Parameters<typeof lookFor>[0] = ANY) => written(lookFor(bound, table)());

const LAPTOP = {
  lo,
  eth0: on(MAC, "192.168.1.7", "2001:DB8:0::7", "fd00::7", "fe80::7", "169.254.3.4"),
  docker0: on(MAC, "172.17.0.1"),
};

test.each([
  {
    socket: "on every address",
    bound: ANY,
    serves: ["127.0.0.1", "::1", "192.168.1.7", "2001:db8::7", "fd00::7", "172.17.0.1"],
  },
  {
    socket: "on every IPv4 address",
    bound: { local: { address: "0.0.0.0", port: 1 }, family: "udp4" } as const,
    serves: ["127.0.0.1", "192.168.1.7", "172.17.0.1"],
  },
  {
    socket: "on every IPv6 address alone",
    bound: { local: { address: "::", port: 1 }, family: "udp6" } as const,
    serves: ["::1", "2001:db8::7", "fd00::7"],
  },
  {
    socket: "bound to one",
    bound: { local: { address: "2001:db8::7", port: 1 }, family: "udp6" } as const,
    serves: ["2001:db8::7"],
  },
  {
    socket: "bound to one that the machine has lost",
    bound: { local: { address: "192.168.1.8", port: 1 }, family: "udp4" } as const,
    serves: [],
  },
  {
    socket: "bound to a loopback address that no interface lists",
    bound: { local: { address: "127.0.0.9", port: 1 }, family: "udp4" } as const,
    serves: ["127.0.0.9"],
  },
  {
    socket: "bound to a link-local address",
    bound: { local: { address: "fe80::7%eth0", port: 1 }, family: "udp6" } as const,
    serves: [],
  },
])("a socket $socket serves $serves", ({ bound, serves }) => {
  expect(lookFor(bound, machine(LAPTOP))().map(({ address }) => address)).toEqual(serves);
});

test("on Linux the kernel says which interfaces are tunnels or point-to-point links", () => {
  const kinds = {
    eth0: { sys: "0x1003 1", link: "ordinary" },
    ib0: { sys: "0x1003 32", link: "ordinary" },
    wgwan: { sys: "0x1003 1", link: "ordinary" }, // its owner may call Ethernet as he likes
    dummy0: { sys: "0xc3 1", link: "ordinary" },
    office: { sys: "0x10d1 65534", link: "tunnel" }, // WireGuard
    vpn: { sys: "0x1091 65534 0x1001", link: "tunnel" }, // tun
    home: { sys: "0x1003 1 0x1002", link: "tunnel" }, // tap
    dsl: { sys: "0x10d1 512", link: "tunnel" }, // PPP
    gre9: { sys: "0x81 778", link: "tunnel" }, // to many: not point-to-point
    sit9: { sys: "0x81 776", link: "tunnel" },
    ipsec9: { sys: "0x81 65534", link: "tunnel" }, // xfrm
    cable: { sys: "0x1011 1", link: "tunnel" }, // whatever is point-to-point
  };
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const interfaces = Object.fromEntries(names.map((name, i) => [name, on(MAC, `10.0.0.${i}`)]));
  const sys = Object.fromEntries(names.map((name) => [name, kinds[name].sys]));
  expect(look(machine(interfaces, sys))).toEqual(names.map((name, i) => `10.0.0.${i} ${kinds[name].link}`));
});

test("elsewhere a tunnel is what has no hardware address, or a tunnel's name", () => {
  const ordinary = ["en0", "eth0", "Ethernet 2", "Wi-Fi", "vEthernet (WSL)", "bridge100"];
  const tunnels = ["utun3", "tap0", "wg0", "tailscale0", "ztabc", "feth4823", "OpenVPN TAP-Windows6", "ipsec0", "ppp0"];
  expect(look(machine(Object.fromEntries(ordinary.map((name, i) => [name, on(MAC, `10.0.0.${i}`)]))))).toEqual(
    ordinary.map((_, i) => `10.0.0.${i} ordinary`),
  );
  expect(look(machine(Object.fromEntries(tunnels.map((name, i) => [name, on(MAC, `10.0.0.${i}`)]))))).toEqual(
    tunnels.map((_, i) => `10.0.0.${i} tunnel`),
  );
  expect(look(machine({ lo, "Local Area Connection 4": on(NO_MAC, "10.8.0.2") }))).toEqual([
    "127.0.0.1 loopback",
    "::1 loopback",
    "10.8.0.2 tunnel",
  ]);
});

test("a switch inside the machine is a bridge, by what Linux says of it or by its name", () => {
  const bridges = ["docker0", "br-0123456789ab", "veth12ab", "virbr0", "lxcbr0", "lxdbr0", "podman1", "cni0"];
  const named = Object.fromEntries(bridges.map((name, i) => [name, on(MAC, `10.0.0.${i}`)]));
  expect(look(machine(named))).toEqual(bridges.map((_, i) => `10.0.0.${i} bridge`));
  const kernel = { office: "0x1003 bridge", eth0: "0x1003 1" };
  expect(look(machine({ office: on(MAC, "10.0.0.1"), eth0: on(MAC, "10.0.0.2") }, kernel))).toEqual([
    "10.0.0.1 bridge",
    "10.0.0.2 ordinary",
  ]);
});

test("an address that a tunnel borrows from an ordinary interface is an ordinary one, told once", () => {
  const interfaces = {
    wg0: on(NO_MAC, "192.0.2.7", "10.8.0.2"),
    eth0: on(MAC, "192.0.2.7"),
    wg1: on(NO_MAC, "192.0.2.7"),
  };
  expect(look(machine(interfaces))).toEqual(["192.0.2.7 ordinary", "10.8.0.2 tunnel"]);
});

test("what links are is asked only where something changed", () => {
  let asked = 0;
  let interfaces: ReturnType<InterfaceTable["interfaces"]> = LAPTOP;
  const again = lookFor(ANY, {
    interfaces: () => structuredClone(interfaces),
    attribute: () => {
      asked += 1;
      return null;
    },
  });
  const first = again();
  const before = asked;
  expect(again()).toBe(first);
  expect(asked).toBe(before);
  interfaces = { ...LAPTOP, tun0: on(NO_MAC, "10.8.0.2") };
  expect(written(again())).toContain("10.8.0.2 tunnel");
  expect(asked).toBeGreaterThan(before);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])("no look every %d ms", async (everyMs) => {
  const bound = await ownSocket("127.0.0.1:0");
  expect(() => createLocalAddressWatch(bound, { everyMs })).toThrow(
    new RangeError(`"everyMs" expected milliseconds, 1 to 2147483647, got ${everyMs}`),
  );
});

/** Gives one after the other, and the last again and again; an Error is thrown. */
function scripted(
  ...looks: readonly (readonly LocalAddress[] | Error)[]
): LocalAddressWatch & { looked: Promise<void> } {
  const left = [...looks];
  let exhausted: () => void = () => {};
  const looked = new Promise<void>((resolve) => (exhausted = resolve));
  return {
    everyMs: 1,
    looked,
    look: () => {
      const [next = []] = left;
      if (left.length === 1) exhausted();
      else left.shift();
      if (next instanceof Error) throw next;
      return next;
    },
  };
}

const wifi: LocalAddress = { address: "192.168.1.7", link: "ordinary" };
const vpn: LocalAddress = { address: "10.8.0.2", link: "tunnel" };

test("the addresses come once right after the start, before what came in meanwhile", async () => {
  const own = await plainSocket();
  const core = new ScriptedCore();
  const bound = adoptSocket(own);
  const driver = drive(core, { sockets: [bound], localAddresses: createLocalAddressWatch(bound, { everyMs: 1 }) });
  own.emit("message", Buffer.from("early"), { address: "192.0.2.1", family: "IPv4", port: 1, size: 5 });
  await core.told("datagram");
  driver.stop();
  expect(core.inputs).toMatchObject([
    { type: "start" },
    { type: "addresses", addresses: [{ address: "127.0.0.1", link: "loopback" }] },
    { type: "datagram" },
  ]);
});

test("a change is told, the same in another order is none, and a link that changes its kind is one", async () => {
  const asTunnel = { ...wifi, link: "tunnel" } as const;
  const localAddresses = scripted([wifi], [wifi, vpn], [vpn, wifi], [wifi, vpn], [asTunnel, vpn], [], []);
  const core = new ScriptedCore();
  const driver = drive(core, { sockets: [await ownSocket("127.0.0.1:0")], localAddresses });
  await localAddresses.looked;
  driver.stop();
  expect(core.inputs.slice(1).map((input) => input.type === "addresses" && input.addresses)).toEqual([
    [wifi],
    [wifi, vpn],
    [asTunnel, vpn],
    [],
  ]);
});

test("observers hear once that looks fail, and again after one that did not", async () => {
  const localAddresses = scripted(new Error("a"), new Error("b"), [wifi], new Error("c"), new Error("d"), [wifi]);
  const heard: string[] = [];
  const driver = drive(new ScriptedCore(), {
    sockets: [await ownSocket("127.0.0.1:0")],
    localAddresses,
    observers: [{ addressesUnknown: ({ message }) => heard.push(message) }],
  });
  await localAddresses.looked;
  driver.stop();
  expect(heard).toEqual(["a", "c"]);
});

test("a look that fails is no news", async () => {
  const localAddresses = scripted(new Error("EMFILE"), [wifi], new Error("EMFILE"), [wifi], [wifi]);
  const core = new ScriptedCore();
  const driver = drive(core, { sockets: [await ownSocket("127.0.0.1:0")], localAddresses });
  await localAddresses.looked;
  driver.stop();
  expect(core.inputs).toEqual([
    { type: "start" },
    { type: "addresses", addresses: [] },
    { type: "addresses", addresses: [wifi] },
  ]);
});

test("a core that says in its first breath that it is done hears no addresses from a driver that is closed then", async () => {
  const core = new ScriptedCore(() => [{ type: "done" }]);
  const localAddresses = scripted([wifi], [vpn]);
  const driver = drive(core, {
    sockets: [await ownSocket("127.0.0.1:0")],
    localAddresses,
    onDone: () => driver.stop(),
  });
  await setImmediate();
  expect(core.inputs).toEqual([{ type: "start" }]);
});
