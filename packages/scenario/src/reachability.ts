import type { Dependence } from "@netpunch/simnet";

/** What decides whether protocol v1 gets through, in the words of RFC 4787. */
export interface NatFacts {
  readonly mapping: Dependence;
  readonly filtering: Dependence;
}

/**
 * Whether two peers behind NATs of their own can meet by v1. It knows nothing of the simulator: each peer has one known
 * address, the one that control saw, and each pings the other's.
 *
 * A first ping gets in where the other's filter lets it; then its answer must come back through our own filter. One such
 * direction is enough, as the other side pings whoever pinged it.
 */
export function canMeet(a: NatFacts, b: NatFacts): boolean {
  // Each answer then comes from an endpoint that was never pinged, whose own ping is answered from yet another one. Where
  // the two believe that they met all the same, each sends to an endpoint from which the other never sends.
  const chase = a.mapping === "address-and-port-dependent" && b.mapping === "address-and-port-dependent";
  if (chase) return false;
  return opens(a, b) || opens(b, a);
}

/** Whether `from` can ping `to`, and hear the answer. */
function opens(from: NatFacts, to: NatFacts): boolean {
  return getsIn(from, to) && answerGetsBack(from, to);
}

/** The ping goes to the endpoint that control saw of `to`, from the endpoint that `from` maps for `to`. */
function getsIn(from: NatFacts, to: NatFacts): boolean {
  if (to.filtering === "endpoint-independent") return true;
  // What `to` sent to `from` opened another mapping than the one that control saw.
  if (to.mapping !== "endpoint-independent") return false;
  if (to.filtering === "address-dependent") return true;
  // It pinged the endpoint that control saw of `from`; that must be the one that the ping comes from.
  return from.mapping === "endpoint-independent";
}

/** The answer comes from the endpoint that `to` maps for `from`; `from` has sent to the one that control saw. */
function answerGetsBack(from: NatFacts, to: NatFacts): boolean {
  return from.filtering !== "address-and-port-dependent" || to.mapping === "endpoint-independent";
}
