/** How much a control node relays. */
export interface RelayLimits {
  /**
   * What the two of a pair send through the relay together, in bits a second.
   *
   * Default 10,000,000. chosen: a video call or a remote desktop fits, a backup takes its time.
   */
  readonly perPair: number;
  /**
   * What all pairs send through the relay together, in bits a second. What comes in goes out again, so the machine's
   * traffic is twice that.
   *
   * Default 50,000,000. chosen: five pairs at full speed, a small part of a small server's network and of one core.
   */
  readonly total: number;
  /**
   * Ends of pairs in all: two for each pair, and one for each run that waits for its partner.
   *
   * Default 2,000. chosen: 1,000 pairs, some 1 KiB each.
   */
  readonly ends: number;
  /**
   * Ends of one source (an IPv4 address, an IPv6 /64).
   *
   * Default 64. chosen: half of the runs that an office or a carrier's NAT may have bound.
   */
  readonly endsPerSource: number;
}

export const DEFAULT_RELAY: RelayLimits = {
  perPair: 10_000_000,
  total: 50_000_000,
  ends: 2_000,
  endsPerSource: 64,
};

/** Limits that shall differ from {@link DEFAULT_RELAY}, or `"off"`: nothing is relayed. */
export type RelayOption = Partial<RelayLimits> | "off";

/** Each limit's smallest value: one full datagram must fit into a second of a rate. */
const SMALLEST: Readonly<Record<keyof RelayLimits, number>> = {
  perPair: 10_000,
  total: 10_000,
  ends: 2,
  endsPerSource: 1,
};

const MOST_ENDS = 1_000_000;

/**
 * The defaults with the given limits in their places; null for `"off"`.
 *
 * @throws TypeError for a name that is no limit or a value that is no number; RangeError for one out of range.
 */
export function completeRelay(given: RelayOption = {}): RelayLimits | null {
  if (given === "off") return null;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(`"relay" expected an object of limits or "off", got ${JSON.stringify(given)}`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!isLimit(name)) throw new TypeError(`"relay" expected ${Object.keys(SMALLEST).join(", ")}, got ${name}`);
    if (value !== undefined) checkLimit(name, value);
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...DEFAULT_RELAY, ...set };
}

function checkLimit(name: keyof RelayLimits, value: unknown): void {
  if (typeof value !== "number") throw new TypeError(`"relay.${name}" expected a number, got ${typeof value}`);
  if (!(value >= SMALLEST[name])) {
    throw new RangeError(`"relay.${name}" expected a number of at least ${SMALLEST[name]}, got ${value}`);
  }
  const isCount = name === "ends" || name === "endsPerSource";
  if (isCount && !(Number.isInteger(value) && value <= MOST_ENDS)) {
    throw new RangeError(`"relay.${name}" expected an integer of at most ${MOST_ENDS}, got ${value}`);
  }
}

function isLimit(name: string): name is keyof RelayLimits {
  return Object.hasOwn(SMALLEST, name);
}
