import type { Datagram, Output } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, v2 } from "@netpunch/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ControlEvent } from "../src/core.js";
import { EARN_PUSH_MS, PUSHES_AT_ONCE } from "../src/v2/pace.js";
import { A, B } from "./desk.js";
import { blobOf, SessionDesk, ToyRun } from "./session-desk.js";

const C = "203.0.113.3:5000";
const D = "203.0.113.4:5000";
/** The largest INFO: it names a partner with 12 candidates. */
const INFO_BYTES = 65 + v2.MAX_BLOB_BYTES;
const KEEP_ALIVE_MS = 15_000;

/** Counts the bytes from the one at A and to it. */
class MeteredDesk extends SessionDesk {
  fromVictim = 0;
  toVictim = 0;

  override hear(bytes: Uint8Array, from: string | Endpoint): readonly Output<ControlEvent>[] {
    if (from === A) this.fromVictim += bytes.length;
    return super.hear(bytes, from);
  }

  protected override note(datagram: Datagram): void {
    if (formatEndpoint(datagram.remote) === A) this.toVictim += datagram.bytes.length;
    super.note(datagram);
  }
}

const WHAT = [
  "new candidates",
  "say again",
  "leave",
  "come back anew",
  "move",
  "forge an announce",
  "forge a goodbye",
] as const;

/** What somebody with the secret can do to the one at A: it receives at B, C and D, and forges what comes from A. */
const move = fc.record({
  afterMs: fc.oneof({ weight: 5, arbitrary: fc.nat(120) }, fc.nat(1_000)),
  what: fc.constantFrom(...WHAT),
  who: fc.nat(2),
  from: fc.constantFrom(B, C, D),
  candidates: fc.constantFrom(0, 12),
});
type Move = (typeof move extends fc.Arbitrary<infer M> ? M : never) & object;
/** The same few things again and again are worse than many different ones. */
const moves = fc
  .tuple(fc.array(move, { minLength: 1, maxLength: 6 }), fc.integer({ min: 10, max: 60 }))
  .map(([few, times]) => Array.from({ length: times }, () => few).flat());

class Attack {
  readonly desk = new MeteredDesk();
  readonly #victim = new ToyRun(this.desk, { name: "victim", from: A });
  readonly #isAlive: boolean;
  readonly #members: ToyRun[];
  #runs = 0;
  #spokeAt = 0;

  constructor(isAlive: boolean) {
    this.#isAlive = isAlive;
    this.#victim.join();
    this.#members = [B, C, D].map((from) => this.#member(from));
  }

  play({ what, who, from, candidates }: Move): void {
    if (what === "forge an announce") return void this.#victim.announce({ ackPush: 0 });
    if (what === "forge a goodbye") return void this.#victim.bye();
    if (what === "come back anew") this.#members[who] = this.#member(from);
    const member = this.#members[who];
    if (member === undefined) return;
    if (what === "leave") return void member.bye();
    if (what === "move") member.from = from;
    if (what === "new candidates") member.blob = blobOf(`${this.#runs++}`, candidates);
    member.announce().announce();
  }

  /** Lets the time run, and the one at A answer where it lives. */
  until(ms: number): void {
    while (this.desk.now < ms) {
      this.desk.until(Math.min(this.desk.now + 50, ms));
      const { ackPush, cookie } = this.#victim.listen();
      this.desk.sent.length = 0;
      const isDue = this.desk.now - this.#spokeAt >= KEEP_ALIVE_MS;
      if (!this.#isAlive || !(isDue || this.#heard !== `${ackPush} ${cookie}`)) continue;
      this.#heard = `${ackPush} ${cookie}`;
      this.#spokeAt = this.desk.now;
      this.#victim.announce();
    }
  }

  #heard = "";

  #member(from: string): ToyRun {
    this.#runs += 1;
    const member = new ToyRun(this.desk, { name: `m${this.#runs}`, from });
    member.blob = blobOf(member.from, 12);
    return member;
  }
}

test("whatever a member with the secret does, control sends another one no more than came from there and one budget", () => {
  let worst = 0;
  fc.assert(
    fc.property(moves, fc.boolean(), (all, isAlive) => {
      const attack = new Attack(isAlive);
      let at = 0;
      for (const each of all) {
        at += each.afterMs;
        attack.until(at);
        attack.play(each);
      }
      attack.until(at + 1_000);
      const { toVictim, fromVictim, now } = attack.desk;
      const budget = (PUSHES_AT_ONCE + now / EARN_PUSH_MS) * INFO_BYTES;
      worst = Math.max(worst, (toVictim - fromVictim) / budget);
      expect(toVictim - fromVictim).toBeLessThanOrEqual(budget);
    }),
    { numRuns: 60 },
  );
  expect(worst, "else it is no attack").toBeGreaterThan(0.1);
});
