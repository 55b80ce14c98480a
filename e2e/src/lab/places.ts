import type { NatFacts, Place } from "@netpunch/scenario";
import { type NatOptions, natPresets } from "@netpunch/simnet";
import type { Lab, Machine } from "./lab.js";

/** Peers punch from this port, and routers with static mappings forward it. */
export const PEER_PORT = 5000;

/** A place where a peer can stand, and the same place in simnet. */
interface Kind {
  /** Puts a machine there, whose public address is `publicAddress(site)`. */
  readonly settle: (lab: Lab, name: string, site: number) => Machine;
  readonly twin: Place;
  /** In the words of RFC 4787. */
  readonly facts: NatFacts;
}

export type KindName = "public" | "firewall" | "full cone" | "restricted cone" | "port-restricted" | "symmetric";

export const KINDS: Readonly<Record<KindName, Kind>> = {
  public: {
    settle: (lab, name, site) => lab.internet.attach(name, [publicAddress(site)]),
    twin: "public",
    facts: { mapping: "endpoint-independent", filtering: "endpoint-independent" },
  },
  firewall: {
    settle: (lab, name, site) => behindFirewall(lab, name, [`192.0.2.${site}`], [publicAddress(site)]),
    twin: "firewall",
    facts: { mapping: "endpoint-independent", filtering: "address-and-port-dependent" },
  },
  "full cone": nat(natPresets.fullCone, {
    incoming: (inside) => `iifname "eth0" udp dport ${PEER_PORT} dnat to ${inside}`,
    outgoing: "masquerade",
  }),
  // The kernel has no such filter: this one remembers the addresses that the inside has sent to.
  "restricted cone": nat(natPresets.restrictedCone, {
    incoming: (inside) => `iifname "eth0" ip saddr @known udp dport ${PEER_PORT} dnat to ${inside}`,
    outgoing: "update @known { ip daddr } masquerade",
  }),
  "port-restricted": nat(natPresets.linux, { outgoing: "masquerade" }),
  symmetric: nat(natPresets.linuxRandom, { outgoing: "masquerade random,fully-random" }),
};

export function publicAddress(site: number): string {
  return `203.0.113.${site}`;
}

/** What a NAT does with datagrams that are not part of a conversation yet. */
interface Translation {
  readonly incoming?: (inside: string) => string;
  readonly outgoing: string;
}

const INSIDE = "192.168.1.2";

function nat(twin: NatOptions & NatFacts, { incoming, outgoing }: Translation): Kind {
  return {
    settle(lab, name, site) {
      const router = lab.internet.attach(`router-${name}`, [publicAddress(site)]);
      translate(router, incoming?.(INSIDE) ?? "", `oifname "eth0" ${outgoing}`);
      return router.attach(name, [INSIDE]);
    },
    twin,
    facts: twin,
  };
}

/** Makes a NAT of a router. */
function translate(router: Machine, incoming: string, outgoing: string): void {
  router.forward();
  router.rules(`
    table ip nat {
      set known {
        type ipv4_addr
        flags dynamic,timeout
        timeout 2m
      }
      chain incoming {
        type nat hook prerouting priority dstnat
        ${incoming}
      }
      chain outgoing {
        type nat hook postrouting priority srcnat
        ${outgoing}
      }
    }
    ${STATEFUL}`);
}

/**
 * Two hosts behind one NAT, at site 9. The kernel's NAT does not hairpin by itself; the one that does has a static mapping
 * for each host, ports 5000 and 5001, and shows its own address to both.
 */
export function behindOneNat(lab: Lab, hairpin: "on" | "off"): readonly [Machine, Machine] {
  const address = publicAddress(9);
  const router = lab.internet.attach("router", [address]);
  const [a, b] = ["192.168.1.2", "192.168.1.3"] as const;
  const forwards = `ip daddr ${address} udp dport 5000 dnat to ${a}; ip daddr ${address} udp dport 5001 dnat to ${b}`;
  const [incoming, outgoing] = hairpin === "on" ? [forwards, `snat to ${address}`] : ["", 'oifname "eth0" masquerade'];
  translate(router, incoming, outgoing);
  return [router.attach("a", [a]), router.attach("b", [b])];
}

/** A host with public addresses, behind a router with addresses of its own that lets nothing in unasked. */
export function behindFirewall(lab: Lab, name: string, own: readonly string[], addresses: readonly string[]): Machine {
  const router = lab.internet.attach(`firewall-${name}`, own);
  router.forward();
  router.rules(STATEFUL);
  router.announce(addresses);
  return router.attach(name, addresses);
}

/**
 * What every router that is sold does: nothing comes in unasked. It is more than tidiness: where the router itself takes
 * the partner's first ping, its connection tracking has an entry in the way of ours, which then gets another port.
 */
const STATEFUL = `
  table inet filter {
    chain input {
      type filter hook input priority filter
      iifname "eth0" ct state new drop
    }
    chain forward {
      type filter hook forward priority filter
      iifname "eth0" ct state new ct status & dnat != dnat drop
    }
  }`;
