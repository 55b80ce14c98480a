import type { PathKind, PeerEvent } from "@netpunch/peer/core";
import type { Endpoint, Instant } from "@netpunch/simnet";
import type { RunningPeer } from "./program.js";

/** How a peer fares. */
export interface Outcome {
  /** When it knew that it was connected; null: never. */
  readonly connectedAt: Instant | null;
  /** Where its hole leads. */
  readonly hole: Endpoint | null;
  /** What the hole was made with. */
  readonly protocol: "v1" | "v2" | null;
  /** v2: how that address became known. */
  readonly path: PathKind | null;
  readonly roundTripMs: number | null;
  /** v2: when it took for sure that its partner knows: it was told, or the partner's silence told it; null: never. */
  readonly confirmedAt: Instant | null;
  /** v2: when it gave up to know that. */
  readonly unconfirmedAt: Instant | null;
}

type Connected = Partial<Extract<PeerEvent, { readonly type: "connected" }>>;

/** Reads it off the peer's events; where it connected anew with a partner that restarted, the last time counts. */
export function outcomeOf({ events, doneAt }: RunningPeer): Outcome {
  const last = (type: PeerEvent["type"]) => events.findLast(({ event }) => event.type === type);
  const connected = last("connected");
  const unconfirmedAt = last("unconfirmed")?.at ?? null;
  const { endpoint = null, path = null, roundTripMs = null } = (connected?.event ?? {}) as Connected;
  return {
    connectedAt: connected?.at ?? null,
    hole: endpoint,
    protocol: connected === undefined ? null : path === null ? "v1" : "v2",
    path,
    roundTripMs,
    confirmedAt: last("confirmed")?.at ?? (path === null || unconfirmedAt !== null ? null : doneAt),
    unconfirmedAt,
  };
}
