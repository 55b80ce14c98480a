import type { LocalAddress } from "../core.js";

/** What `os.networkInterfaces()` tells of an interface with each of its addresses. */
export interface InterfaceInfo {
  readonly internal: boolean;
  readonly mac: string;
}

/** What Linux tells of an interface: a file of /sys/class/net/<name>; null where there is none. */
export type ReadAttribute = (
  name: string,
  attribute: "bridge/bridge_id" | "flags" | "tun_flags" | "type",
) => string | null;

/** linux/if.h: IFF_POINTOPOINT. */
const POINT_TO_POINT = 0x10;
/** linux/if_arp.h: ARPHRD_PPP, _TUNNEL, _TUNNEL6, _SIT, _IPGRE, _IP6GRE; ARPHRD_NONE is tun's, WireGuard's and IPsec's. */
const TUNNEL_TYPES: readonly number[] = [512, 768, 769, 776, 778, 823, 0xfffe];

const NO_HARDWARE_ADDRESS = "00:00:00:00:00:00";
/** Names of tunnels that may have a hardware address: those of BSD and macOS ("feth" is ZeroTier's) and of Windows' VPNs. */
const TUNNEL_NAME = /^(?:utun|tun|tap|wg|ppp|ipsec|tailscale|zt|feth|zerotier|openvpn|wireguard)/i;

/** Names of the bridges, and of their ports, that Docker, Podman, LXC, LXD, libvirt and Kubernetes make. */
const BRIDGE_NAME = /^(?:docker\d|br-[0-9a-f]{12}$|veth|virbr\d|lxcbr\d|lxdbr\d|podman\d|cni|cali|flannel)/;

/**
 * What kind of link an interface is.
 *
 * Its netmask tells nothing: clouds give ordinary Ethernet a /32. Linux is asked; where it has nothing to say (another
 * system, or a /sys of another network namespace) a tunnel is what has no hardware address, or a tunnel's name.
 */
export function linkOf(name: string, { internal, mac }: InterfaceInfo, read: ReadAttribute): LocalAddress["link"] {
  if (internal) return "loopback";
  if (isLinuxTunnel(name, read) ?? isTunnelByLooks(name, mac)) return "tunnel";
  // A machine's only way out may be a bridge, too: whoever knows that this one leads somewhere need not mind.
  return read(name, "bridge/bridge_id") !== null || BRIDGE_NAME.test(name) ? "bridge" : "ordinary";
}

function isLinuxTunnel(name: string, read: ReadAttribute): boolean | null {
  const [flags, type] = [read(name, "flags"), read(name, "type")];
  if (flags === null || type === null) return null;
  // A tap device is Ethernet by its type, and like tun the end of a program's tunnel.
  return (
    (Number(flags) & POINT_TO_POINT) !== 0 || TUNNEL_TYPES.includes(Number(type)) || read(name, "tun_flags") !== null
  );
}

function isTunnelByLooks(name: string, mac: string): boolean {
  return mac === NO_HARDWARE_ADDRESS || TUNNEL_NAME.test(name);
}
