import type { Instant } from "@netpunch/transport";

/** chosen: what TCP sends at once after a pause, and little enough that nobody waits long behind it. */
const BURST_MS = 250;
/** The largest datagrams that UDP carries, with their headers, of which half of a burst has to hold one. */
const LARGEST_BYTES = 65_507 + 48;
const LEAST_PACKETS = 32;

/** Bits for each packet at which the cap on packets is as strict as the rate. chosen: half of a usual mix of data and ACKs. */
const BITS_PER_PACKET = 2_500;

/** How much of a rate has been used, as the instants at which its two buckets will be full again. */
export class Flow {
  bytesFullAt: Instant = Number.NEGATIVE_INFINITY;
  packetsFullAt: Instant = Number.NEGATIVE_INFINITY;
}

/**
 * A rate in bytes and one in packets, as token buckets in virtual scheduling form (ITU-T I.371 annex A). One rate serves
 * many flows.
 */
export class Rate {
  readonly #msPerByte: number;
  readonly #msPerPacket: number;
  readonly #bytesBurstMs: number;
  readonly #packetsBurstMs: number;

  constructor(bitsPerSecond: number) {
    this.#msPerByte = 8_000 / bitsPerSecond;
    this.#msPerPacket = (1_000 * BITS_PER_PACKET) / bitsPerSecond;
    this.#bytesBurstMs = Math.max(BURST_MS, 2 * LARGEST_BYTES * this.#msPerByte);
    this.#packetsBurstMs = Math.max(BURST_MS, LEAST_PACKETS * this.#msPerPacket);
  }

  /**
   * Whether a packet fits now.
   *
   * @param sharers how many share the rate evenly: to each of them it is so much slower
   * @param portion how much of the burst may be used, 0 to 1
   */
  fits(flow: Flow, sizeBytes: number, now: Instant, sharers = 1, portion = 1): boolean {
    const bytesMs = Math.max(flow.bytesFullAt - now, 0) + sizeBytes * this.#msPerByte * sharers;
    const packetsMs = Math.max(flow.packetsFullAt - now, 0) + this.#msPerPacket * sharers;
    // All shares' bursts together are no more than the whole one, but the largest datagram has to fit into each.
    return (
      bytesMs <= Math.max(this.#bytesBurstMs * portion, LARGEST_BYTES * this.#msPerByte * sharers) &&
      packetsMs <= Math.max(this.#packetsBurstMs * portion, this.#msPerPacket * sharers)
    );
  }

  take(flow: Flow, sizeBytes: number, now: Instant, sharers = 1): void {
    flow.bytesFullAt = Math.max(flow.bytesFullAt, now) + sizeBytes * this.#msPerByte * sharers;
    flow.packetsFullAt = Math.max(flow.packetsFullAt, now) + this.#msPerPacket * sharers;
  }
}

/** So many packets a second, as many of them at once, whatever their sizes. */
export class PacketRate {
  readonly #msPerPacket: number;

  constructor(perSecond: number) {
    this.#msPerPacket = 1_000 / perSecond;
  }

  /** Takes one packet where it fits. */
  take(flow: Flow, now: Instant): boolean {
    const fullAt = Math.max(flow.packetsFullAt, now) + this.#msPerPacket;
    // A thousandth for what adding up fractions loses.
    if (fullAt - now > 1_000.001) return false;
    flow.packetsFullAt = fullAt;
    return true;
  }
}
