/**
 * How much a control node does for whom, whatever arrives. A valid v1 datagram can be captured and replayed for ever
 * and from forged sources, so each limit also bounds what such a replay makes us send, and to whom; those on
 * announces, answers and pushes are about v1.
 *
 * An announce over one of the first three is dropped whole: it is not answered, moves nothing and keeps nobody alive.
 * Load tests lift them with `Infinity` (and `answerSpacingMs: 0`).
 *
 * In v2 only a source whose address is proved has something remembered, and only who has the secret can prove one.
 * Those limits stop a peer that went wild, or has turned hostile. What is over them is dropped whole, too.
 */
export interface Budgets {
  /**
   * Announces of one slot that are heeded in a second, a second's worth of them at once.
   *
   * Default 20. chosen: twice what the original sends (one in 100 ms), so a peer and the old self that it replaces fit.
   */
  readonly announcesPerSlotPerSecond: number;
  /**
   * Announces heeded in a second from one source (an IPv4 address, an IPv6 /64), a second's worth at once.
   *
   * Default 100. chosen: ten of the original's peers that start together behind one NAT; a host whose address is forged
   * gets no more than that.
   */
  readonly announcesPerSourcePerSecond: number;
  /**
   * Announces heeded in a second in all, a second's worth at once.
   *
   * Default 300. chosen: all 26 peers start at once, one announce in 100 ms each; answers to them are 20 kB/s.
   */
  readonly announcesPerSecond: number;
  /**
   * A slot that asks again so soon after it was told the same address is not answered at once; if it does not ask once
   * more, it is told half a second after the last time.
   *
   * Default 150 ms. An original peer repeats its announce every 100 ms until an answer is there, and takes each answer
   * as the order to start over, so where control is more than 50 ms away, the second answer may find it in the middle
   * of its farewell and strand it. Simulated with two originals 50 to 100 ms away and 10 % loss: 18 % of the pairs leave
   * one behind when all announces are answered, 0.5 % with this.
   */
  readonly answerSpacingMs: number;
  /**
   * Datagrams that a slot may get in a row without having asked for each of them.
   *
   * Default 8: the four of an introduction (at once, then 500, 1500 and 3500 ms later) twice. 0 turns pushing off.
   */
  readonly pushesInARow: number;
  /**
   * How many of those a slot earns back in a minute.
   *
   * Default 12. chosen: one introduction in 20 s, and an original that wakes every 30 s finds them all.
   */
  readonly pushesPerMinute: number;
  /**
   * Bindings of v2 in all: runs that have a place in their session, and for 40 s those that had or asked for one. Memory
   * for all of them is set aside at the start, some 0.5 KiB each; the system gives it as it is used.
   *
   * Default 10,000; at most 10,000,000.
   */
  readonly bindings: number;
  /**
   * Bindings from one source (an IPv4 address, an IPv6 /64).
   *
   * Default 128. chosen: an office or a carrier's NAT behind one address.
   */
  readonly bindingsPerSource: number;
  /**
   * Frames of proved addresses that are heeded in a second from one source, a second's worth at once.
   *
   * Default 512. chosen: four for each binding that it may have, as all of them start at once after a power cut.
   */
  readonly framesPerSourcePerSecond: number;
  /**
   * Frames of proved addresses that are heeded in a second in all, a second's worth at once.
   *
   * Default 5,000. chosen: all bindings announce themselves within two seconds; a sixth of what a core can do.
   */
  readonly framesPerSecond: number;
  /**
   * CHALLENGEs sent to one source in a second, a second's worth at once: 86 bytes each, for at least 113.
   *
   * Default 128. chosen: every binding that it may have starts in the same second; who replays announces in the name
   * of a source gets no more than 11 kB/s sent there.
   */
  readonly challengesPerSourcePerSecond: number;
  /**
   * CHALLENGEs sent in a second in all, a second's worth at once.
   *
   * Default 5,000. chosen: after its restart control challenges everybody at the next keepalive, 15 s long.
   */
  readonly challengesPerSecond: number;
}

export const DEFAULT_BUDGETS: Budgets = {
  announcesPerSlotPerSecond: 20,
  announcesPerSourcePerSecond: 100,
  announcesPerSecond: 300,
  answerSpacingMs: 150,
  pushesInARow: 8,
  pushesPerMinute: 12,
  bindings: 10_000,
  bindingsPerSource: 128,
  framesPerSourcePerSecond: 512,
  framesPerSecond: 5_000,
  challengesPerSourcePerSecond: 128,
  challengesPerSecond: 5_000,
};

/** Each limit's smallest value; the rates must let something through. */
const SMALLEST: Readonly<Record<keyof Budgets, number>> = {
  announcesPerSlotPerSecond: 0.001,
  announcesPerSourcePerSecond: 0.001,
  announcesPerSecond: 0.001,
  answerSpacingMs: 0,
  pushesInARow: 0,
  pushesPerMinute: 0.001,
  bindings: 1,
  bindingsPerSource: 1,
  framesPerSourcePerSecond: 1,
  framesPerSecond: 1,
  challengesPerSourcePerSecond: 1,
  challengesPerSecond: 1,
};

/** Memory is set aside for all of them. */
const MOST_BINDINGS = 10_000_000;

/**
 * The defaults with the given ones in their places.
 *
 * @throws TypeError for a name that is no budget or a value that is no number; RangeError for one out of range.
 */
export function completeBudgets(given: Partial<Budgets> = {}): Budgets {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(`"budgets" expected an object of limits, got ${JSON.stringify(given)}`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!isBudget(name)) throw new TypeError(`"budgets" expected ${Object.keys(SMALLEST).join(", ")}, got ${name}`);
    if (value === undefined) continue;
    if (typeof value !== "number") throw new TypeError(`"budgets.${name}" expected a number, got ${typeof value}`);
    if (!(value >= SMALLEST[name])) {
      throw new RangeError(`"budgets.${name}" expected a number of at least ${SMALLEST[name]}, got ${value}`);
    }
  }
  const { bindings = DEFAULT_BUDGETS.bindings } = given;
  if (!Number.isInteger(bindings) || bindings > MOST_BINDINGS) {
    throw new RangeError(`"budgets.bindings" expected an integer of at most ${MOST_BINDINGS}, got ${bindings}`);
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...DEFAULT_BUDGETS, ...set };
}

function isBudget(name: string): name is keyof Budgets {
  return Object.hasOwn(SMALLEST, name);
}
