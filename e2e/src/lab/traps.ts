import type { Lab, Machine } from "./lab.js";
import { publicAddress } from "./places.js";
import { PEER_PORT, TRANSLATIONS, type Translation, translate, UNFILTERED } from "./routers.js";

/** A machine and the router that it is behind. */
export interface Home {
  readonly router: Machine;
  readonly machine: Machine;
}

/** The address that its router gives a machine first, and the one that it gives next. */
const LEASED = "192.168.0.10";
const LEASED_NEXT = "192.168.0.11";

/** A host of containers: it masquerades for them, and filters nothing that comes from outside. */
export function inContainer(lab: Lab, name: string, site: number): Home {
  return home(lab, name, site, UNFILTERED);
}

/** A home router of the usual kind. */
export function atHome(lab: Lab, name: string, site: number): Home {
  return home(lab, name, site, TRANSLATIONS["port-restricted"]);
}

/**
 * The machine comes back with another address, and its router still maps the old one to the partner at that site, as it
 * does for two minutes after a conversation. Needs conntrack.
 */
export function leaseAnother({ router, machine }: Home, site: number, partnersSite: number): void {
  const [own, partner] = [publicAddress(site), publicAddress(partnersSite)];
  const outgoing = `-s ${LEASED} -d ${partner} --sport ${PEER_PORT} --dport ${PEER_PORT}`;
  const reply = `-r ${partner} -q ${own} --reply-port-src ${PEER_PORT} --reply-port-dst ${PEER_PORT}`;
  router.run("conntrack", ..."-I -p udp -t 120 -u SEEN_REPLY,ASSURED".split(" "), ...`${outgoing} ${reply}`.split(" "));
  machine.moveTo(router, [LEASED_NEXT]);
}

function home(lab: Lab, name: string, site: number, translation: Translation): Home {
  const router = lab.internet.attach(`router-${name}`, [publicAddress(site)]);
  translate(router, LEASED, translation);
  return { router, machine: router.attach(name, [LEASED]) };
}
