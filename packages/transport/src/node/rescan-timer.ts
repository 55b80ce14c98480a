import { type BoundSocket, closeOwned } from "./dgram-socket.js";

/** How a driver gets sockets for addresses that its machine has got since it started. */
export interface Rescan {
  /** How long from one look to the next. */
  readonly everyMs: number;
  /** The sockets that `have` lacks; the driver takes them over. A rejection counts as none, and is tried again. */
  open(have: readonly BoundSocket[]): Promise<readonly BoundSocket[]>;
}

interface Driven {
  readonly sockets: readonly BoundSocket[];
  add(bound: BoundSocket): void;
}

/** Looks for new sockets again and again until it is stopped. */
export class RescanTimer {
  readonly #rescan: Rescan;
  readonly #driver: Driven;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(rescan: Rescan, driver: Driven) {
    this.#rescan = rescan;
    this.#driver = driver;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#rescan.everyMs);
  }

  async #look(): Promise<void> {
    const opened = await this.#rescan.open(this.#driver.sockets).catch(() => []);
    if (this.#stopped) {
      await Promise.all(opened.map(closeOwned));
      return;
    }
    for (const bound of opened) this.#driver.add(bound);
    this.#arm();
  }
}
