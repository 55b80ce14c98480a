import { formatEndpoint, v2 } from "@netpunch/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { data, ping, RelayDesk, RelayRun } from "./relay-desk.js";
import { createRandom, idOf, sidOf } from "./session-desk.js";

const ADDRESSES = ["203.0.113.1:5000", "203.0.113.1:5001", "203.0.113.2:5000", "[2001:db8::1]:5000"] as const;
const RUNS = ["ann", "bob", "cat"] as const;
const SESSIONS = ["one", "two"] as const;
const HOMES = { ann: ADDRESSES[0], bob: ADDRESSES[1], cat: ADDRESSES[2] } as const;
/** Mostly the two that can meet. */
const run = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("ann" as const, "bob" as const) },
  fc.constantFrom(...RUNS),
);
const session = fc.oneof({ weight: 5, arbitrary: fc.constant("one" as const) }, fc.constantFrom(...SESSIONS));
const address = fc.constantFrom(...ADDRESSES);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("join" as const), session, run }) },
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant("relay" as const),
      session,
      run,
      partner: fc.oneof({ weight: 8, arbitrary: fc.constant("other" as const) }, fc.constantFrom(...RUNS)),
      op: fc.constantFrom("want" as const, "chosen" as const, "chosen" as const, "released" as const),
    }),
  },
  { weight: 10, arbitrary: fc.record({ what: fc.constant("data" as const), from: address, sizeBytes: fc.nat(300) }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant("ping" as const), from: address }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("move" as const), session, run, to: address }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("bye" as const), session, run }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("next" as const), session, run }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("replay" as const), index: fc.nat(99), from: address }) },
  fc.record({ what: fc.constant("restart" as const), keeps: fc.boolean() }),
);
const afterMs = fc.oneof({ weight: 8, arbitrary: fc.nat(500) }, fc.nat(40_000));
/** What most plays begin with: two that carry data. */
const PAIR = [
  { what: "join", session: "one", run: "ann" },
  { what: "join", session: "one", run: "bob" },
  { what: "relay", session: "one", run: "ann", partner: "other", op: "chosen" },
  { what: "relay", session: "one", run: "bob", partner: "other", op: "chosen" },
] as const;
const random = fc.array(fc.record({ afterMs, step }), { minLength: 30, maxLength: 70 });
const steps = fc
  .tuple(fc.constantFrom(0, PAIR.length, PAIR.length), random)
  .map(([begun, rest]) => [...PAIR.slice(0, begun).map((each) => ({ afterMs: 10, step: each })), ...rest]);
type Step = (typeof step extends fc.Arbitrary<infer S> ? S : never) & object;

/** What a run has been granted last, by control's own word to it. */
interface Granted {
  readonly session: string;
  readonly name: string;
  readonly partner: string;
  readonly op: v2.RelayOp;
  readonly at: string;
}

/** A RELAY that a run has said. */
interface Said extends Omit<Granted, "at"> {
  readonly bytes: Uint8Array;
}

/** Plays steps, and keeps a book of its own about who asked whom for what, against which each datagram is judged. */
class Play {
  readonly desk = new RelayDesk();
  readonly runs = new Map<string, RelayRun>();
  readonly granted = new Map<string, Granted>();
  readonly said: Said[] = [];
  bytesIn = 0;
  bytesOut = 0;
  passed = { data: 0, frames: 0 };
  #names = 0;
  readonly #current = new Map<string, string>();

  play(after: number, each: Step): void {
    this.desk.until(this.desk.now + after);
    this.desk.takeLines();
    this.#readEvents();
    switch (each.what) {
      case "join":
        this.#runOf(each.session, each.run).join();
        break;
      case "relay":
        this.#relay(each);
        break;
      case "data":
        this.#say(data(each.sizeBytes), each.from);
        break;
      case "ping":
        this.#say(ping(), each.from);
        break;
      case "move": {
        const moving = this.#runOf(each.session, each.run);
        moving.from = each.to;
        moving.announce().announce();
        break;
      }
      case "bye":
        this.#runOf(each.session, each.run).bye();
        break;
      case "next":
        // The peer is started again: another run, at the same address.
        this.#current.delete(`${each.session} ${each.run}`);
        break;
      case "replay": {
        // One that was never taken may count now, as one that was held back on the way.
        const said = this.said[each.index];
        if (said !== undefined) this.#deliver(said, each.from);
        break;
      }
      case "restart":
        this.#restart(each.keeps);
        break;
    }
    this.#readEvents();
  }

