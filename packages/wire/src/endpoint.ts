/** Where a datagram comes from or goes to: an IP literal in canonical form (no brackets) and a UDP port. */
export interface Endpoint {
  /** Dotted quad, or IPv6 as RFC 5952 writes it; IPv4-mapped IPv6 addresses stand as their dotted quad. */
  readonly address: string;
  /** 1..65535; 0 only where a socket is not bound yet. */
  readonly port: number;
}
