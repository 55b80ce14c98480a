import type { Endpoint } from "@netpunch/wire";
import type { Input, LocalAddress } from "../core.js";

/** How a driver knows the addresses of its machine. */
export interface LocalAddressWatch {
  /** How long from one look to the next. */
  readonly everyMs: number;
  /** The addresses as they are now. A throw counts as no news, and is tried again. */
  look(): readonly LocalAddress[];
  /** Finds out which of them lead to the server; the next look tells. Default: nobody knows. */
  towards?(servers: readonly Endpoint[]): Promise<void>;
}

type Addresses = Extract<Input, { readonly type: "addresses" }>;

/** Looks at the addresses again and again until it is stopped, and tells of those that differ from the last ones. */
export class LocalAddressTimer {
  readonly #watch: LocalAddressWatch;
  readonly #changed: (addresses: Addresses) => void;
  readonly #failed: (error: Error) => void;
  #isFailing = false;
  #known: readonly LocalAddress[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(watch: LocalAddressWatch, changed: (addresses: Addresses) => void, failed: (error: Error) => void) {
    this.#watch = watch;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** What is there at first. */
  start(): Addresses {
    this.#known = this.#look();
    this.#timer = setInterval(() => this.#compare(), this.#watch.everyMs);
    return { type: "addresses", addresses: this.#known };
  }

  /** Tells, where it makes a difference, which addresses lead to the server. */
  async towards(servers: readonly Endpoint[]): Promise<void> {
    await this.#watch.towards?.(servers);
    if (this.#timer !== undefined) this.#compare();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #compare(): void {
    const addresses = this.#look();
    if (isSameSet(addresses, this.#known)) return;
    this.#known = addresses;
    this.#changed({ type: "addresses", addresses });
  }

  #look(): readonly LocalAddress[] {
    try {
      const addresses = this.#watch.look();
      this.#isFailing = false;
      return addresses;
    } catch (error) {
      if (!this.#isFailing) this.#failed(error instanceof Error ? error : new Error(String(error)));
      this.#isFailing = true;
      return this.#known;
    }
  }
}

/** Whether both hold the same, in whatever order: the system may list what did not change in another one. */
function isSameSet(one: readonly LocalAddress[], other: readonly LocalAddress[]): boolean {
  const texts = new Set(one.map(textOf));
  return one.length === other.length && other.every((address) => texts.has(textOf(address)));
}

function textOf({ address, link, leadsTo }: LocalAddress): string {
  return `${address} ${link} ${leadsTo}`;
}
