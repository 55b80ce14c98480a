import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { ipFamily, ipScope } from "@netpunch/wire";
import type { LocalAddress } from "../core.js";
import { literalHost } from "./address.js";
import type { BoundSocket } from "./dgram-socket.js";
import { type InterfaceInfo, linkOf, type ReadAttribute } from "./interface-link.js";
import type { LocalAddressWatch } from "./local-address-timer.js";
import { ServerRoute } from "./server-route.js";

/**
 * chosen: soon beside the seconds that a machine takes to change networks. A look costs 0.1 ms, on a machine with 200
 * interfaces 4 ms.
 */
const LOOK_MS = 2000;
/** The longest that a timer of node waits (its delay is a signed 32-bit number); longer ones would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** What the system tells of its interfaces. */
export interface InterfaceTable {
  /** As `os.networkInterfaces()` has it. */
  interfaces(): Readonly<Record<string, readonly (InterfaceInfo & { readonly address: string })[] | undefined>>;
  readonly attribute: ReadAttribute;
}

const SYSTEM: InterfaceTable = {
  interfaces: networkInterfaces,
  attribute: (name, attribute) => {
    try {
      return readFileSync(`/sys/class/net/${name}/${attribute}`, "utf8");
    } catch {
      return null;
    }
  },
};

/**
 * Makes the `localAddresses` of a driver with this socket: the addresses of the machine that the socket serves, in the
 * system's order, each once. That is one address for a socket bound to it, else all of the socket's family or families.
 * Link-local addresses, which mean nothing without a zone, are never among them.
 *
 * node has no event for a change, so the driver looks at `os.networkInterfaces()` again and again. Addresses of
 * interfaces that are down, or whose cable is out, are not there.
 *
 * @param options.everyMs from one look to the next, 1 to 2^31 - 1; default 2 s
 * @throws RangeError when `everyMs` is out of range
 */
export function createLocalAddressWatch(
  bound: BoundSocket,
  options: { readonly everyMs?: number } = {},
): LocalAddressWatch {
  const { everyMs = LOOK_MS } = options;
  if (!(everyMs >= 1 && everyMs <= LONGEST_MS)) {
    throw new RangeError(`"everyMs" expected milliseconds, 1 to ${LONGEST_MS}, got ${everyMs}`);
  }
  const look = lookFor(bound, SYSTEM);
  const route = new ServerRoute();
  return { everyMs, look: () => route.mark(look()), towards: (servers) => route.towards(servers) };
}

/** Gives what {@link createLocalAddressWatch} promises, at each call; asks what links are only where something changed. */
export function lookFor(
  bound: Pick<BoundSocket, "local" | "family">,
  { interfaces, attribute }: InterfaceTable,
): () => readonly LocalAddress[] {
  let seen = "";
  let served: readonly LocalAddress[] = [];
  return () => {
    const table = interfaces();
    const text = JSON.stringify(table);
    if (text !== seen) served = servedAddresses(bound, table, attribute);
    seen = text;
    return served;
  };
}

function servedAddresses(
  bound: Pick<BoundSocket, "local" | "family">,
  interfaces: ReturnType<InterfaceTable["interfaces"]>,
  read: ReadAttribute,
): readonly LocalAddress[] {
  const own = bound.local.address;
  // All of 127.0.0.0/8 is the machine's, though its interface lists one address.
  if (own.startsWith("127.")) return [{ address: own, link: "loopback" }];
  const links = new Map<string, LocalAddress["link"]>();
  for (const [name, infos = []] of Object.entries(interfaces)) {
    for (const info of infos) {
      const address = literalHost(info.address);
      if (address === null || !isServed(address, bound)) continue;
      const link = linkOf(name, info, read);
      // A point-to-point link may borrow the address of an ordinary one, which is reached without the tunnel.
      if (!links.has(address) || link === "ordinary") links.set(address, link);
    }
  }
  return [...links].map(([address, link]) => ({ address, link }));
}

function isServed(address: string, { local, family }: Pick<BoundSocket, "local" | "family">): boolean {
  if (address.includes("%") || ipScope(address) === "link-local") return false;
  if (local.address !== "0.0.0.0" && local.address !== "::") return address === local.address;
  return family === "dual" || family === `udp${ipFamily(address)}`;
}
