import { createV1Envelope, equalConstantTime, secretBytes } from "@netpunch/crypto";
import { expect, test, vi } from "vitest";
import { A, announce, B, Desk, OWN_SOCKETS, UNUSABLE_SOURCES } from "./desk.js";

vi.mock("@netpunch/crypto", async (original) => {
  const crypto = await original<typeof import("@netpunch/crypto")>();
  return { ...crypto, equalConstantTime: vi.fn(crypto.equalConstantTime) };
});

/** A control node with a pair that has met and a slot that waits. */
function busyDesk(): Desk {
  const desk = new Desk();
  desk.announce("a", A);
  desk.announce("b", B);
  desk.announce("c", "203.0.113.3:5000");
  desk.until(10_000);
  desk.takeSent();
  desk.takeEvents();
  return desk;
}

/** xorshift32: junk that is the same in every run. */
function junk(sizeBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let x = seed;
  for (let i = 0; i < sizeBytes; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = x;
  }
  return bytes;
}

test("junk of every size from 0 to 65,507 bytes: silence, the timer unmoved, and alive afterwards", () => {
  const desk = busyDesk();
  const { deadline } = desk.core;
  const random = junk(65_507, 1);
  // The same with an announce at its start: longer than 42 bytes it is none.
  const disguised = Uint8Array.from(random);
  disguised.set(announce("a"));
  const from = { address: "203.0.113.66", port: 6666 };
  for (let size = 0; size <= 65_507; size++) {
    for (const bytes of [random, disguised]) {
      if (bytes === disguised && size === 42) continue;
      const outputs = desk.core.handle(10_000, {
        type: "datagram",
        datagram: { socket: 0, remote: from, bytes: bytes.subarray(0, size) },
      });
      if (outputs.length > 0) throw new Error(`${size} bytes were answered`);
    }
  }
  expect(desk.core.deadline).toBe(deadline);
  expect(desk.core.stats(10_000).dropped).toMatchObject({ short: 84, long: 2 * 65_465, "unusable-source": 0 });
  desk.announce("b", B);
  expect(desk.takeSent()).toContain(`10000 i|a|${A} -> ${B}`);
});

test("an announce with one bit flipped is silence, whichever bit", () => {
  const desk = busyDesk();
  const bytes = announce("b");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(desk.hear(flipped, B)).toEqual([]);
  }
  const { dropped } = desk.core.stats(desk.now);
  expect(dropped).toMatchObject({ "bad-separator": 8, "unknown-slot": 4, "bad-signature": 42 * 8 - 12 });
});

test("everything that another secret has signed is silence", () => {
  const desk = busyDesk();
  const other = createV1Envelope(secretBytes("Secret\n"));
  for (let letter = 0; letter < 256; letter++) expect(desk.hear(other.seal(Uint8Array.of(letter)), B)).toEqual([]);
});

test("the words of peers and of control itself are silence, however well signed", () => {
  const desk = busyDesk();
  for (const word of ["", "i|a|203.0.113.1:5000", "ab", "A", "{", "`", "\0"]) {
    expect(desk.hear(announce(word), B)).toEqual([]);
  }
  expect(desk.core.stats(desk.now).dropped).toMatchObject({ short: 1, long: 2, "unknown-slot": 4 });
});

test("the whole datagram is compared in constant time", () => {
  const desk = busyDesk();
  vi.mocked(equalConstantTime).mockClear();
  const forged = announce("b");
  forged[0] = 0x21;
  desk.hear(forged, B);
  desk.announce("b", B);
  expect(vi.mocked(equalConstantTime).mock.calls).toEqual([
    [forged, announce("b")],
    [announce("b"), announce("b")],
  ]);
});

test.each(UNUSABLE_SOURCES)("an announce from %s is silence", (_, remote) => {
  const desk = new Desk({ own: OWN_SOCKETS });
  desk.announce("a", A);
  desk.takeEvents();
  expect(desk.hear(announce("b"), remote)).toEqual([]);
  expect(desk.core.stats(0).dropped["unusable-source"]).toBe(1);
});

test("a source on our host with another port is served", () => {
  const desk = new Desk({ own: [{ address: "127.0.0.1", port: 7777 }] });
  desk.announce("a", "127.0.0.1:5000");
  desk.announce("b", "127.0.0.1:5001");
  expect(desk.takeSent()).toHaveLength(2);
});

test("what came in may be overwritten afterwards: nothing of it is kept", () => {
  const desk = new Desk();
  const remote = { address: "203.0.113.1", port: 5000 };
  const bytes = announce("a");
  desk.hear(bytes, remote);
  bytes.fill(0);
  remote.address = "203.0.113.99";
  desk.announce("b", B);
  expect(desk.takeSent()[0]).toBe(`0 i|a|${A} -> ${B}`);
});
