import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openSocket } from "../src/node/index.js";
import { isRoot, noNamespaces, runChild } from "./children.js";

/** What needs another process, another user or a network of its own. */
const missing = noNamespaces();
/** Two interfaces with a cable between them, and no addresses but those given: v0 is the machine's. */
const WITH_V0 = [
  "ip link add v0 type veth peer name v1",
  ...["v0", "v1"].flatMap((name) => [`ip link set ${name} addrgenmode none`, `ip link set ${name} up`]),
];
const addresses = (...all: string[]) => all.map((a) => `ip addr add ${a} dev v0 ${a.includes(":") ? "nodad" : ""}`);

const four = ["198.51.100.1/24", "198.51.100.2/24"];
const six = ["2001:db8::1/64", "2001:db8::2/64"];

test("a multi-homed server answers from the address that was asked, also from one that came later", async ({
  skip,
}) => {
  skip(missing !== null, missing ?? "");
  const network = [...WITH_V0, ...addresses(...four, ...six)];
  const told = await runChild("multihomed", [], { network });
  expect(told).toMatchObject({
    addresses: expect.arrayContaining([
      "127.0.0.1",
      "198.51.100.1",
      "198.51.100.2",
      "::1",
      "2001:db8::1",
      "2001:db8::2",
    ]),
    ports: 1,
    taken: { refused: "cannot listen on 198.51.100.2:PORT: another socket holds the port", opened: expect.any(Number) },
    wrong: [],
    loopback: ["127.0.0.1", "::1"],
    newcomer: "198.51.100.3",
    returned: "198.51.100.3",
    later: ["198.51.100.3"],
  });
  // One socket on every address fails the same questions: the test can fail.
  expect(told).not.toHaveProperty("wrongOfOne", []);
});

test.for([
  {
    machine: "several IPv4 addresses",
    own: [...four, ...six.slice(1)],
    listens: ["udp4 127.0.0.1", "udp4 198.51.100.1", "udp4 198.51.100.2", "udp6 ::"],
  },
  {
    machine: "several IPv6 addresses",
    own: [...four.slice(1), ...six, "fe80::1/64"],
    listens: ["udp4 0.0.0.0", "udp6 2001:db8::1", "udp6 2001:db8::2", "udp6 ::1", "udp6 fe80::1%v0"],
  },
  { machine: "one address of each family", own: ["198.51.100.1/24", "2001:db8::1/64"], listens: ["dual ::"] },
  { machine: "no address", own: [], listens: ["dual ::"] },
])(
  "a server on a machine with $machine listens on each where there is a choice",
  async ({ own, listens }, { skip }) => {
    skip(missing !== null, missing ?? "");
    expect(await runChild("listen", [], { network: [...WITH_V0, ...addresses(...own)] })).toEqual(listens);
  },
);

/** Programs' tunnels; they have a carrier as long as somebody holds them: here the child itself, from before its start. */
const WITH_TUNNELS = ["tun0 0x1001 10.8.0.2/24 8", "tap0 0x1002 10.9.0.2/24 9"].flatMap((tunnel) => {
  const [name, flags, address, fd] = tunnel.split(" ");
  const TUNSETIFF = "0x400454ca"; // linux/if_tun.h
  return [
    `exec ${fd}<>/dev/net/tun`,
    `perl -e 'open(my $tun, "+<&=${fd}"); my $ifreq = pack("a16 S x22", "${name}", ${flags}); ioctl($tun, ${TUNSETIFF}, $ifreq) or die $!'`,
    `ip addr add ${address} dev ${name}`,
    `ip link set ${name} up`,
  ];
});
const noTunnels = missing ?? (existsSync("/dev/net/tun") && isRoot ? null : "needs /dev/net/tun and root");

test.for([
  { view: "of the own namespace", mount: ["mount -t sysfs sysfs /sys"] },
  { view: "of another namespace", mount: [] },
])(
  "a core hears the machine's addresses, which are a tunnel's, and what changes, with a /sys $view",
  async ({ mount }, { skip }) => {
    skip(noTunnels !== null, noTunnels ?? "");
    const network = [
      ...mount,
      ...WITH_V0,
      ...addresses("198.51.100.1/32", "2001:db8::1/64", "fe80::1/64"),
      ...WITH_TUNNELS,
    ];
    const ipv4 = ["127.0.0.1 loopback", "198.51.100.1 ordinary", "10.8.0.2 tunnel", "10.9.0.2 tunnel"];
    expect(await runChild("local-addresses", [], { network })).toEqual({
      served: {
        "127.0.0.1:0": ["127.0.0.1 loopback"],
        "0.0.0.0:0": ipv4,
        ":0": expect.arrayContaining([...ipv4, "::1 loopback", "2001:db8::1 ordinary"]),
      },
      heard: [["198.51.100.1 ordinary"], ["198.51.100.1 ordinary", "198.51.100.9 ordinary"], ["198.51.100.1 ordinary"]],
    });
  },
);

