import { type Endpoint, sameEndpoint, type v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";
import type { Line } from "./line.js";

/** Where control has bound us: the cookie that proves our address there, and which of its news we have taken. */
export class Binding {
  readonly line: Line;
  readonly cookie: Uint8Array;
  /** The first announce with that cookie: what control said before it is of another time, or of another control. */
  readonly #cookieSeq: number;
  #ackPush = 0;
  #isFull = false;

  constructor(line: Line, cookie: Uint8Array, cookieSeq: number) {
    this.line = line;
    this.cookie = Uint8Array.from(cookie);
    this.#cookieSeq = cookieSeq;
  }

  /** The number of the newest of its news that we have taken. */
  get ackPush(): number {
    return this.#ackPush;
  }

  /** Whether control had no place for us when it spoke last. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether a challenge answers what we said before we had this cookie. So the first one is kept, however many are under way. */
  isOlder(echoSeq: number): boolean {
    return echoSeq < this.#cookieSeq;
  }

  /** Why an info cannot be taken; null where it can. `seq` is that of our newest announce. */
  refuse({ echoSeq, pushSeq }: v2.Info, remote: Endpoint, seq: number): DropReason | null {
    if (!sameEndpoint(remote, this.line.control)) return "not-from-control";
    return this.isOlder(echoSeq) || echoSeq > seq || pushSeq < this.#ackPush ? "stale" : null;
  }

  /** Takes an info that was not refused; true where it has news, which is to be acknowledged. */
  take({ pushSeq, state }: v2.Info): boolean {
    this.#isFull = state !== "waiting" && state !== "present" && state !== "v1";
    if (pushSeq === this.#ackPush) return false;
    this.#ackPush = pushSeq;
    return true;
  }
}
