import fc from "fast-check";
import { DEPENDENCES } from "../src/behaviour.js";
import {
  createInternet,
  type Host,
  type Internet,
  type InternetOptions,
  type Nat,
  type NatOptions,
  type PortAllocation,
  type Socket,
} from "../src/index.js";

/** What can happen in a random scenario; numbers pick sockets and NATs, modulo how many there are. */
export type Step =
  | { readonly type: "send"; readonly from: number; readonly to: number }
  /** Everybody answers the last that they heard. */
  | { readonly type: "answer" }
  | { readonly type: "inject"; readonly to: number; readonly port: number }
  | { readonly type: "reboot"; readonly nat: number }
  | { readonly type: "readdress"; readonly nat: number }
  | { readonly type: "cut"; readonly host: number }
  | { readonly type: "mend"; readonly host: number }
  | { readonly type: "move"; readonly host: number }
  | { readonly type: "pass"; readonly ms: number };

export interface Scenario {
  readonly seed: number;
  readonly nats: readonly NatOptions[];
  readonly link: NonNullable<InternetOptions["link"]>;
  readonly steps: readonly Step[];
}

const share = fc.constantFrom(0, 0, 0, 0.2);
const few = fc.nat(20);
const ports = fc.constantFrom(5000, 5001, 1024, 7777);

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer(),
  nats: fc.array(
    fc.record({
      mapping: fc.constantFrom(...DEPENDENCES),
      filtering: fc.constantFrom(...DEPENDENCES),
      allocation: fc.constantFrom<PortAllocation>("preserving", "random", { sequential: 1 }, { sequential: 7 }),
      hairpin: fc.constantFrom("on", "off"),
      mappingLifetimeMs: fc.constantFrom(50, 120_000),
      inboundRefresh: fc.constantFrom("on", "off"),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  link: fc.record({
    latencyMs: fc.constantFrom(0, 1, 25),
    jitterMs: fc.constantFrom(0, 10),
    loss: share,
    duplicate: share,
    reorder: share,
  }),
  steps: fc.array(
    fc.oneof(
      { weight: 10, arbitrary: fc.record({ type: fc.constant("send"), from: few, to: few }) },
      { weight: 10, arbitrary: fc.record({ type: fc.constant("answer") }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant("inject"), to: few, port: ports }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("reboot"), nat: few }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("readdress"), nat: few }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("cut"), host: few }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("mend"), host: few }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("move"), host: few }) },
      { weight: 10, arbitrary: fc.record({ type: fc.constant("pass"), ms: fc.constantFrom(0.1, 5, 40, 200) }) },
    ),
    { minLength: 20, maxLength: 80, size: "max" },
  ),
});

export interface World {
  readonly net: Internet;
  readonly nats: readonly Nat[];
  readonly hosts: readonly Host[];
  readonly sockets: readonly Socket[];
}

/** Two public hosts, the NATs (every second one behind the one before), two hosts behind each, and a firewall with one. */
export function build({ seed, nats: options, link }: Scenario, more: Partial<InternetOptions> = {}): World {
  const net = createInternet({ seed, link, ...more });
  const nats: Nat[] = [];
  for (const [i, one] of options.entries()) {
    const above = i % 2 === 1 ? nats.at(-1) : undefined;
    nats.push((above ?? net).nat(`nat ${i}`, one));
  }
  const firewall = net.firewall("firewall");
  const hosts = [net, net, firewall, ...nats, ...nats].map((site, i) => site.host(`host ${i}`));
  return { net, nats, hosts, sockets: hosts.map((host, i) => host.socket({ port: i < 2 ? 7777 : 5000 })) };
}

/** Plays the steps and lets the network come to rest. */
export function play({ steps }: Scenario, world: World): void {
  for (const step of steps) take(step, world);
  world.net.run();
}

export function take(step: Step, world: World): void {
  const { net, nats, hosts, sockets } = world;
  const bytes = new Uint8Array(8);
  switch (step.type) {
    case "pass":
      net.run({ untilMs: net.now + step.ms });
      break;
    case "send":
      pick(sockets, step.from).send(target(world, step.to), bytes);
      break;
    case "answer":
      for (const socket of sockets) {
        const last = socket.received.at(-1);
        if (last !== undefined) socket.send(last.remote, bytes);
      }
      break;
    case "inject": {
      const to = { address: pick(nats, step.to).address, port: step.port };
      net.inject({ from: { address: "192.0.2.66", port: 666 }, to, bytes });
      break;
    }
    case "reboot":
      pick(nats, step.nat).reboot();
      break;
    case "readdress":
      pick(nats, step.nat).setAddress("ipv4");
      break;
    case "cut":
      pick(hosts, step.host).link.down();
      break;
    case "mend":
      pick(hosts, step.host).link.up();
      break;
    case "move":
      pick(hosts, step.host).setAddress("ipv4");
  }
}

export function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

/** A public socket, any socket's own address, or an endpoint that a NAT has given out. */
function target({ sockets, nats }: World, index: number) {
  const mapped = nats.flatMap((nat) => nat.mappings()).map(({ external }) => external);
  if (index % 3 === 1 && mapped.length > 0) return pick(mapped, index);
  return index % 3 === 0 ? pick(sockets.slice(0, 2), index).local : pick(sockets, index).local;
}
