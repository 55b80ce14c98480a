import type { FrameMac } from "@netpunch/crypto";
import type { Instant } from "@netpunch/transport";
import { type Endpoint, parseIp, v2 } from "@netpunch/wire";

/*
 * What a cookie is the MAC of, under a key that this process drew at its start and tells nobody:
 *
 *   offset  bytes  what
 *   0       4      bucket: how many times 15 s have passed on the driver's clock
 *   4       1      how many bytes of address follow, 4 or 16
 *   5       16     the peer's address
 *   21      2      its port
 *   23      16     sid
 *   39      8      id
 *   47      16     the cookie
 */

/** So a cookie is good for 15 to 30 s: longer than a round trip and some lost datagrams, shorter than a row is kept. */
const COOKIE_BUCKET_MS = 15_000;

const BUCKET_BYTES = 4;
const FAMILY_AT = 4;
const ADDRESS_AT = 5;
const PORT_AT = 21;
const SID_AT = 23;
const ID_AT = SID_AT + v2.SID_BYTES;
const COOKIE_AT = ID_AT + v2.ID_BYTES;
const NO_ADDRESS = new Uint8Array(0);

/** Whose cookie it is. */
export interface CookieOwner {
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
}

/**
 * Makes and knows cookies: proofs that a peer receives at the address that it sends from, which cost control no memory
 * (RFC 9000 section 8.1.4, RFC 6347 section 4.2.1).
 */
export class Cookies {
  readonly #mac: FrameMac;
  readonly #text = new Uint8Array(COOKIE_AT + v2.COOKIE_BYTES);

  /** @param mac under a key that was drawn for this process alone */
  constructor(mac: FrameMac) {
    this.#mac = mac;
  }

  /** The cookie for a peer at an address now. */
  bake(owner: CookieOwner, remote: Endpoint, now: Instant): Uint8Array {
    this.#write(owner, remote, bucketOf(now));
    return this.#mac.sign(this.#text).slice(COOKIE_AT);
  }

  /** Whether a cookie is one of the last two for this peer at this address. It takes the same time for all of them. */
  isGood(cookie: Uint8Array, owner: CookieOwner, remote: Endpoint, now: Instant): boolean {
    // Zeros say openly that there is none, which spares the work.
    if (cookie.every((byte) => byte === 0)) return false;
    const bucket = bucketOf(now);
    const isOfThis = this.#is(cookie, owner, remote, bucket);
    const isOfLast = this.#is(cookie, owner, remote, bucket - 1);
    return isOfThis || isOfLast;
  }

  #is(cookie: Uint8Array, owner: CookieOwner, remote: Endpoint, bucket: number): boolean {
    this.#write(owner, remote, bucket);
    this.#text.set(cookie, COOKIE_AT);
    return this.#mac.verify(this.#text);
  }

  #write({ sid, id }: CookieOwner, { address, port }: Endpoint, bucket: number): void {
    const text = this.#text;
    const ip = parseIp(address) ?? NO_ADDRESS;
    for (let i = 0; i < BUCKET_BYTES; i++) text[i] = bucket >>> (8 * i);
    text[FAMILY_AT] = ip.length;
    text.fill(0, ADDRESS_AT, PORT_AT);
    text.set(ip, ADDRESS_AT);
    text[PORT_AT] = port >>> 8;
    text[PORT_AT + 1] = port & 0xff;
    text.set(sid, SID_AT);
    text.set(id, ID_AT);
  }
}

function bucketOf(now: Instant): number {
  return Math.floor(now / COOKIE_BUCKET_MS);
}