  #runOf(session: string, run: (typeof RUNS)[number]): RelayRun {
    const name = this.#current.get(`${session} ${run}`) ?? `${run}${this.#names++}`;
    this.#current.set(`${session} ${run}`, name);
    const key = `${session} ${name}`;
    const known = this.runs.get(key) ?? new RelayRun(this.desk, { session, name, from: HOMES[run] });
    this.runs.set(key, known);
    return known;
  }

  #relay({ session, run, partner, op }: Extract<Step, { what: "relay" }>): void {
    const asking = this.#runOf(session, run);
    const other = partner === "other" ? (run === "ann" ? "bob" : "ann") : partner;
    const { name: partnerName } = this.#runOf(session, other);
    const bytes = asking.relayFrame(op, partnerName);
    const said = { bytes, session, name: asking.name, partner: partnerName, op };
    this.said.push(said);
    this.#deliver(said, asking.from);
  }

  /** Says RELAY from somewhere, for the first time or again, and notes what control grants. */
  #deliver({ bytes, session, name, partner, op }: Said, from: string): void {
    const before = this.desk.sent.length;
    this.desk.hear(bytes, from);
    const key = `${session} ${name}`;
    const seq = Buffer.from(bytes).readUInt32BE(32);
    for (const { to, frame } of this.desk.sent.slice(before)) {
      const isAnswer = frame.type === "relayed" && frame.echoSeq === seq && v2.sameId(frame.id, idOf(name));
      if (!isAnswer || to !== from) continue;
      if (frame.state === "none") this.granted.delete(key);
      else this.granted.set(key, { session, name, partner, op, at: from });
    }
  }

  /** Says a datagram, and judges what control does with it. */
  #say(bytes: Uint8Array, from: string): void {
    this.bytesIn += bytes.length;
    const to = this.desk.passes(bytes, from);
    if (to === null) return;
    this.bytesOut += bytes.length;
    const isFrame = v2.isPeersWord(bytes);
    this.passed[isFrame ? "frames" : "data"] += 1;
    const pairs = [...this.granted.values()].filter((one) => {
      const other = this.granted.get(`${one.session} ${one.partner}`);
      const isPair = other?.partner === one.name && one.at === from && other.at === to && one !== other;
      return isPair && (isFrame || (one.op !== "want" && other.op !== "want"));
    });
    expect(pairs.length, `a ${isFrame ? "frame" : "datagram"} from ${from} to ${to}`).toBeGreaterThan(0);
  }

  #restart(keeps: boolean): void {
    const keptEnds = keeps ? this.desk.core.keptEnds() : [];
    this.desk.restart({ keptEnds });
    const kept = new Set(keptEnds.map(({ session, run }) => `${session} ${run}`));
    for (const [key, { session, name }] of this.granted) {
      if (!kept.has(`${v2.formatId(sidOf(session))} ${v2.formatId(idOf(name))}`)) this.granted.delete(key);
    }
  }

  #readEvents(): void {
    for (const event of this.desk.takeEvents()) {
      if (event.type !== "bound") continue;
      for (const [key, granted] of this.granted) {
        const isOurs =
          v2.formatId(sidOf(granted.session)) === event.session && v2.formatId(idOf(granted.name)) === event.run;
        // Bound anew or moved: what it has said before was for another place.
        if (isOurs) this.granted.set(key, { ...granted, op: "want", at: formatEndpoint(event.endpoint) });
      }
    }
  }
}

test("a datagram goes on only from one of two who asked for each other to the other one, and never more out than in", () => {
  const passed = { data: 0, frames: 0 };
  fc.assert(
    fc.property(steps, (all) => {
      const play = new Play();
      for (const { afterMs: after, step: each } of all) play.play(after, each);
      expect(play.bytesOut).toBeLessThanOrEqual(play.bytesIn);
      expect(play.desk.forwarded.every(({ bytes }) => !v2.isControlsWord(bytes))).toBe(true);
      passed.data += play.passed.data;
      passed.frames += play.passed.frames;
    }),
    { numRuns: 100 },
  );
  expect(Math.min(passed.data, passed.frames), "else it is a test of silence").toBeGreaterThan(15);
});

test("what the counters and events say is what there is, and when nobody speaks any more nothing is left", () => {
  let ended = 0;
  fc.assert(
    fc.property(steps, (all) => {
      const play = new Play();
      const { desk } = play;
      for (const { afterMs: after, step: each } of all) if (each.what !== "restart") play.play(after, each);
      const { heard, forwarded, dropped, began, ended: over, carrying, released, ends } = desk.relay;
      expect(heard).toBe(forwarded + Object.values(dropped).reduce((sum, count) => sum + count, 0));
      expect(carrying).toBeLessThanOrEqual(began - over);
      expect(desk.core.keptEnds().length).toBe(released);
      expect(ends).toBeLessThanOrEqual(desk.stats.bound + released);
      const stats = desk.core.stats(desk.now);
      expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
      desk.until(desk.now + 200_000);
      expect(desk.relay).toMatchObject({ ends: 0, carrying: 0, released: 0, began: desk.relay.ended });
      expect(desk.core.deadline).toBeNull();
      ended += desk.relay.ended;
    }),
    { numRuns: 50 },
  );
  expect(ended).toBeGreaterThan(15);
});

test("any bytes from an end are passed on as they are, or not at all", () => {
  const random = createRandom(42);
  let isUnchanged = true;
  const desk = new RelayDesk();
  const [ann, bob] = (["ann", "bob"] as const).map((name) => new RelayRun(desk, { name, from: HOMES[name] }).join());
  if (ann === undefined || bob === undefined) throw new Error("nobody");
  ann.relay("chosen", "bob");
  bob.relay("chosen", "ann");
  for (let i = 0; i < 1_000; i++) {
    desk.until(desk.now + 20);
    const bytes = random((i * 37) % 1_500);
    const copy = bytes.slice();
    desk.hear(bytes, i % 2 === 0 ? ann.from : bob.from);
    isUnchanged &&= Buffer.compare(bytes, copy) === 0;
    if (i % 100 === 0) for (const each of [ann, bob]) each.announce();
  }
  expect(isUnchanged).toBe(true);
  expect(desk.forwarded.length).toBe(1_000);
});
