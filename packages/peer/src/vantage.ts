import { type Endpoint, ipFamily, ipScope } from "@netpunch/wire";

/** RFC 6335 section 6: below it are the ports of services; no partner's word leads to those of control's machine. */
const FIRST_USER_PORT = 1024;

/**
 * Where a partner may be that control sees from inside: it is in control's own LAN, or on its machine, so control saw its
 * private address, which leads nowhere from here. We reach control from outside, at the address of the router in front of both;
 * there the partner's own pings come out, at the same port as long as that is free.
 *
 * One address at most, and nobody's but control's own: whoever makes up candidates cannot make us ping others by that.
 *
 * @param control as we reach it
 * @param seen where control saw the partner
 * @param observed where control saw us; null where the protocol does not tell
 */
export function besideControl(control: Endpoint, seen: Endpoint, observed: Endpoint | null): Endpoint | null {
  const isOutside = isPublicIpv4(control) && (observed === null || isPublicIpv4(observed));
  if (!isOutside || !isInside(seen) || seen.port === control.port || seen.port < FIRST_USER_PORT) return null;
  return { address: control.address, port: seen.port };
}

/** Whether an address can only have been seen from inside of a network, or on one machine. */
export function isInside({ address }: Endpoint): boolean {
  const scope = ipScope(address);
  return ipFamily(address) === 4 && (scope === "private" || scope === "loopback");
}

function isPublicIpv4({ address }: Endpoint): boolean {
  return ipFamily(address) === 4 && ipScope(address) === "public";
}
