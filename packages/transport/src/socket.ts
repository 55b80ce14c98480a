/**
 * As much of a `node:dgram` socket as netpunch needs, in our own words, so that published types name no other
 * package's. A `dgram.Socket` is one.
 */
export interface UdpSocket {
  send(bytes: Uint8Array, port: number, address: string, callback?: (error: Error | null, bytes: number) => void): void;
  send(
    bytes: Uint8Array,
    offset: number,
    length: number,
    port: number,
    address: string,
    callback?: (error: Error | null, bytes: number) => void,
  ): void;
  address(): { readonly address: string; readonly family: string; readonly port: number };
  close(callback?: () => void): unknown;
  setTTL?(ttl: number): unknown;
  /**
   * Every datagram must come through it, as `emit("message", bytes, remote)` of the socket itself: netpunch puts one of
   * its own in front, so that no listener sees netpunch's datagrams.
   */
  emit(event: string | symbol, ...args: unknown[]): boolean;
  ref(): unknown;
  unref(): unknown;
  on(event: "message", listener: (bytes: Uint8Array, remote: RemoteInfo) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  off(event: "message", listener: (bytes: Uint8Array, remote: RemoteInfo) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  off(event: "close", listener: () => void): unknown;
}

/** Who sent a datagram, as node:dgram tells it. */
export interface RemoteInfo {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
  readonly port: number;
  readonly size: number;
}
