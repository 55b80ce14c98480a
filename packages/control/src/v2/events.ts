import type { Output } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { Binding } from "./binding.js";

/** Why a run has no place any more. */
export type UnboundReason =
  /** It said BYE: it gave up, or it met its partner. */
  | v2.Bye["reason"]
  /** Another run announced itself from its address: it was restarted. */
  | "replaced"
  /** It answered none of the probes that another run made necessary. */
  | "unanswered"
  /** Its keepalives have stopped. */
  | "silent";

/** What control reports of protocol v2. Sessions and runs are told by their ids, in hex; names never come here. */
export type SessionEvent =
  /** A run has a place in its session: for the first time (`previous` is null), or at another address than before. */
  | {
      readonly type: "bound";
      readonly session: string;
      readonly run: string;
      readonly endpoint: Endpoint;
      readonly previous: Endpoint | null;
    }
  /** Both places of a session are taken, one of them anew. */
  | { readonly type: "paired"; readonly session: string; readonly endpoints: readonly [Endpoint, Endpoint] }
  /** A run was told that there is no place for it: two others are there, or ("taken") another run that holds its slot. */
  | {
      readonly type: "full";
      readonly session: string;
      readonly run: string;
      readonly endpoint: Endpoint;
      readonly why: "full" | "taken";
    }
  /** A run has lost its place, or given it back. */
  | {
      readonly type: "unbound";
      readonly session: string;
      readonly run: string;
      readonly endpoint: Endpoint;
      readonly why: UnboundReason;
    };

export function boundEvent(binding: Binding, previous: Endpoint | null): Output<SessionEvent> {
  return { type: "event", event: { type: "bound", ...named(binding), previous } };
}

export function pairedEvent(first: Binding, second: Binding): Output<SessionEvent> {
  const endpoints = [first.endpoint, second.endpoint] as const;
  return { type: "event", event: { type: "paired", session: v2.formatId(first.sid), endpoints } };
}

export function fullEvent(binding: Binding, why: "full" | "taken"): Output<SessionEvent> {
  return { type: "event", event: { type: "full", ...named(binding), why } };
}

export function unboundEvent(binding: Binding, why: UnboundReason): Output<SessionEvent> {
  return { type: "event", event: { type: "unbound", ...named(binding), why } };
}

function named({ sid, id, endpoint }: Binding) {
  return { session: v2.formatId(sid), run: v2.formatId(id), endpoint };
}
