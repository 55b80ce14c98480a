import { createSocket } from "node:dgram";
import { type Endpoint, ipFamily } from "@netpunch/wire";
import type { LocalAddress } from "../core.js";
import { literalHost } from "./address.js";

/** Tells which address the system sends from to an endpoint; null where it has no way there. */
export type FindSource = (endpoint: Endpoint) => Promise<string | null>;

/** Asks the system by connecting a UDP socket, which sends nothing. */
const findSource: FindSource = ({ address, port }) => {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const settle = (source: string | null) => {
      socket.removeAllListeners();
      // What a closing socket still has to say concerns nobody.
      socket.on("error", () => {});
      socket.close();
      resolve(source);
    };
    socket.on("error", () => settle(null));
    try {
      // Node calls this with an error too, which its types do not say.
      socket.connect(port, address, (error?: unknown) => {
        settle(error instanceof Error ? null : literalHost(socket.address().address));
      });
    } catch {
      settle(null);
    }
  });
};

/** Knows which of the machine's addresses lead to the server that the core talks to. */
export class ServerRoute {
  readonly #find: FindSource;
  #servers: readonly Endpoint[] = [];
  #sources: ReadonlySet<string> = new Set();
  #seen: readonly LocalAddress[] | null = null;

  constructor(find: FindSource = findSource) {
    this.#find = find;
  }

  /** Takes the server's addresses, and finds out; one of each family is enough. */
  async towards(servers: readonly Endpoint[]): Promise<void> {
    this.#servers = servers;
    await this.#ask();
  }

  /** Marks the addresses that lead to the server. Where there are others than last time, the next look knows better. */
  mark(addresses: readonly LocalAddress[]): readonly LocalAddress[] {
    if (addresses !== this.#seen) {
      this.#seen = addresses;
      void this.#ask();
    }
    if (this.#sources.size === 0) return addresses;
    return addresses.map((each) => (this.#sources.has(each.address) ? { ...each, leadsTo: "server" } : each));
  }

  async #ask(): Promise<void> {
    const servers = this.#servers;
    const first = ([4, 6] as const).flatMap((family) =>
      servers.filter(({ address }) => ipFamily(address) === family).slice(0, 1),
    );
    const sources = await Promise.all(first.map(this.#find));
    if (servers === this.#servers) this.#sources = new Set(sources.filter((source) => source !== null));
  }
}