/** Container hosts have bridges by the dozen, here by names that only their owner knows. */
const WITH_BRIDGES = [
  "mount -t sysfs sysfs /sys",
  ...Array.from({ length: 12 }, (_, i) => [
    `ip link add switch${i} type bridge`,
    `ip link add p${i} type veth peer name q${i}`,
    `ip link set p${i} master switch${i}`,
    `ip addr add 172.${17 + i}.0.1/16 dev switch${i}`,
    ...[`switch${i}`, `p${i}`, `q${i}`].map((name) => `ip link set ${name} up`),
  ]).flat(),
];

test.for([
  { where: "beyond the cable", server: "203.0.113.1", leading: ["198.51.100.1"] },
  { where: "in a container", server: "172.20.0.9", leading: ["172.20.0.1"] },
])("a core hears which of its addresses leads to a server $where, before the server's own", async (each, { skip }) => {
  skip(missing !== null, missing ?? "");
  const network = [
    ...WITH_BRIDGES,
    ...WITH_V0,
    ...addresses("198.51.100.1/24"),
    "ip route add default via 198.51.100.254 dev v0",
  ];
  expect(await runChild("server-route", [each.server], { network })).toEqual([
    { leading: [], bridges: 12 },
    { leading: each.leading, bridges: 12 },
  ]);
});

test("an IPv6 link-local peer is known, and answered, by its address and zone", async ({ skip }) => {
  skip(missing !== null, missing ?? "");
  const told = await runChild("link-local", [], { network: [...WITH_V0, ...addresses("fe80::1/64")] });
  expect(told).toEqual({
    answeredFrom: "fe80::1%v0",
    remotes: ["in fe80::1%v0", "out fe80::1%v0"],
    local: "fe80::1%v0",
  });
});

test("with IPv6 turned off an address without a host still serves IPv4, and an IPv6 address is none of the machine's", async ({
  skip,
}) => {
  skip(missing !== null, missing ?? "");
  const network = ["echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"];
  const [any, six] = (await runChild("open", [":0", "[::1]:0"], { network })) as unknown[];
  expect(any).toMatchObject({ answeredFrom: "127.0.0.1" });
  expect(six).toMatchObject({
    code: "address-not-available",
    message: "cannot listen on [::1]:0: no interface of this machine has that address",
  });
});

test("a port that another program holds on 0.0.0.0 alone, or on one address, is taken for one that asks for all", async () => {
  for (const address of ["0.0.0.0", "127.0.0.1", "[::1]"]) {
    const { local, socket } = await openSocket(`${address}:0`);
    const told = await runChild("open", [`:${local.port}`]);
    socket.close();
    expect(told).toMatchObject([
      { code: "address-in-use", message: `cannot listen on :${local.port}: another socket holds the port` },
    ]);
  }
});

test("a port below 1024 is refused without the privilege", async ({ skip }) => {
  const from = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  skip(from < 2, "this system lets everybody have port 1 (net.ipv4.ip_unprivileged_port_start)");
  expect(await runChild("open-as-nobody", [":1", "127.0.0.1:1"])).toMatchObject([
    { code: "permission-denied", message: "cannot listen on :1: a port below 1024 needs a privilege" },
    { code: "permission-denied", message: "cannot listen on 127.0.0.1:1: a port below 1024 needs a privilege" },
  ]);
});

test.for([
  { machine: "no route and no address", network: [], reached: ["127.0.0.1"] },
  { machine: "no interface that is up", network: ["ip link set lo down"], reached: [] },
  {
    machine: "a cable, and no route beyond it",
    network: [...WITH_V0, ...addresses("198.51.100.1/24")],
    reached: ["127.0.0.1"],
  },
])(
  "on a machine with $machine, a probe is no refusal and a send that fails is told",
  async ({ network, reached }, { skip }) => {
    skip(missing !== null, missing ?? "");
    const told = (await runChild("no-route", [], { network })) as { refused: unknown[]; failed: string[] };
    // Whoever listens on no port of this machine refuses; nobody else can have answered.
    expect(told.refused.filter((each) => each !== null && each !== "refused")).toEqual([]);
    expect(told.failed).toContain("203.0.113.1");
    expect(told.failed).toContain("2001:db8::1");
    for (const address of reached) expect(told.failed).not.toContain(address);
  },
);
