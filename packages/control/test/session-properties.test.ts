import { formatEndpoint, v2 } from "@netpunch/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { announce } from "./desk.js";
import { blobOf, idOf, SessionDesk, sidOf, sign } from "./session-desk.js";

const ADDRESSES = ["203.0.113.1:5000", "203.0.113.1:5001", "203.0.113.2:5000", "[2001:db8::1]:5000"] as const;

const SESSIONS = ["one", "slots ab"] as const;
const RUNS = ["ann", "bob", "cat"] as const;
/** In the session of a pair ann and cat are of one slot. */
const FEATURES = { ann: 1, bob: 3, cat: 1 } as const;
/** Mostly where the run lives. */
const HOMES = { ann: ADDRESSES[0], bob: ADDRESSES[1], cat: ADDRESSES[2] } as const;
const place = fc.oneof({ weight: 6, arbitrary: fc.constant("home" as const) }, fc.constantFrom(...ADDRESSES));
/** Mostly the newest cookie that the run got where it speaks from; else one for another address, or none. */
const cookieOf = fc.oneof({ weight: 6, arbitrary: fc.constant("here") }, fc.constantFrom("nowhere", ...ADDRESSES));

const announceStep = fc.record({
  what: fc.constant("announce" as const),
  session: fc.constantFrom(...SESSIONS),
  run: fc.constantFrom(...RUNS),
  from: place,
  cookieOf,
  ackPush: fc.nat(5),
  blob: fc.constantFrom(blobOf("x", 0), blobOf("y", 12)),
});
const step = fc.oneof(
  { weight: 16, arbitrary: announceStep },
  fc.record({
    what: fc.constant("bye" as const),
    session: fc.constantFrom(...SESSIONS),
    run: fc.constantFrom(...RUNS),
    from: place,
  }),
  /** Any frame or datagram of before, from anywhere. */
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("replay" as const),
      index: fc.nat(99),
      from: fc.constantFrom(...ADDRESSES),
    }),
  },
  fc.record({ what: fc.constant("v1" as const), slot: fc.constantFrom("a", "b"), from: fc.constantFrom(...ADDRESSES) }),
  fc.record({
    what: fc.constant("junk" as const),
    bytes: fc.uint8Array({ maxLength: 200 }),
    from: fc.constantFrom(...ADDRESSES),
  }),
  fc.record({ what: fc.constant("restart" as const) }),
);
const afterMs = fc.oneof({ weight: 6, arbitrary: fc.nat(300) }, fc.nat(20_000));
const steps = fc.array(fc.record({ afterMs, step }), { minLength: 30, maxLength: 60 });
type Step = (typeof step extends fc.Arbitrary<infer S> ? S : never) & object;

/** Carries out steps, and remembers what was said, proved and handed out. */
class Play {
  readonly desk = new SessionDesk();
  readonly said: Uint8Array[] = [];
  /** Bytes of v2 that came from an address, and that went there before any run had proved it. */
  readonly heardBytes = new Map<string, number>();
  readonly unprovedBytes = new Map<string, number>();
  readonly proved = new Set<string>();
  /** Who has a place, by what was reported. */
  readonly holders = new Map<string, Set<string>>();
  readonly #cookies = new Map<string, Uint8Array>();
  #seq = 0;

  run(afterMs: number, each: Step): void {
    this.desk.until(this.desk.now + afterMs);
    this.#watch();
    if (each.what === "restart") return this.#restart();
    const bytes = this.#bytesOf(each);
    if (bytes === null) return;
    this.said.push(bytes);
    const from = fromOf(each);
    if (v2.isFrame(bytes)) add(this.heardBytes, from, bytes.length);
    this.desk.hear(bytes, from);
    this.#watch();
  }

  #bytesOf(each: Exclude<Step, { what: "restart" }>): Uint8Array | null {
    switch (each.what) {
      case "replay":
        return this.said[each.index] ?? null;
      case "v1":
        return announce(each.slot);
      case "junk":
        return each.bytes;
      case "bye":
        this.#seq += 1;
        return sign({
          type: "bye",
          features: 0,
          sid: sidOf(each.session),
          id: idOf(each.run),
          seq: this.#seq,
          reason: "left",
        });
      case "announce": {
        this.#seq += 1;
        const { session, run, ackPush, blob } = each;
        const features = session === "one" ? 0 : FEATURES[run];
        const cookie =
          this.#cookies.get(`${session} ${run} ${each.cookieOf === "here" ? fromOf(each) : each.cookieOf}`) ??
          new Uint8Array(16);
        const [sid, id] = [sidOf(session), idOf(run)];
        return sign({ type: "announce", features, sid, id, seq: this.#seq, ackPush, cookie, blob });
      }
    }
  }

  #restart(): void {
    this.desk.restart();
    this.proved.clear();
    this.holders.clear();
  }

