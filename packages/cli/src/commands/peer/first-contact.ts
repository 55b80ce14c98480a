import type { PeerEvent } from "@netpunch/peer";
import type { Observer } from "@netpunch/transport";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import { Failure, isRefusal, systemReason } from "../../process/failure.js";

/** The original's burst: a machine on which all of its first five sends fail has no route; fewer may be an accident. */
const FAILED_SENDS = 5;

/**
 * Tells a start that cannot work from a network that goes away later. The library waits out both; a person who has
 * mistyped control's name or has no network wants to hear of it at once.
 */
export class FirstContact implements Observer<PeerEvent> {
  readonly #fail: (failure: Failure) => void;
  #named = false;
  #introduced = false;
  #told = false;
  #sent = 0;
  #failed = 0;

  /** @param fail called at most once */
  constructor(fail: (failure: Failure) => void) {
    this.#fail = fail;
  }

  event(event: PeerEvent): void {
    if (event.type === "control") this.#named = true;
    // What cannot be sent from now on is for the partner, whose address may well be one that leads nowhere from here.
    if (event.type === "introduced" || event.type === "candidates") this.#introduced = true;
  }

  datagram(direction: "in" | "out"): void {
    if (direction === "out") this.#sent += 1;
  }

  sendFailed(remote: Endpoint, error: Error): void {
    // A machine that refuses the port is one that can be reached.
    if (this.#introduced || isRefusal(error)) return;
    this.#failed += 1;
    // One that did not fail has left the machine: there was a route, and whatever fails from then on is an outage. One that is still
    // under way may have left, too; when it fails as well, this is asked again.
    if (this.#told || this.#failed < FAILED_SENDS || this.#failed < this.#sent) return;
    this.#told = true;
    this.#fail(
      new Failure("no-route", `cannot send to ${formatEndpoint(remote)}: ${systemReason(error)}`, {
        advice: "Check this machine's network, and that -local is an address from which control can be reached.",
        cause: error,
      }),
    );
  }

  resolveFailed(error: Error): void {
    if (this.#named) return;
    this.#named = true;
    const isFamily = "code" in error && error.code === "no-common-family";
    const advice = isFamily
      ? '-local ":5000", without an address, serves both IPv4 and IPv6; or give one of the same family as control\'s.'
      : "Check the name, and this machine's network and name server.";
    this.#fail(new Failure(isFamily ? "no-common-family" : "host-not-found", error.message, { advice, cause: error }));
  }
}
