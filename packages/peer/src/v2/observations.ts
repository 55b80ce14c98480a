import type { SocketId } from "@netpunch/transport";
import { type Endpoint, ipFamily, sameEndpoint } from "@netpunch/wire";

/** What a report of addresses tells: there was none before, another one, or the same. */
export type News = "first" | "changed" | "same";

/** Where control saw one of our sockets. */
export interface Observation {
  readonly socket: SocketId;
  /** Which of control's addresses saw it. */
  readonly control: Endpoint;
  /** What it answers: the announce with this seq. */
  readonly seq: number;
  readonly endpoint: Endpoint;
}

/**
 * What control saw of us: one observation for each of our sockets and each of control's addresses. Two of them that differ tell
 * of a NAT that maps by destination. Only where the same address sees the same socket elsewhere than before have we moved.
 */
export class Observations {
  #all: readonly Observation[] = [];

  /** Where we were seen, each endpoint once. */
  get endpoints(): readonly Endpoint[] {
    const endpoints: Endpoint[] = [];
    for (const { endpoint } of this.#all) {
      if (!endpoints.some((each) => sameEndpoint(each, endpoint))) endpoints.push(endpoint);
    }
    return endpoints;
  }

  /** Takes an observation; `controls` are the addresses in use. What others of that family saw is of the past then. */
  take(observation: Observation, controls: readonly Endpoint[]): News {
    const before = this.#all.find((each) => isOfSameLine(each, observation));
    // Challenges may overtake each other.
    if (before !== undefined && before.seq > observation.seq) return "same";
    const isKnown = this.#all.some(({ endpoint }) => sameEndpoint(endpoint, observation.endpoint));
    const taken = { ...observation, control: { ...observation.control }, endpoint: { ...observation.endpoint } };
    const family = ipFamily(taken.control.address);
    const kept = this.#all.filter(
      ({ control }) => ipFamily(control.address) !== family || controls.some((each) => sameEndpoint(each, control)),
    );
    this.#all = [...kept.filter((each) => each !== before), taken];
    if (before === undefined) return isKnown ? "same" : "first";
    return sameEndpoint(before.endpoint, taken.endpoint) ? "same" : "changed";
  }
}

function isOfSameLine(one: Observation, other: Observation): boolean {
  return one.socket === other.socket && sameEndpoint(one.control, other.control);
}
