import { createFrameMac, createV1Envelope, type FrameMac, KEY_BYTES, secretBytes } from "@netpunch/crypto";
import {
  type Core,
  type Datagram,
  type Deadline,
  type Input,
  type Instant,
  type Output,
  sooner,
} from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import { Bridge } from "./bridge.js";
import { type Budgets, completeBudgets } from "./budgets.js";
import type { ControlKeys } from "./control-keys.js";
import type { ControlEvent } from "./events.js";
import { type ControlStats, emptyTally, snapshot } from "./stats.js";
import { Strangers } from "./strangers.js";
import { SlotRendezvous } from "./v1/rendezvous.js";
import { Cookies } from "./v2/cookie.js";
import type { KeptEnd } from "./v2/relay/kept.js";
import { completeRelay, type RelayOption } from "./v2/relay/options.js";
import { SessionRendezvous } from "./v2/rendezvous.js";
import { NO_V1 } from "./v2/v1-neighbour.js";

/** What both ways of making a core take. */
export interface CommonCoreOptions {
  /** Those limits that shall differ from {@link DEFAULT_BUDGETS}. */
  readonly budgets?: Partial<Budgets>;
  /** Our own sockets' addresses, where they are known: whatever claims to come from them is not answered. */
  readonly own?: readonly Endpoint[];
}

/** For v2, and v1 beside it where the keys have what it takes. */
export interface KeysCoreOptions extends CommonCoreOptions {
  /** See `controlKeys()`. */
  readonly keys: ControlKeys;
  /** A cryptographically secure source of so many bytes: what proves addresses is made with them. */
  readonly random: (length: number) => Uint8Array;
  /** Makes what signs and verifies frames; default: that of `@netpunch/crypto`, which runs anywhere. */
  readonly createFrameMac?: (key: Uint8Array) => FrameMac;
  /** Limits of the relay that shall differ from {@link DEFAULT_RELAY}, or `"off"`. */
  readonly relay?: RelayOption;
  /** Ends of the relay that were released before a restart: what {@link ControlCore.keptEnds} was then. */
  readonly keptEnds?: readonly KeptEnd[];
}

/** For v1 alone. */
export interface SecretCoreOptions extends CommonCoreOptions {
  /** What control and its peers share: bytes as they are, or a string for its UTF-8 bytes. Never empty. */
  readonly secret: string | Uint8Array;
}

export type ControlCoreOptions = KeysCoreOptions | SecretCoreOptions;

/** A control node as a protocol core. */
export interface ControlCore extends Core<ControlEvent> {
  /** What it has done up to now. */
  stats(now: Instant): ControlStats;
  /**
   * The ends of the relay that were handed to other programs, which would lose them for good at a restart. It changes with
   * each event `relayReleased` and `relayEnded`.
   */
  keptEnds(): readonly KeptEnd[];
  /** Takes no more ends of the relay, as the node is about to end. Everything else goes on. */
  drain(): void;
}

/**
 * Makes the core of a control node.
 *
 * With `keys` it speaks v2: sessions of two peers each, told of each other as soon as both are there; and, where the
 * keys are those of a secret, v1 beside it: 26 slots, linked in pairs. With `secret` it speaks v1 alone.
 *
 * All memory is set aside here, whatever arrives: some 40 KiB for v1, and for v2 some 0.5 KiB for each binding that the
 * budgets allow. To an address that is not proved it sends less than came from there.
 *
 * @throws RangeError on an empty secret or a budget out of range, TypeError on one of another type. No error shows the
 * secret.
 */
export function createControlCore(options: ControlCoreOptions): ControlCore {
  return new ControlMachine(options);
}

const NOTHING: readonly Output<ControlEvent>[] = Object.freeze([]);

class ControlMachine implements ControlCore {
  /** Null with a control key alone. */
  readonly #v1: SlotRendezvous | null;
  /** Null with a secret alone. */
  readonly #v2: SessionRendezvous | null;
  readonly #bridge: Bridge | null;
  #resumes: readonly KeptEnd[] = [];
  #sendFailed = 0;
  #startedAt: Instant | null = null;

