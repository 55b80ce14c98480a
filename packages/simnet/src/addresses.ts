import { canonicalIp, formatIp, type IpScope, ipFamily, ipScope, parseIp } from "@netpunch/wire";
import { expected } from "./errors.js";

/** An IP address, or "ipv4" or "ipv6" for an automatic one of that family. */
export type AddressChoice = string;

/** Gives out the addresses of a site, one after the other, past those that are taken. */
export interface AddressPool {
  next(family: "ipv4" | "ipv6", isTaken: (address: string) => boolean): string;
}

/** From an IPv4 prefix ("192.168.1.0/24", without network, router and broadcast address) and an IPv6 /64 ("2001:db8:0:1"). */
export function createAddressPool(argument: string, prefix: string, prefix64: string): AddressPool {
  const { first, last } = hostsOf(argument, prefix);
  let nextIpv4 = first;
  let nextIpv6 = 2;
  const draw = {
    ipv4: () => {
      if (nextIpv4 > last) throw new RangeError(`no address left in ${prefix}: choose a shorter "${argument}"`);
      return formatIpv4(nextIpv4++);
    },
    ipv6: () => canonicalIp(`${prefix64}::${(nextIpv6++).toString(16)}`) as string,
  };
  return {
    next(family, isTaken) {
      let address = draw[family]();
      while (isTaken(address)) address = draw[family]();
      return address;
    },
  };
}

function hostsOf(argument: string, prefix: string): { first: number; last: number } {
  const [address = "", bits = ""] = prefix.split("/");
  const bytes = parseIp(address);
  if (bytes?.length !== 4 || !/^(?:[89]|[12][0-9])$/.test(bits)) {
    throw new RangeError(expected(argument, 'an IPv4 prefix of 8 to 29 bits such as "192.168.1.0/24"', prefix));
  }
  const size = 2 ** (32 - Number(bits));
  const start = Math.floor(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / size) * size;
  return { first: start + 2, last: start + size - 2 };
}

function formatIpv4(value: number): string {
  return formatIp(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
}

const HOST_SCOPES: readonly IpScope[] = ["public", "private", "link-local"];

/** A caller's address in canonical form. */
export function canonicalAddress(argument: string, text: string): string {
  const address = canonicalIp(text);
  if (address === null) throw new RangeError(expected(argument, "an IP address", text));
  const scope = ipScope(address);
  if (!HOST_SCOPES.includes(scope))
    throw new RangeError(expected(argument, "an address that a host can have", `${text} (${scope})`));
  return address;
}

/** A caller's IPv4 address in canonical form. */
export function canonicalIpv4(argument: string, text: string): string {
  const address = canonicalAddress(argument, text);
  if (ipFamily(address) !== 4) throw new RangeError(expected(argument, "an IPv4 address", text));
  return address;
}
