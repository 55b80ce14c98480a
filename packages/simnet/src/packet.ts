import type { Endpoint } from "@netpunch/wire";

/** A datagram on its way; a NAT changes its endpoints, a router its `hopsLeft`. */
export interface Packet {
  readonly id: number;
  from: Endpoint;
  to: Endpoint;
  /** The simulation's own copy: nobody writes into it. */
  readonly bytes: Uint8Array;
  hopsLeft: number;
}

/** The usual initial value (RFC 1700, "IP TIME TO LIVE PARAMETER"); far above any path here, so it stops only loops. */
export const DEFAULT_TTL = 64;

/** The most that UDP carries over IPv4: 65,535 less the IP and UDP headers (RFC 791, RFC 768). */
export const MAX_PAYLOAD_BYTES = 65_507;