  constructor(options: ControlCoreOptions) {
    const common = { budgets: completeBudgets(options.budgets), own: options.own ?? [] };
    if ("secret" in options) {
      const envelope = createV1Envelope(secretBytes(options.secret));
      this.#v1 = new SlotRendezvous({ ...common, envelope, strangers: new Strangers(0) });
      this.#v2 = null;
      this.#bridge = null;
      return;
    }
    const { keys, random, createFrameMac: createMac = createFrameMac, keptEnds = [] } = options;
    this.#resumes = keptEnds;
    const cookies = new Cookies(createMac(random(KEY_BYTES)));
    const seed = new DataView(Uint8Array.from(random(4)).buffer).getInt32(0);
    const strangers = new Strangers(seed);
    const session = {
      ...common,
      strangers,
      mac: createMac(keys.control),
      cookies,
      relay: completeRelay(options.relay),
      seed,
    };
    if (keys.v1 === null) {
      this.#v1 = null;
      this.#v2 = new SessionRendezvous({ ...session, v1: NO_V1 });
      this.#bridge = null;
      return;
    }
    const bridge: Bridge = new Bridge(keys.slotSessions, () => ({ v1: slots, v2: sessions }));
    const slots = new SlotRendezvous({ ...common, envelope: createV1Envelope(keys.v1), strangers, v2: bridge });
    const sessions = new SessionRendezvous({ ...session, v1: bridge });
    this.#v1 = slots;
    this.#v2 = sessions;
    this.#bridge = bridge;
  }

  get deadline(): Deadline | null {
    return sooner(this.#v1?.deadline ?? null, this.#v2?.deadline ?? null);
  }

  handle(now: Instant, input: Input): readonly Output<ControlEvent>[] {
    this.#startedAt ??= now;
    // What was due before this input is done before it, however late the driver's timer is.
    const due = this.#wake(now);
    const outputs = this.#take(now, input);
    return due.length === 0 ? outputs : [...due, ...outputs];
  }

  stats(now: Instant): ControlStats {
    const uptimeMs = now - (this.#startedAt ?? now);
    const tally = { ...(this.#v1?.tally ?? emptyTally()), sendFailed: this.#sendFailed };
    const slots = snapshot(tally, uptimeMs, this.#v1?.known(now) ?? []);
    return this.#v2 === null ? slots : { ...slots, v2: this.#v2.stats() };
  }

  keptEnds(): readonly KeptEnd[] {
    // Until it starts it has only those that it is to go on with.
    return this.#startedAt === null ? this.#resumes : (this.#v2?.kept() ?? []);
  }

  drain(): void {
    this.#v2?.drain();
  }

  #wake(now: Instant): readonly Output<ControlEvent>[] {
    const slots = this.#v1?.wake(now) ?? NOTHING;
    const sessions = this.#v2?.wake(now) ?? NOTHING;
    return joined(slots, joined(this.#bridge?.tell(now) ?? NOTHING, sessions));
  }

  #take(now: Instant, input: Input): readonly Output<ControlEvent>[] {
    switch (input.type) {
      case "start":
        return this.#v2?.resume(this.#resumes, now) ?? NOTHING;
      case "datagram":
        return this.#hear(now, input.datagram);
      case "sendFailed":
        this.#sendFailed += 1;
        return NOTHING;
      default:
        return NOTHING;
    }
  }

  /**
   * What the relay passes on is none of control's own words. All of v1 begins with a character "!".."u", which the magic of v2 does not.
   */
  #hear(now: Instant, datagram: Datagram): readonly Output<ControlEvent>[] {
    const relayed = this.#v2?.relay(now, datagram) ?? null;
    if (relayed !== null) return relayed;
    if (this.#v2 !== null && (this.#v1 === null || v2.isFrame(datagram.bytes))) return this.#v2.hear(now, datagram);
    const heard = this.#v1?.hear(now, datagram) ?? NOTHING;
    return joined(heard, this.#bridge?.tell(now) ?? NOTHING);
  }
}

function joined<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  if (second.length === 0) return first;
  return first.length === 0 ? second : [...first, ...second];
}
