import type { Instant, Output } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { RelayEnd, RelayPair } from "./end.js";

/** Why a relayed pair has ended. */
export type RelayEndedReason =
  /** One of the two was silent for 60 s. */
  | "idle"
  /** One of the two lost its place, left, or asks for another partner. */
  | "parted"
  /** One of the two moved to an address that is an end of another pair. */
  | "moved"
  /** Another run has proved that it is at the address of a released end. */
  | "claimed";

/** What control reports of the relay. Sessions and runs are told by their ids, in hex. */
export type RelayEvent =
  /** Data passes between the two from now on. */
  | { readonly type: "relayBegan"; readonly session: string; readonly endpoints: readonly [Endpoint, Endpoint] }
  /** A run has handed its socket to another program: that address is an end until the pair ends. */
  | { readonly type: "relayReleased"; readonly session: string; readonly run: string; readonly endpoint: Endpoint }
  /** Nothing passes between the two any more, for the first time since it began. */
  | {
      readonly type: "relayEnded";
      readonly session: string;
      readonly endpoints: readonly [Endpoint, Endpoint];
      readonly why: RelayEndedReason;
      readonly lastedMs: number;
      readonly datagrams: number;
      readonly bytes: number;
    }
  /** A pair sends more than the budgets allow. Told at once, and then every ten seconds as long as it does. */
  | {
      readonly type: "relayOverBudget";
      readonly session: string;
      readonly endpoints: readonly [Endpoint, Endpoint];
      /** Datagrams that were dropped since the pair began. */
      readonly dropped: number;
    };

type Ends = readonly [RelayEnd, RelayEnd];

export function beganEvent(ends: Ends): Output<RelayEvent> {
  return { type: "event", event: { type: "relayBegan", ...named(ends) } };
}

export function releasedEvent({ sid, id, remote }: RelayEnd): Output<RelayEvent> {
  const [session, run] = [v2.formatId(sid), v2.formatId(id)];
  return { type: "event", event: { type: "relayReleased", session, run, endpoint: remote } };
}

export function endedEvent(ends: Ends, pair: RelayPair, why: RelayEndedReason, now: Instant): Output<RelayEvent> {
  const { datagrams, bytes, carriesSince } = pair;
  const lastedMs = now - (carriesSince ?? now);
  return { type: "event", event: { type: "relayEnded", ...named(ends), why, lastedMs, datagrams, bytes } };
}

export function overBudgetEvent(ends: Ends, { dropped }: RelayPair): Output<RelayEvent> {
  return { type: "event", event: { type: "relayOverBudget", ...named(ends), dropped } };
}

function named([first, second]: Ends) {
  return { session: v2.formatId(first.sid), endpoints: [first.remote, second.remote] as const };
}
