import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import {
  createInternet,
  formatFate,
  type Internet,
  type InternetOptions,
  type Nat,
  type NatOptions,
  type Socket,
} from "../src/index.js";

export const HELLO = new TextEncoder().encode("hello");

export function endpoint(address: string, port: number): Endpoint {
  return { address, port };
}

/** The ends that datagrams came to, without when: "gateway: dropped: no mapping for 203.0.113.1:5000". */
export function drops(net: Internet): string[] {
  return net.trace.filter(({ type }) => type === "dropped").map((fate) => formatFate(fate).replace(/^\S+ #\d+ /, ""));
}

/** Sends, lets the network come to rest and says from where the receiver got it; null when it did not. */
export function say(net: Internet, from: Socket, to: Socket | Endpoint, receiver: Socket): string | null {
  const before = receiver.received.length;
  from.send("local" in to ? to.local : to, HELLO);
  net.run();
  const heard = receiver.received[before];
  return heard === undefined ? null : formatEndpoint(heard.remote);
}

/** Lets virtual time pass. */
export function wait(net: Internet, ms: number): void {
  net.run({ untilMs: net.now + ms });
}

export interface Lab {
  readonly net: Internet;
  readonly nat: Nat;
  readonly inside: Socket;
  /** Opens a socket of a public host; one host for each address. */
  outside(address: string, port: number): Socket;
}

/** One host behind one NAT (203.0.113.1), and public hosts as they are asked for. */
export function natLab(natOptions: NatOptions = {}, options: Partial<InternetOptions> = {}): Lab {
  const net = createInternet({ seed: 1, ...options });
  const nat = net.nat("gateway", { address: "203.0.113.1", ...natOptions });
  const hosts = new Map<string, ReturnType<Internet["host"]>>();
  return {
    net,
    nat,
    inside: nat.host("inside").socket({ port: 5000 }),
    outside(address, port) {
      const host = hosts.get(address) ?? net.host(address, { address });
      hosts.set(address, host);
      return host.socket({ port });
    },
  };
}
