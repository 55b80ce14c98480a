import { type Endpoint, ipFamily, type v2 } from "@netpunch/wire";
import { PunchError } from "./errors.js";
import type { PeerEvent } from "./events.js";

/** What control said last of its relay. */
export type RelayFinding = Omit<Extract<PeerEvent, { type: "relay" }>, "type">;

/** What is known of the direct ways. */
interface DirectFindings {
  readonly addresses: readonly { readonly endpoint: Endpoint }[];
  readonly heard: object | null;
  readonly observed: readonly Endpoint[];
}

/** Why control does not relay, and who can change that. */
const REFUSALS: Readonly<Partial<Record<v2.RelayReason, string>>> = {
  off: "control does not relay: its operator turned that off (netpunch control -relay off), or it is about to end",
  full: "control relays for as many peers as it may (netpunch control -relay-ends)",
  source: "control relays for as many peers of this network as it may",
  address: "control relays for another session on this very socket: give each session a socket of its own",
};

/** Whether control will not relay, though both are there. */
export function isRefusal(reason: v2.RelayReason): boolean {
  return REFUSALS[reason] !== undefined;
}

/** What stands in the way of the relay, as part of an advice; "" where nothing is known of it. */
export function relayAdvice({ relay }: { readonly relay: RelayFinding | null }): string {
  if (relay === null) return "";
  const refusal = REFUSALS[relay.reason];
  if (refusal !== undefined) return ` There is no relayed path either: ${refusal}.`;
  if (relay.end === "waiting") {
    return " There is no relayed path either: the partner has not asked for one; it is an older version, or has it turned off.";
  }
  return relay.end === "open" ? " Control relays between the two, but the partner has not answered there yet." : "";
}

export function relayRefused(reason: v2.RelayReason): PunchError {
  return new PunchError("relay-refused", `only a relayed path is wanted, and ${REFUSALS[reason] ?? reason}`, {
    advice: 'Have control\'s operator turn the relay on or raise its limits, or allow a direct path: relay "auto".',
  });
}

/** Why a path is relayed, as far as that is known. */
export function explainRelayed(findings: DirectFindings): { readonly why: string; readonly advice: string } {
  const { addresses, heard, observed } = findings;
  if (addresses.length === 0) {
    return {
      why: "no address of the partner's was to be tried",
      advice:
        'One of the two wants nothing but the relay, or shares no usable address: allow direct paths with relay "auto".',
    };
  }
  const families = observed.map(({ address }) => ipFamily(address));
  if (addresses.every(({ endpoint }) => !families.includes(ipFamily(endpoint.address)))) {
    return {
      why: "one of the two has only IPv4, and the other only IPv6",
      advice: "Give both the same version of IP.",
    };
  }
  if (heard !== null) {
    return {
      why: "the partner's datagrams came here directly, and ours did not get there",
      advice: "Look for a firewall that blocks outgoing UDP here or incoming UDP there.",
    };
  }
  return {
    why: "nothing came straight from any address of the partner's",
    advice:
      "The two NATs do not let each other through, or a firewall blocks UDP. What would help: IPv6 on both sides, a forwarded UDP port on " +
      "one of them (with a fixed local port), or another network on one side.",
  };
}
