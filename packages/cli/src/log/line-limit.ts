export interface LineLimitOptions {
  /** Lines that may come at once. */
  readonly burst: number;
  /** How fast that allowance comes back. */
  readonly perSecond: number;
  /** Told how many lines were left out since it was told last. */
  readonly report: (skipped: number) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** chosen: a flood that lasts a day makes 8,640 lines. */
const REPORT_EVERY_MS = 10_000;

/** Keeps one kind of line from filling a log: a few pass, the rest is counted and reported every 10 s. */
export class LineLimit {
  readonly #options: LineLimitOptions;
  readonly #now: () => number;
  #left: number;
  #at: number;
  #skipped = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LineLimitOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#left = options.burst;
    this.#at = this.#now();
  }

  /** Whether the next line may be written. */
  admit(): boolean {
    const now = this.#now();
    const { burst, perSecond } = this.#options;
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left >= 1) {
      this.#left -= 1;
      return true;
    }
    this.#skipped += 1;
    this.#timer ??= setTimeout(() => this.flush(), REPORT_EVERY_MS).unref();
    return false;
  }

  /** Reports what was left out until now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#skipped === 0) return;
    const skipped = this.#skipped;
    this.#skipped = 0;
    this.#options.report(skipped);
  }
}
