import { formatEndpoint, ipFamily } from "@netpunch/wire";
import type { Deed } from "./choices.js";
import type { Stage } from "./stage.js";

/** Where a peer or its provider's line goes when the address changes: next to the old one. */
const NEW_ADDRESS = { a: "203.0.113.11", b: "203.0.113.12" } as const;

const ATTACKER_PORT = 6666;

/** Plans what is done to the net while the run goes on. */
export function planDeeds(deeds: readonly Deed[], stage: Stage): void {
  for (const deed of deeds) stage.net.internet.at(deed.atMs, () => stage.mark(doIt(deed, stage)));
}

/** Does it, and says so. */
function doIt(deed: Deed, stage: Stage): string {
  switch (deed.type) {
    case "stop-control":
      stage.stopControl();
      return "Control is killed.";
    case "start-control":
      stage.startControl();
      return "Control starts and remembers nothing.";
    case "reboot-nat":
      return rebootNat(deed.side, stage);
    case "change-address":
      return changeAddress(deed.side, stage);
    case "replay":
      return replay(deed, stage);
  }
}

function rebootNat(side: "a" | "b", { net }: Stage): string {
  const [nearest] = net.gateways[side];
  if (nearest === undefined) return `There is no gateway at ${side} to reboot.`;
  nearest.reboot();
  return `The gateway at ${side} reboots: all that it had mapped is gone.`;
}

/** The provider gives the outermost NAT another address; a peer with a public one gets another itself. */
function changeAddress(side: "a" | "b", { net }: Stage): string {
  const outermost = net.gateways[side].at(-1);
  const address = NEW_ADDRESS[side];
  if (outermost !== undefined && "setAddress" in outermost) {
    outermost.setAddress(address);
    return `The provider gives the gateway at ${side} the address ${address}.`;
  }
  net.hosts[side].setAddress(address);
  return `Peer ${side} gets the address ${address}.`;
}

type Replay = Extract<Deed, { type: "replay" }>;

/** Sends the bytes once more to where they were seen to go on the public internet. */
function replay({ datagram, source }: Replay, { net: { internet, attacker } }: Stage): string {
  const seen = internet.trace.filter(({ id }) => id === datagram);
  const first = seen.find((fate) => fate.type === "sent");
  if (first === undefined || attacker === null) return `There is no datagram #${datagram} yet to send again.`;
  const { from, to } = seen.findLast((fate) => fate.type === "hop" && fate.direction === "outbound") ?? first;
  if (source === "forged") {
    attacker.sendRaw({ from, to, bytes: first.bytes });
    return `An attacker sends datagram #${datagram} again, as if it came from ${formatEndpoint(from)}.`;
  }
  const address = attacker.addresses.find((each) => ipFamily(each) === ipFamily(to.address)) ?? "";
  attacker.sendRaw({ from: { address, port: ATTACKER_PORT }, to, bytes: first.bytes });
  return `An attacker at ${address} sends datagram #${datagram} again.`;
}
