import type { Instant } from "@netpunch/transport";
import { type Endpoint, sameEndpoint } from "@netpunch/wire";

/** An address at which the partner may be reached, and what passed between it and us. */
export interface PartnerAddress {
  readonly endpoint: Endpoint;
  /** When we pinged it last; null: never. */
  pingedAt: Instant | null;
  /** Its ping arrived here, so we have ponged it. */
  heard: boolean;
  /**
   * How many more pings it may get. One that only pings showed gets one for each of them: whoever replays the partner's ping from
   * elsewhere must not have us drill at that address.
   */
  pingsOwed: number;
  /** What we said to it last; null: nothing yet. */
  lastSaid: "ping" | "pong" | null;
}

/**
 * The partner's addresses: the one that control named, and the last other one that an authentic ping came from (a NAT
 * that maps by destination shows the partner under another port than control saw); and one beside control, where that sees the
 * partner from inside. Of those that are heard one at most: whoever replays pings
 * from many sources can replace that one, never the others.
 */
export class Targets {
  #introduced: PartnerAddress | null = null;
  #heard: PartnerAddress | null = null;
  #supposed: PartnerAddress | null = null;

  /** The address to show: where the partner was heard, else where control saw it. */
  get foremost(): Endpoint | null {
    return (this.#heard ?? this.#introduced)?.endpoint ?? null;
  }

  find(endpoint: Endpoint): PartnerAddress | null {
    if (this.#introduced !== null && sameEndpoint(this.#introduced.endpoint, endpoint)) return this.#introduced;
    if (this.#heard !== null && sameEndpoint(this.#heard.endpoint, endpoint)) return this.#heard;
    if (this.#supposed !== null && sameEndpoint(this.#supposed.endpoint, endpoint)) return this.#supposed;
    return null;
  }

  /** Takes the address that control named; false if we had it already, from control or from the partner. */
  introduce(endpoint: Endpoint): boolean {
    const known = this.find(endpoint);
    if (known !== null && known === this.#heard) this.#heard = null;
    this.#introduced = known ?? newTarget(endpoint);
    this.#introduced.pingsOwed = Number.POSITIVE_INFINITY;
    return known === null;
  }

  /** Takes the address that it may have for us, where control sees it from inside; null: there is none. */
  suppose(endpoint: Endpoint | null): void {
    if (endpoint === null) this.#supposed = null;
    else if (this.find(endpoint) === null) {
      this.#supposed = { ...newTarget(endpoint), pingsOwed: Number.POSITIVE_INFINITY };
    }
  }

  /** Takes the source of an authentic ping. */
  hear(endpoint: Endpoint): PartnerAddress {
    const target = this.find(endpoint) ?? newTarget(endpoint);
    if (target === this.#supposed) this.#supposed = null;
    if (target !== this.#introduced) this.#heard = target;
    target.heard = true;
    target.pingsOwed += 1;
    return target;
  }

  *[Symbol.iterator](): Iterator<PartnerAddress> {
    if (this.#introduced !== null) yield this.#introduced;
    if (this.#heard !== null) yield this.#heard;
    if (this.#supposed !== null) yield this.#supposed;
  }
}

function newTarget(endpoint: Endpoint): PartnerAddress {
  return { endpoint: { ...endpoint }, pingedAt: null, heard: false, lastSaid: null, pingsOwed: 0 };
}
