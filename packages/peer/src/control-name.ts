import type { Instant } from "@netpunch/transport";
import { type Endpoint, sameEndpoint } from "@netpunch/wire";

/** chosen: long enough that a resolver without a cache is not pestered, short enough that a moved control is found. */
const LOOK_AGAIN_MS = 5000;
/** chosen: a name that has no address yet may have one soon, as on a machine that just started. */
const LOOK_AGAIN_AFTER_FAILURE_MS = 1000;

/** Control's name: what it stands for, and when it may be looked up again. One for all protocols that a peer speaks. */
export class ControlName {
  #endpoints: readonly Endpoint[] = [];
  #isAsking = false;
  #dueAt: Instant = Number.NEGATIVE_INFINITY;
  #told: Endpoint | null = null;

  /** Its addresses, best first; none before the first look-up has succeeded. */
  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** When it may be looked up again; null while that is under way. */
  get dueAt(): Instant | null {
    return this.#isAsking ? null : this.#dueAt;
  }

  /** Whether it is to be looked up now: not while that is under way, nor so soon after the last time. True counts as asked. */
  ask(now: Instant): boolean {
    if (this.#isAsking || now < this.#dueAt) return false;
    this.#isAsking = true;
    return true;
  }

  resolved(endpoints: readonly Endpoint[], now: Instant): void {
    this.#isAsking = false;
    this.#dueAt = now + LOOK_AGAIN_MS;
    this.#endpoints = endpoints.map((endpoint) => ({ ...endpoint }));
  }

  failed(now: Instant): void {
    this.#isAsking = false;
    this.#dueAt = now + LOOK_AGAIN_AFTER_FAILURE_MS;
  }

  /** Notes where announces go from now on; false where that was told already. */
  tell(endpoint: Endpoint): boolean {
    if (this.#told !== null && sameEndpoint(this.#told, endpoint)) return false;
    this.#told = { ...endpoint };
    return true;
  }
}

/** Addresses of control's, and the one of them that is in use. */
export class Failover {
  #endpoints: readonly Endpoint[] = [];
  #current: Endpoint | null = null;

  /** Null before there is any. */
  get current(): Endpoint | null {
    return this.#current;
  }

  has(endpoint: Endpoint): boolean {
    return this.#endpoints.some((each) => sameEndpoint(each, endpoint));
  }

  /**
   * Takes the addresses as they are now; true where another one is in use then. One that the name still has is kept: round-robin
   * answers must not move us from one control to another.
   */
  take(endpoints: readonly Endpoint[]): boolean {
    this.#endpoints = endpoints;
    if (this.#current !== null && this.has(this.#current)) return false;
    return this.use(endpoints[0] ?? null);
  }

  /** The network may be back at the next try; but where control has another address, that one gets it. True where it has. */
  leave(endpoint: Endpoint): boolean {
    if (this.#current === null || !sameEndpoint(this.#current, endpoint)) return false;
    const at = this.#endpoints.findIndex((each) => sameEndpoint(each, endpoint));
    return this.use(this.#endpoints[(at + 1) % this.#endpoints.length] ?? null);
  }

  /** Takes this one; true where it is another one than before. */
  use(endpoint: Endpoint | null): boolean {
    const before = this.#current;
    if (endpoint === null || (before !== null && sameEndpoint(before, endpoint))) return false;
    this.#current = endpoint;
    return true;
  }
}
