import type { Endpoint } from "@netpunch/wire";

/** Who speaks in a live run. */
export type Who = "control" | "a" | "b";

/** What a real process saw, as a line of JSON. Instants are on the machine's one monotonic clock, in milliseconds. */
export type LiveRecord =
  /** It is there, at this address. */
  | { readonly type: "bound"; readonly who: Who; readonly at: number; readonly local: Endpoint }
  | {
      readonly type: "datagram";
      readonly who: Who;
      readonly at: number;
      readonly direction: "in" | "out";
      readonly remote: Endpoint;
      /** In hex. */
      readonly bytes: string;
    }
  /** What its core reported; events and datagrams of one call of the core have the same instant. */
  | { readonly type: "event"; readonly who: Who; readonly at: number; readonly event: { readonly type: string } }
  /** What came through the hole, for the application. */
  | { readonly type: "heard"; readonly who: Who; readonly at: number; readonly text: string }
  | { readonly type: "ended"; readonly who: Who; readonly at: number; readonly code: number | null }
  | { readonly type: "failed"; readonly who: Who; readonly at: number; readonly message: string };

/** The header that carries the word which only pages served by the live server itself know. */
export const TOKEN_HEADER = "x-netpunch-token";

/** What real processes can be asked to meet by. */
export const LIVE_PROTOCOLS = ["v2", "v1"] as const;
export type LiveProtocol = (typeof LIVE_PROTOCOLS)[number];
