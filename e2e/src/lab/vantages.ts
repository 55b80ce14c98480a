import type { Lab, Machine } from "./lab.js";
import { publicAddress } from "./places.js";
import { translate } from "./routers.js";

/** Where control stands, that sees one peer from inside, and how both peers reach it. */
export interface Vantage {
  readonly control: Machine;
  readonly inside: Machine;
  /** What each peer is told of control. */
  readonly remotes: { readonly inside: string; readonly outside: string };
}

const CONTROL_PORT = 7777;
const ROUTER = publicAddress(1);
const OUTSIDE = `${ROUTER}:${CONTROL_PORT}`;
/** The machine that control runs on, and the peer's own one. */
const SERVER = "192.168.0.5";
const PEER = "192.168.0.10";
const ROUTER_INSIDE = "192.168.0.1";

export type VantageName = keyof typeof VANTAGES;

/** Control behind the router of one of the peers, which forwards its port. */
export const VANTAGES = {
  "in one peer's LAN, behind a forwarded port": (lab) => {
    const router = forwarding(lab, `udp dport ${CONTROL_PORT}`);
    const control = router.attach("server", [SERVER]);
    return { control, inside: router.attach("a", [PEER]), remotes: { inside: `${SERVER}:7777`, outside: OUTSIDE } };
  },
  "in one peer's LAN, which reaches it by a hairpin": (lab) => {
    const router = forwarding(lab, `udp dport ${CONTROL_PORT}`);
    const control = router.attach("server", [SERVER]);
    return { control, inside: router.attach("a", [PEER]), remotes: { inside: OUTSIDE, outside: OUTSIDE } };
  },
  "on one peer's own machine, behind a forwarded port": (lab) => {
    const machine = forwarding(lab, `udp dport ${CONTROL_PORT}`).attach("a", [SERVER]);
    return { control: machine, inside: machine, remotes: { inside: `${SERVER}:7777`, outside: OUTSIDE } };
  },
  "on one peer's own machine, behind a cloud's 1:1 NAT": (lab) => {
    const machine = forwarding(lab, "meta l4proto udp").attach("a", [SERVER]);
    return { control: machine, inside: machine, remotes: { inside: "127.0.0.1:7777", outside: OUTSIDE } };
  },
} as const satisfies Readonly<Record<string, (lab: Lab) => Vantage>>;

/** A router that gives these datagrams to the server, from outside and from inside, which then looks like itself. */
function forwarding(lab: Lab, which: string): Machine {
  const router = lab.internet.attach("router-a", [ROUTER]);
  translate(router, SERVER, {
    incoming: (inside) => `ip daddr ${ROUTER} ${which} dnat to ${inside}`,
    outgoing: "masquerade",
    hairpin: `ip saddr { ${SERVER}, ${PEER} } ct status dnat snat to ${ROUTER_INSIDE}`,
  });
  return router;
}
