import type { Machine } from "./lab.js";

/** Peers punch from this port, and routers with static mappings forward it. */
export const PEER_PORT = 5000;

/** What a NAT does with datagrams that are not part of a conversation yet, in the words of nftables. */
export interface Translation {
  /** In front of the router; `inside` is the machine behind it. */
  readonly incoming?: (inside: string) => string;
  /** On the way out of `eth0`. */
  readonly outgoing: string;
  /** On the way back in, of what came from inside. Default: nothing. */
  readonly hairpin?: string;
  /** Whether machines behind it reach each other's own addresses. Default "off". */
  readonly clientIsolation?: "on" | "off";
  /** "off": what nobody asked for is not dropped, and goes to the router itself (Docker's and libvirt's hosts). Default "on". */
  readonly filter?: "on" | "off";
}

export type NatName = "full cone" | "restricted cone" | "port-restricted" | "symmetric";

export const TRANSLATIONS: Readonly<Record<NatName, Translation>> = {
  "full cone": {
    incoming: (inside) => `iifname "eth0" udp dport ${PEER_PORT} dnat to ${inside}`,
    outgoing: "masquerade",
  },
  // The kernel has no such filter: this one remembers the addresses that the inside has sent to.
  "restricted cone": {
    incoming: (inside) => `iifname "eth0" ip saddr @known udp dport ${PEER_PORT} dnat to ${inside}`,
    outgoing: "update @known { ip daddr } masquerade",
  },
  "port-restricted": { outgoing: "masquerade" },
  symmetric: { outgoing: "masquerade random,fully-random" },
};

/** What a host of containers or virtual machines does for them: no other rule than this one. */
export const UNFILTERED: Translation = { outgoing: "masquerade", filter: "off" };

/** Makes a NAT of a router, for what is behind it. */
export function translate(router: Machine, inside: string, translation: Translation): void {
  const { incoming, outgoing, hairpin = "", clientIsolation = "off", filter = "on" } = translation;
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
        ${incoming?.(inside) ?? ""}
      }
      chain outgoing {
        type nat hook postrouting priority srcnat
        oifname "eth0" ${outgoing}
        ${hairpin}
      }
    }
    ${filter === "on" ? STATEFUL : ""}
    ${clientIsolation === "on" ? ISOLATING : ""}`);
}

/** The router forgets all conversations, as after a power cut, and maps its machines' port to another one from now on. */
export function reboot(router: Machine, port: number): void {
  // Linux forgets what it masqueraded behind an interface when that goes down.
  router.ifDown();
  router.rules(`
    flush chain ip nat outgoing
    add rule ip nat outgoing oifname "eth0" meta l4proto udp masquerade to :${port}`);
  router.ifUp();
}

/** Makes a stateful firewall of a router. */
export function guard(router: Machine): void {
  router.forward();
  router.rules(STATEFUL);
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

const ISOLATING = `
  table inet isolation {
    chain forward {
      type filter hook forward priority filter
      iifname != "eth0" oifname != "eth0" ct status & dnat != dnat drop
    }
  }`;
