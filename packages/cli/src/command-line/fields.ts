import { parseListenAddress } from "@netpunch/transport/udp";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import type { Fields } from "./template.js";

/** What the result shows: the local address as far as it was asked for (":5000" has no host), the port that it became. */
export function resultFields(asked: string, local: Endpoint, remote: Endpoint): Fields {
  const anyHost = parseListenAddress(asked).host === null;
  return {
    LocalAddr: anyHost ? `:${local.port}` : formatEndpoint(local),
    LocalIP: anyHost ? "n/a" : local.address,
    LocalPort: String(local.port),
    RemoteAddr: formatEndpoint(remote),
    RemoteIP: remote.address,
    RemotePort: String(remote.port),
  };
}
