import { ipFamily, ipScope } from "@netpunch/wire";
import { literalHost } from "./address.js";

/** What of `os.networkInterfaces()` counts here. */
type Interfaces = Readonly<
  Record<string, readonly { readonly address: string; readonly scopeid?: number }[] | undefined>
>;

/** The addresses of the machine's interfaces, canonical; link-local IPv6 with its zone. */
export function localAddresses(interfaces: Interfaces): readonly string[] {
  const addresses = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.map(({ address, scopeid = 0 }) => {
      const literal = literalHost(address) ?? address;
      return scopeid !== 0 && !literal.includes("%") ? `${literal}%${zone(name, scopeid)}` : literal;
    }),
  );
  return [...new Set(addresses)];
}

/** Whether the system has a choice of sources for what leaves the machine. */
export function isMultihomed(own: readonly string[], family: 4 | 6): boolean {
  return own.filter((address) => ipFamily(address) === family && isReachedFromOutside(address)).length >= 2;
}

function isReachedFromOutside(address: string): boolean {
  if (address.includes("%")) return false; // link-local, on the interface named there
  const scope = ipScope(address);
  return scope === "public" || scope === "private";
}

/** How the system names an interface in an address: Windows by number, others by name (RFC 4007 section 11.2). */
function zone(name: string, scopeid: number): string {
  return process.platform === "win32" ? String(scopeid) : name;
}
