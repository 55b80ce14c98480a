import type { Instant } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import { type Dependence, type Lifetimes, REMOTE_PART } from "./behaviour.js";

/** Whom one inside endpoint has sent to, and so who may send to it, and how long yet. */
export interface Permit {
  /** "*" (anybody), an address or an endpoint, as the filtering behaviour has it. */
  readonly remote: string;
  readonly expiresAt: Instant;
}

interface Opening {
  refreshedAt: Instant;
  isAnswered: boolean;
  expiresAt: Instant;
}

/** The filter in front of one inside endpoint: of a NAT's mapping, or of a host behind a firewall. */
export class Filter {
  readonly #remotePart: (remote: Endpoint) => string;
  readonly #lifetimes: Lifetimes;
  /** By the remote's part; the one refreshed last stands last. */
  readonly #openings = new Map<string, Opening>();
  /** When the last of its permits ends, and with them a NAT's mapping. */
  expiresAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(filtering: Dependence, lifetimes: Lifetimes) {
    this.#remotePart = REMOTE_PART[filtering];
    this.#lifetimes = lifetimes;
  }

  /** The inside sends to `remote`: answers may come (RFC 4787 REQ-6: outbound refresh). */
  open(remote: Endpoint, now: Instant): void {
    const key = this.#remotePart(remote);
    const known = this.#openings.get(key);
    const isAnswered = known !== undefined && known.expiresAt > now && known.isAnswered;
    this.#openings.delete(key);
    this.#forgetExpired(now);
    const opening = { refreshedAt: now, isAnswered, expiresAt: now };
    this.#openings.set(key, opening);
    this.#extend(opening);
  }

  /** Whether a datagram from `remote` may come in. */
  admits(remote: Endpoint, now: Instant): boolean {
    const opening = this.#openings.get(this.#remotePart(remote));
    if (opening === undefined || opening.expiresAt <= now) return false;
    opening.isAnswered = true;
    if (this.#lifetimes.inboundRefresh === "on") opening.refreshedAt = now;
    this.#extend(opening);
    return true;
  }

  permits(now: Instant): readonly Permit[] {
    return [...this.#openings]
      .filter(([, opening]) => opening.expiresAt > now)
      .map(([remote, { expiresAt }]) => ({ remote, expiresAt }));
  }

  #extend(opening: Opening): void {
    const { mappingLifetimeMs, unansweredLifetimeMs } = this.#lifetimes;
    opening.expiresAt = opening.refreshedAt + (opening.isAnswered ? mappingLifetimeMs : unansweredLifetimeMs);
    this.expiresAt = Math.max(this.expiresAt, opening.expiresAt);
  }

  #forgetExpired(now: Instant): void {
    for (const [key, opening] of this.#openings) {
      if (opening.expiresAt > now) return;
      this.#openings.delete(key);
    }
  }
}