  #holdersOf(session: string): Set<string> {
    const holders = this.holders.get(session) ?? new Set();
    this.holders.set(session, holders);
    return holders;
  }

  /** Reads what control sent and reported since the last time. */
  #watch(): void {
    for (const event of this.desk.takeEvents()) {
      if (event.type === "bound" || event.type === "full") this.proved.add(formatEndpoint(event.endpoint));
      if (event.type === "bound") this.#holdersOf(event.session).add(event.run);
      if (event.type === "unbound") this.#holdersOf(event.session).delete(event.run);
    }
    for (const { to, bytes, frame } of this.desk.sent.splice(0)) {
      const [session, run] = [frame.sid, frame.id].map((each) => new TextDecoder().decode(each).replace(/\0+$/, ""));
      if (frame.type === "challenge") this.#cookies.set(`${session} ${run} ${to}`, frame.cookie);
      if (!this.proved.has(to)) add(this.unprovedBytes, to, bytes.length);
    }
    this.desk.sentV1.length = 0;
  }
}

function fromOf(each: Exclude<Step, { what: "restart" }>): string {
  if (each.from !== "home") return each.from;
  return "run" in each ? HOMES[each.run] : ADDRESSES[0];
}

const add = (to: Map<string, number>, key: string, bytes: number) => to.set(key, (to.get(key) ?? 0) + bytes);

test("to an address that no run has proved never more bytes go out than came from there, whatever is said and replayed", () => {
  let served = 0;
  fc.assert(
    fc.property(steps, (all) => {
      const play = new Play();
      for (const { afterMs, step: each } of all) {
        play.run(afterMs, each);
        const amplified = [...play.unprovedBytes].filter(([to, bytes]) => bytes > (play.heardBytes.get(to) ?? 0));
        expect(amplified).toEqual([]);
      }
      served += play.desk.stats.answered;
    }),
    { numRuns: 150 },
  );
  expect(served, "else it is a test of silence").toBeGreaterThan(400);
});

test("at most two have a place, never two of one slot, and the reports tell who", () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const [ann, cat] = [hex(idOf("ann")), hex(idOf("cat"))];
  const slots = hex(sidOf("slots ab"));
  let pairs = 0;
  fc.assert(
    fc.property(steps, (all) => {
      const play = new Play();
      for (const { afterMs, step: each } of all) {
        play.run(afterMs, each);
        const sizes = [...play.holders.values()].map(({ size }) => size);
        expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(2);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(play.desk.stats.bound);
        const inSlots = play.holders.get(slots) ?? new Set();
        expect(inSlots.has(ann) && inSlots.has(cat)).toBe(false);
        pairs += sizes.filter((size) => size === 2).length;
      }
    }),
    { numRuns: 150 },
  );
  expect(pairs, "else it is a test of nobody").toBeGreaterThan(100);
});

test("the books balance: heard = dropped + challenged + answered + byes, and the rest was pushed", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const play = new Play();
      for (const { afterMs, step: each } of all) if (each.what !== "restart") play.run(afterMs, each);
      const stats = play.desk.core.stats(play.desk.now);
      const { heard, challenged, answered, byes, dropped } = play.desk.stats;
      const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      expect(heard).toBe(lost + challenged + answered + byes);
      expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    }),
    { numRuns: 100 },
  );
});

test("when nobody speaks any more, all is forgotten, and control waits for nothing but datagrams", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const play = new Play();
      for (const { afterMs, step: each } of all) play.run(afterMs, each);
      play.desk.until(play.desk.now + 200_000);
      expect(play.desk.stats).toMatchObject({ bound: 0, remembered: 0 });
      expect(play.desk.core.deadline).toBeNull();
    }),
    { numRuns: 100 },
  );
});
