import { closeAtExit } from "./lifetime.js";
import { addNamespace, ip, ipBatch, removeNamespace, runIn } from "./namespaces.js";
import { Running } from "./running.js";
import { WIRE_ENDS, type Wire, wireCommand } from "./wire.js";

let labs = 0;
let wires = 0;

/**
 * An internet on this machine: a router in a network namespace, on which machines hang in namespaces of their own, by
 * cables (veth pairs). Nothing of it is seen outside, and nothing of it outlives this process.
 */
export class Lab implements Disposable {
  /** The router that everybody can reach. */
  readonly internet: Machine;
  readonly #number = ++labs;
  readonly #namespaces: string[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #forget = closeAtExit(() => this.close());

  /** @param env what programs find in their environment, besides this process's. */
  constructor(env: NodeJS.ProcessEnv = {}) {
    this.#env = { ...process.env, ...env };
    this.internet = this.machine("internet", [], null);
    this.internet.forward();
  }

  /** Drops this share of the datagrams that cross the internet, at random. */
  lose(percent: number): void {
    this.internet.rules(`
      table inet loss {
        chain forward {
          type filter hook forward priority filter
          meta l4proto udp numgen random mod 100 < ${percent} drop
        }
      }`);
  }

  /** For `Machine.attach()`: a namespace with no cable yet. */
  machine(name: string, addresses: readonly string[], cable: Cable | null): Machine {
    const { namespace, number } = this.namespace(name);
    return new Machine({ lab: this, number, namespace, addresses, cable, env: this.#env });
  }

  /** For what is no machine: a namespace of this lab. */
  namespace(name: string): { readonly namespace: string; readonly number: number } {
    const namespace = addNamespace(this.#number, name);
    return { namespace, number: this.#namespaces.push(namespace) };
  }

  /** Kills everything that runs in it and removes it. */
  close(): void {
    for (const namespace of this.#namespaces.splice(0)) removeNamespace(namespace);
    this.#forget();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A cable, seen from its upper end; the routes through it are in the words of `ip route`. */
interface Cable {
  readonly router: Machine;
  readonly dev: string;
  readonly routes: string[];
}

interface MachineParts {
  readonly lab: Lab;
  /** Nobody else's in this lab. */
  readonly number: number;
  readonly namespace: string;
  readonly addresses: readonly string[];
  readonly cable: Cable | null;
  readonly env: NodeJS.ProcessEnv;
}

/** A host, a router, or both. `eth0` is its end of the cable to the router above it. */
export class Machine {
  readonly namespace: string;
  #addresses: readonly string[];
  readonly #lab: Lab;
  #cable: Cable | null;
  readonly #env: NodeJS.ProcessEnv;
  /**
   * What machines below call it: RFC 3927 and RFC 4291 addresses that mean something on one link only. No two routers share
   * one: neither would answer the other's question for it, which seems to come from itself.
   */
  readonly #asRouter: { readonly ipv4: string; readonly ipv6: string };
  #ports = 0;

  constructor({ lab, number, namespace, addresses, cable, env }: MachineParts) {
    this.#asRouter = { ipv4: `169.254.${number}.1`, ipv6: `fe80::${number}` };
    this.namespace = namespace;
    this.#addresses = addresses;
    this.#lab = lab;
    this.#cable = cable;
    this.#env = env;
  }

  /** Plugs a new machine into this one, which knows the way to its addresses; nobody else does (see `announce`). */
  attach(name: string, addresses: readonly string[]): Machine {
    const cable = this.#cableFor(addresses);
    const machine = this.#lab.machine(name, addresses, cable);
    machine.#connect(cable);
    return machine;
  }

  /**
   * Makes its cable a long one: what passes takes a while, and may be lost. Its addresses and routes stay, and what was under
   * way is lost. Needs Python 3, as not every kernel has netem.
   */
  async lengthen(wire: Wire): Promise<void> {
    if (this.#cable === null) return;
    const { router, dev } = this.#cable;
    const { namespace } = this.#lab.namespace(`wire-${++wires}`);
    ipBatch(router.namespace, [
      `link set ${dev} netns ${namespace} name ${WIRE_ENDS.down}`,
      `link add ${dev} type veth peer name ${WIRE_ENDS.up} netns ${namespace}`,
    ]);
    // It is a wire: it speaks no protocol of its own.
    runIn(namespace, ["sh", "-c", "cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0; echo 1 >all/disable_ipv6"]);
    ipBatch(
      namespace,
      Object.values(WIRE_ENDS).map((end) => `link set ${end} up`),
    );
    this.plugIn();
    const running = new Running(["ip", "netns", "exec", namespace, ...wireCommand(wire)], { env: this.#env });
    await running.saw(/open/);
  }

  /** Pulls its cable out of the router above, and plugs it into that one or another, with other addresses; it is a short one. */
  moveTo(router: Machine, addresses: readonly string[]): void {
    ip("-n", this.namespace, "link", "delete", "eth0");
    // Where the cable was a long one, its other end is still there.
    if (this.#cable !== null) deleteLink(this.#cable.router.namespace, this.#cable.dev);
    this.#addresses = addresses;
    this.#cable = router.#cableFor(addresses);
    this.#connect(this.#cable);
  }

  /** Tells all routers above that these addresses are reached through this one. */
  announce(addresses: readonly string[]): void {
    if (this.#cable === null) return;
    const { router, dev, routes } = this.#cable;
    const added = addresses.map((address) => `${address} via ${this.#own(address)} dev ${dev} onlink`);
    routes.push(...added);
    ipBatch(
      router.namespace,
      added.map((route) => `route add ${route}`),
    );
    router.announce(addresses);
  }

  /** Makes a router of it. */
  forward(): void {
    const on = "echo 1 >ipv4/ip_forward; [ ! -d ipv6 ] || echo 1 >ipv6/conf/all/forwarding";
    this.run("sh", "-c", `cd /proc/sys/net; ${on}`);
  }

  /** Adds nftables rules. */
  rules(ruleset: string): void {
    runIn(this.namespace, ["nft", "-f", "-"], ruleset);
  }

  /** Pulls the cable to the router above: the machine keeps its addresses and routes, and hears and says nothing. */
  unplug(): void {
    if (this.#cable !== null) ipBatch(this.#cable.router.namespace, [`link set ${this.#cable.dev} down`]);
  }

  /** Puts the cable back; with the link, its router had lost routes and IPv6 addresses. */
  plugIn(): void {
    if (this.#cable === null) return;
    const { router, dev, routes } = this.#cable;
    ipBatch(router.namespace, [
      `link set ${dev} up`,
      `addr replace ${router.#asRouter.ipv4}/32 dev ${dev}`,
      ...(routes.some(isIpv6) ? [`addr replace ${router.#asRouter.ipv6}/64 dev ${dev} nodad`] : []),
      ...routes.map((route) => `route replace ${route}`),
    ]);
  }

  /** Takes its interface down, which leaves it without a route: whatever it sends is refused. */
  ifDown(): void {
    ipBatch(this.namespace, ["link set eth0 down"]);
  }

  /** Takes its interface up, with its addresses and routes. */
  ifUp(): void {
    if (this.#cable === null) return;
    const { ipv4, ipv6 } = this.#cable.router.#asRouter;
    ipBatch(this.namespace, [
      "link set eth0 up",
      ...this.#addresses.map((address) => `addr replace ${address} dev eth0`),
      `route replace default via ${ipv4} dev eth0 onlink`,
      ...(this.#addresses.some(isIpv6) ? [`route replace default via ${ipv6} dev eth0`] : []),
    ]);
  }

  /** Runs a program to its end and returns what it printed. */
  run(...command: readonly string[]): string {
    return runIn(this.namespace, command);
  }

  /** Starts a program; it is killed with the lab at the latest. */
  start(
    command: readonly string[],
    options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
  ): Running {
    return new Running(["ip", "netns", "exec", this.namespace, ...command], {
      ...options,
      env: { ...this.#env, ...options.env },
    });
  }

  #cableFor(addresses: readonly string[]): Cable {
    const dev = `port${++this.#ports}`;
    return { router: this, dev, routes: addresses.map((address) => `${address} dev ${dev}`) };
  }

  #connect({ router, dev }: Cable): void {
    const end = ["netns", router.namespace];
    ip("link", "add", "eth0", "netns", this.namespace, "type", "veth", "peer", "name", dev, ...end);
    this.plugIn();
    this.ifUp();
  }

  /** Its own address of the same family as another. */
  #own(address: string): string | undefined {
    return this.#addresses.find((own) => isIpv6(own) === isIpv6(address));
  }
}

function deleteLink(namespace: string, dev: string): void {
  if (ip("-n", namespace, "-brief", "link").includes(`${dev}@`)) ip("-n", namespace, "link", "delete", dev);
}

function isIpv6(text: string): boolean {
  return text.includes(":");
}
