/** How a driver notices that its machine was suspended. */
export interface SuspendWatch {
  /** How long from one look to the next. */
  readonly everyMs: number;
  /** Whether the machine was suspended since the last look. The first look only begins. */
  look(): boolean;
}

/** The two clocks of a machine, in milliseconds. */
export interface Clocks {
  /** Never set by anybody. Linux and macOS stop it while the machine is suspended. */
  monotonic(): number;
  /** The time of day. It goes on during a suspend, and anybody may set it. */
  wall(): number;
}

/** chosen: a look reads two clocks, and a person who opens a laptop does not notice a quarter of a second. */
const LOOK_MS = 250;
/** chosen: NTP slews by half a millisecond in a second, and steps when it is off by more than 128 ms. Shorter naps break no mapping. */
const SUSPENDED_MS = 1000;

const SYSTEM: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/**
 * Makes the `suspends` of a driver: the machine was suspended when the time of day has gone on by a second or more beyond
 * the monotonic clock, from one look to the next.
 *
 * Somebody who sets the clock forward looks the same. So a core may only do what does no harm then. A clock that was set
 * back counts for nothing. Where the monotonic clock goes on during a suspend, as on Windows, a core sees that its
 * deadline is long over.
 *
 * @param clocks default: the machine's
 */
export function createSuspendWatch(clocks: Clocks = SYSTEM): SuspendWatch {
  let before: { readonly monotonic: number; readonly wall: number } | undefined;
  const look = () => {
    const now = { monotonic: clocks.monotonic(), wall: clocks.wall() };
    const aheadMs = before === undefined ? 0 : now.wall - before.wall - (now.monotonic - before.monotonic);
    before = now;
    return aheadMs >= SUSPENDED_MS;
  };
  return { everyMs: LOOK_MS, look };
}

/** Looks again and again until it is stopped. */
export class SuspendTimer {
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(watch: SuspendWatch, resumed: () => void) {
    watch.look();
    this.#timer = setInterval(() => {
      if (watch.look()) resumed();
    }, watch.everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
