import { describe, expect, it, test } from "vitest";
import { A, B } from "./desk.js";
import { C, D, data, ping, RelayDesk, relayed } from "./relay-desk.js";

/** What one end offers, evenly. */
interface Offer {
  readonly from: string;
  readonly sizeBytes: number;
  readonly perSecond: number;
}

/** Lets ends send for so long, and counts what is passed on of each, as datagrams a second. */
function offer(desk: RelayDesk, forMs: number, offers: readonly Offer[], back: readonly string[] = []): number[] {
  const start = desk.now;
  const counts = offers.map(() => 0);
  const owed = offers.map(() => 0);
  for (let at = start; at < start + forMs; at += 1) {
    desk.until(at);
    // The others speak, too: nothing here is about silence.
    if (at % 1_000 === 0) for (const end of back) desk.hear(data(1), end);
    offers.forEach(({ from, sizeBytes, perSecond }, i) => {
      owed[i] = (owed[i] ?? 0) + perSecond / 1_000;
      for (; (owed[i] ?? 0) >= 1; owed[i] = (owed[i] ?? 0) - 1) {
        if (desk.passes(data(sizeBytes), from) !== null) counts[i] = (counts[i] ?? 0) + 1;
      }
    });
    desk.forwarded.length = 0;
  }
  return counts.map((count) => (count * 1_000) / forMs);
}

describe("a pair's budget", () => {
  it.each([
    [1_200, 10_000_000 / 8 / 1_248],
    [65_507, 10_000_000 / 8 / 65_555],
    // As many packets as the cap lets through, which the least cost would not stop.
    [0, 4_000],
    [80, 4_000],
  ])("lets datagrams of %i bytes through at %d a second, and no more", (sizeBytes, wanted) => {
    const { desk } = relayed("released", "released");
    const perSecond = Math.min(4 * wanted + 20, 20_000);
    offer(desk, 1_000, [{ from: A, sizeBytes, perSecond }], [B]);
    const [passed = 0] = offer(desk, 10_000, [{ from: A, sizeBytes, perSecond }], [B]);
    expect(passed).toBeGreaterThan(0.97 * wanted - 1);
    expect(passed).toBeLessThan(1.01 * wanted + 1);
  });

  it("is for both directions together, and for no other pair", () => {
    const desk = new RelayDesk({ relay: { perPair: 1_000_000 } });
    relayed("released", "released", desk);
    relayed("released", "released", desk, { session: "two", at: [C, D] });
    const at = (from: string) => ({ from, sizeBytes: 952, perSecond: 200 });
    const [a = 0, b = 0, c = 0] = offer(desk, 20_000, [at(A), at(B), { ...at(C), perSecond: 100 }], [D]);
    expect(a + b).toBeGreaterThan(120);
    expect(a + b).toBeLessThan(135);
    expect(c).toBeCloseTo(100, 0);
  });

  it("leaves 20 frames a second for nominations, however much data there is", () => {
    const { desk } = relayed("chosen", "chosen", new RelayDesk({ relay: { perPair: 100_000 } }));
    let passed = 0;
    for (let at = 1_000; at < 11_000; at += 10) {
      desk.until(at);
      for (let i = 0; i < 20; i++) desk.hear(data(1_200), A);
      if (at % 50 === 0 && desk.passes(ping(), at % 100 === 0 ? A : B) !== null) passed += 1;
    }
    expect(passed).toBe(200);
  });

  it("that is exceeded is told at once, and then once in ten seconds", () => {
    const { desk } = relayed("released", "released", new RelayDesk({ relay: { perPair: 100_000 } }));
    offer(desk, 25_000, [{ from: A, sizeBytes: 1_000, perSecond: 100 }], [B]);
    const events = desk.takeEvents();
    expect(events.map(({ type }) => type)).toEqual(["relayOverBudget", "relayOverBudget", "relayOverBudget"]);
    expect(desk.relay.dropped["pair-budget"]).toBeGreaterThan(2_000);
  });
});

describe("the total", () => {
  const pairs = (desk: RelayDesk, count: number, ip: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => {
      const from = `${ip(i)}:${1_000 + i}`;
      const to = `198.51.100.${i + 1}:9`;
      relayed("released", "released", desk, { session: `s${i}`, at: [from, to] });
      return { from, to };
    });
  const unbounded = { perPair: Number.POSITIVE_INFINITY, total: 20_000_000 };
  const full = (from: string) => ({ from, sizeBytes: 952, perSecond: 4_000 });

  it("is shared evenly by sources that all ask for more, and is used up", () => {
    const desk = new RelayDesk({ relay: unbounded });
    const all = pairs(desk, 4, (i) => `203.0.113.${i + 1}`);
    const rates = offer(
      desk,
      5_000,
      all.map(({ from }) => full(from)),
    );
    for (const rate of rates) {
      expect(rate).toBeGreaterThan(0.9 * (2_500 / 4));
      expect(rate).toBeLessThan(1.1 * (2_500 / 4));
    }
    expect(rates.reduce((sum, rate) => sum + rate)).toBeGreaterThan(2_450);
  });

  it("gives a source that asks for less than its share all it asks for, and the rest to the others", () => {
    const desk = new RelayDesk({ relay: unbounded });
    const all = pairs(desk, 3, (i) => `203.0.113.${i + 1}`);
    offer(
      desk,
      2_000,
      all.slice(1).map(({ from }) => full(from)),
    );
    const [modest = 0, ...greedy] = offer(desk, 5_000, [
      { from: all[0]?.from ?? "", sizeBytes: 952, perSecond: 600 },
      ...all.slice(1).map(({ from }) => full(from)),
    ]);
    expect(modest).toBeCloseTo(600, 0);
    for (const rate of greedy) expect(rate).toBeGreaterThan(800);
  });

  it("is not won by whoever has many pairs at one source", () => {
    const desk = new RelayDesk({ relay: unbounded });
    const many = pairs(desk, 10, () => "203.0.113.1");
    relayed("released", "released", desk, { session: "one", at: ["203.0.113.2:1", "198.51.100.99:9"] });
    const rates = offer(desk, 5_000, [...many.map(({ from }) => full(from)), full("203.0.113.2:1")]);
    expect(rates.at(-1)).toBeGreaterThan(0.9 * (2_500 / 2));
  });
});

test("never more bytes out than in, of all that is offered", () => {
  const { desk } = relayed("released", "released", new RelayDesk({ relay: { perPair: 1_000_000 } }));
  let bytesIn = 0;
  for (let at = 1_000; at < 3_000; at += 1) {
    desk.until(at);
    const bytes = data(at % 1_500);
    bytesIn += bytes.length;
    desk.hear(bytes, at % 2 === 0 ? A : B);
  }
  const bytesOut = desk.forwarded.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(bytesOut).toBeGreaterThan(100_000);
  expect(bytesOut).toBeLessThanOrEqual(bytesIn);
  expect(desk.own).toEqual([]);
});
