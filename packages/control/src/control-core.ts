import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import type { Core, Deadline, Input, Instant, Output } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import { type Budgets, completeBudgets } from "./budgets.js";
import type { ControlEvent } from "./events.js";
import { Rendezvous } from "./rendezvous.js";
import { type ControlStats, snapshot } from "./stats.js";

export interface ControlCoreOptions {
  /** What control and its peers share: bytes as they are, or a string for its UTF-8 bytes. Never empty. */
  readonly secret: string | Uint8Array;
  /** Those limits that shall differ from {@link DEFAULT_BUDGETS}. */
  readonly budgets?: Partial<Budgets>;
  /** Our own sockets' addresses, where they are known: whatever claims to come from them is not answered. */
  readonly own?: readonly Endpoint[];
}

/** A control node as a protocol core. */
export interface ControlCore extends Core<ControlEvent> {
  /** What it has done up to now. */
  stats(now: Instant): ControlStats;
}

/**
 * Makes the core of a control node: 26 slots, linked in pairs; whoever announces one is told where its partner is.
 *
 * It holds everything in memory of a fixed size, some 40 KiB, whatever arrives, and sends at most two datagrams for an
 * announce, none for anything else.
 *
 * @throws RangeError on an empty secret or a budget out of range, TypeError on one of another type. No error shows the
 * secret.
 */
export function createControlCore(options: ControlCoreOptions): ControlCore {
  return new ControlMachine(options);
}

const NOTHING: readonly Output<ControlEvent>[] = Object.freeze([]);

class ControlMachine implements ControlCore {
  readonly #rendezvous: Rendezvous;
  #startedAt: Instant | null = null;

  constructor({ secret, budgets, own = [] }: ControlCoreOptions) {
    const envelope = createV1Envelope(secretBytes(secret));
    this.#rendezvous = new Rendezvous({ envelope, budgets: completeBudgets(budgets), own });
  }

  get deadline(): Deadline | null {
    return this.#rendezvous.deadline;
  }

  handle(now: Instant, input: Input): readonly Output<ControlEvent>[] {
    this.#startedAt ??= now;
    // What was due before this input is done before it, however late the driver's timer is.
    const due = this.#rendezvous.wake(now);
    const outputs = this.#take(now, input);
    return due.length === 0 ? outputs : [...due, ...outputs];
  }

  stats(now: Instant): ControlStats {
    const uptimeMs = now - (this.#startedAt ?? now);
    return snapshot(this.#rendezvous.tally, uptimeMs, this.#rendezvous.known(now));
  }

  #take(now: Instant, input: Input): readonly Output<ControlEvent>[] {
    switch (input.type) {
      case "datagram":
        // All of v1 begins with a character "!".."u"; a second protocol on this port is told by its first byte, here.
        return this.#rendezvous.hear(now, input.datagram);
      case "sendFailed":
        this.#rendezvous.tally.sendFailed += 1;
        return NOTHING;
      default:
        return NOTHING;
    }
  }
}
