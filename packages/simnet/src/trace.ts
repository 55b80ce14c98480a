import type { Instant } from "@netpunch/transport";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";

/** Why a datagram went no further. */
export type DropReason =
  /** Lost on a link, by its `loss`. */
  | "lost"
  /** The link was down, or went down under way. */
  | "link-down"
  /** Nobody has that address where the datagram came to. */
  | "no-such-host"
  /** The host has no open socket there. */
  | "port-closed"
  /** The host, or a NAT on the way, has no address of that family. */
  | "no-route"
  /** More bytes than UDP carries. */
  | "too-big"
  /** It came to a NAT's external address where nothing is mapped (any more). */
  | "no-mapping"
  /** A NAT or a firewall lets nobody in there whom the inside has not sent to (lately). */
  | "filtered"
  /** It went from inside to the NAT's own external address, which does not hairpin. */
  | "hairpin-off"
  /** Sender and receiver are on one switch, which keeps its clients from each other. */
  | "isolated"
  /** The NAT has no port left for another mapping. */
  | "no-port-left"
  | "udp-blocked"
  /** It crossed more routers than its TTL allows. */
  | "ttl-expired"
  /** The process slept while more arrived than its socket holds. */
  | "receive-buffer-full";

interface Seen {
  readonly at: Instant;
  /** The datagram's; a copy that a link made has one of its own. */
  readonly id: number;
  /** Where it happened: the name of a host, NAT, firewall, switch or "internet"; for a link, the node that it belongs to. */
  readonly node: string;
  /** Source and destination as they stand in the datagram then. */
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** One thing that happened to one datagram. `delivered` and `dropped` are final: each datagram gets exactly one. */
export type Fate =
  | (Seen & { readonly type: "sent"; readonly bytes: Uint8Array })
  /** Not by a host: put on a site's switch by `inject()`. */
  | (Seen & { readonly type: "injected"; readonly bytes: Uint8Array })
  /** It entered the link of `node`; unless the link is cut before, it comes out at `arrivesAt`. */
  | (Seen & { readonly type: "hop"; readonly direction: "outbound" | "inbound"; readonly arrivesAt: Instant })
  /** A link made this copy of the datagram `parent`. */
  | (Seen & { readonly type: "duplicated"; readonly parent: number })
  /** A NAT wrote another source (`from`) or destination (`to`) over `was`. */
  | (Seen & {
      readonly type: "translated";
      readonly field: "source" | "destination";
      readonly was: Endpoint;
      readonly mapping: "new" | "known";
    })
  | (Seen & { readonly type: "delivered" })
  | (Seen & { readonly type: "dropped"; readonly reason: DropReason });

const DROP_TEXT: Readonly<Record<DropReason, (fate: Seen) => string>> = {
  lost: ({ node }) => `lost on link ${node}`,
  "link-down": ({ node }) => `link ${node} is down`,
  "no-such-host": ({ to }) => `no such host ${to.address}`,
  "port-closed": ({ to }) => `port ${to.port} closed`,
  "no-route": ({ to }) => `no route to ${to.address}`,
  "too-big": () => "too big for UDP",
  "no-mapping": ({ to }) => `no mapping for ${formatEndpoint(to)}`,
  filtered: ({ from, to }) => `filtered: ${formatEndpoint(from)} may not send to ${formatEndpoint(to)}`,
  "hairpin-off": () => "hairpin off",
  isolated: ({ to }) => `clients are isolated: nobody here may send to ${to.address}`,
  "no-port-left": () => "no port left",
  "udp-blocked": () => "udp blocked",
  "ttl-expired": () => "ttl expired",
  "receive-buffer-full": ({ to }) => `receive buffer of port ${to.port} full`,
};

/** What happened, without when and where: `dropped: no mapping for 203.0.113.2:5000`. */
function describe(fate: Fate): string {
  const way = `${formatEndpoint(fate.from)} -> ${formatEndpoint(fate.to)}`;
  switch (fate.type) {
    case "sent":
    case "injected":
      return `${fate.type} ${fate.bytes.length} bytes ${way}`;
    case "hop":
      return `${fate.direction} until ${fate.arrivesAt.toFixed(3)} ${way}`;
    case "duplicated":
      return `duplicated from #${fate.parent} ${way}`;
    case "translated":
      return `translated ${fate.field} ${formatEndpoint(fate.was)} to ${formatEndpoint(fate.field === "source" ? fate.from : fate.to)} (${fate.mapping} mapping)`;
    case "delivered":
      return `delivered ${way}`;
    case "dropped":
      return `dropped: ${DROP_TEXT[fate.reason](fate)}`;
  }
}

/**
 * Writes a fate as a line: virtual milliseconds, datagram id, node, what happened.
 *
 * @example
 * formatFate(fate); // "25.250 #1 gateway a: dropped: no mapping for 203.0.113.1:5000"
 */
export function formatFate(fate: Fate): string {
  return `${fate.at.toFixed(3)} #${fate.id} ${fate.node}: ${describe(fate)}`;
}

/** Writes a trace, one {@link formatFate} line for each entry, each ended by a newline: what two runs are compared by. */
export function formatTrace(trace: Iterable<Fate>): string {
  let text = "";
  for (const fate of trace) text += `${formatFate(fate)}\n`;
  return text;
}
