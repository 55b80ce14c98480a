import type { Datagram, Instant } from "./core.js";

/**
 * Sees what a driver does; logging, tracing and counting are observers. All methods are optional and called in order.
 * A datagram's bytes are valid during the call only. An observer that throws is reported as an uncaught error and
 * disturbs neither the driver nor other observers.
 */
export interface Observer<Event> {
  /** Every datagram, as it stands on the wire, in or out. */
  datagram?(direction: "in" | "out", datagram: Datagram, at: Instant): void;
  /** The machine refused to send. */
  sendFailed?(remote: Datagram["remote"], error: Error, at: Instant): void;
  /** A name could not be looked up; it will be tried again. */
  resolveFailed?(error: Error, at: Instant): void;
  /**
   * The machine does not tell its own addresses (a sandbox may forbid that), so a partner in the same network cannot be told them;
   * once, and again after it has told them in between.
   */
  addressesUnknown?(error: Error, at: Instant): void;
  /** What the core reported. */
  event?(event: Event, at: Instant): void;
}
