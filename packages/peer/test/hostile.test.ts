import { createV1Envelope } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Phase } from "../src/core.js";
import { CONTROL, PARTNER } from "./bench.js";
import { BenchOfOne, envelope, reach } from "./bench-of-one.js";

const STRANGER = "192.0.2.66:666";

/** Everything that a hostile datagram must leave as it was. */
function snapshot(peer: BenchOfOne) {
  return { phase: peer.core.phase, deadline: peer.core.deadline, hole: peer.core.hole, sent: peer.sent.length };
}

describe.each(Object.keys(reach) as Phase[])("a peer that is %s", (phase) => {
  const arrive = () => {
    const peer = new BenchOfOne();
    reach[phase](peer);
    return peer;
  };

  test("is silent to junk of every size, moves no timer, and leaves it to the application", () => {
    const peer = arrive();
    const before = snapshot(peer);
    const junk = new Uint8Array(65_507).map((_, i) => (i * 2_654_435_761) >>> 24);
    // Every size up to where all layouts end, then in steps up to the largest datagram.
    for (
      let size = 0;
      size <= 65_507;
      size = size < 2048 ? size + 1 : Math.min(size + 997, size === 65_507 ? 65_508 : 65_507)
    ) {
      for (const from of [STRANGER, CONTROL, PARTNER]) peer.hear(junk.subarray(0, size), from);
    }
    expect(snapshot(peer)).toEqual(before);
    expect(peer.passed.length).toBeGreaterThan(3 * 2048);
  });

  test("is silent to whatever is signed with another secret, of every message", () => {
    const peer = arrive();
    const before = snapshot(peer);
    const other = createV1Envelope(new TextEncoder().encode("secret"));
    for (const text of ["a", "b", "i|b|203.0.113.2:5000", "x", "y", "z", ""]) {
      for (const from of [STRANGER, CONTROL, PARTNER]) peer.hear(other.seal(new TextEncoder().encode(text)), from);
    }
    expect(snapshot(peer)).toEqual(before);
    expect(new Set(peer.reasons)).toEqual(new Set(["bad-signature"]));
  });

  test("takes no authentic payload that is no message", () => {
    const peer = arrive();
    const before = snapshot(peer);
    const texts = [
      "",
      "a",
      "b",
      "xx",
      "x\n",
      "y ",
      "zz",
      "i",
      "i|",
      "i|b",
      "i|b|",
      "i|b|vps.example:7777",
      "i|b|203.0.113.2:0",
    ];
    const more = [
      "i|b|203.0.113.2:65536",
      "i|b|203.0.113.2:05000",
      "i|b|203.0.113.02:5000",
      "i|b|[::ffff:203.0.113.2]:5000",
      "i|B|203.0.113.2:5000",
      "i|b|203.0.113.2:5000|",
      "I|b|203.0.113.2:5000",
      "i|b|[fe80::1%eth0]:5000",
    ];
    for (const text of [...texts, ...more]) {
      for (const from of [STRANGER, CONTROL, PARTNER]) peer.hear(envelope.seal(new TextEncoder().encode(text)), from);
    }
    expect(snapshot(peer)).toEqual(before);
    expect(peer.reasons).toHaveLength(3 * (texts.length + more.length));
  });

  test("takes peer info from control only, about its partner only, with an address that a peer can have", () => {
    const peer = arrive();
    const before = snapshot(peer);
    peer.introduce("203.0.113.99:9", STRANGER);
    peer.introduce("203.0.113.99:9", PARTNER);
    for (const slot of v1.SLOTS) if (slot !== "b") peer.introduce("203.0.113.99:9", CONTROL, slot);
    for (const address of [
      "0.0.0.0:5",
      "255.255.255.255:5",
      "224.0.0.1:5",
      "239.255.255.250:1900",
      "[::]:5",
      "[ff02::1]:5",
    ]) {
      peer.introduce(address);
    }
    expect(snapshot(peer)).toEqual(before);
    expect(new Set(peer.reasons)).toEqual(new Set(["not-from-control", "not-partner", "unusable-address"]));
  });

  test("takes pongs and closes from nobody that it has not talked to, and no partner's word from control's address", () => {
    const peer = arrive();
    const before = snapshot(peer);
    peer.say({ type: "pong" }, STRANGER);
    peer.say({ type: "close" }, STRANGER);
    for (const type of ["ping", "pong", "close"] as const) peer.say({ type }, CONTROL);
    expect(snapshot(peer)).toEqual(before);
  });
});

test("a connected peer answers nobody but its partner", () => {
  const peer = new BenchOfOne();
  reach.connected(peer);
  const before = snapshot(peer);
  for (const type of ["ping", "pong", "close"] as const) peer.say({ type }, STRANGER);
  expect(snapshot(peer)).toEqual(before);
  expect(peer.reasons).toEqual(["not-the-hole", "not-the-hole", "not-the-hole"]);
});

test.each(["discovering", "pinging", "ponging", "knocking"] as const)(
  "while %s, pings replayed from elsewhere earn that address a pong and a ping each, and no drill",
  (phase) => {
    for (const replays of [1, 2, 7]) {
      const peer = new BenchOfOne();
      reach[phase](peer);
      peer.takeSent();
      for (let i = 0; i < replays; i++) {
        peer.say({ type: "ping" }, "203.0.113.66:6666");
        peer.until(peer.now + 30);
      }
      peer.until(peer.now + 60_000);
      const earned = peer.takeSent().filter((line) => line.endsWith("203.0.113.66:6666"));
      expect(earned.filter((line) => line.includes(" y "))).toHaveLength(replays);
      expect(earned.length, `${replays} replays`).toBeLessThanOrEqual(2 * replays);
    }
  },
);

test("a ping replayed from a thousand sources earns each one pong, keeps two targets, and does not push the partner out", () => {
  const peer = new BenchOfOne();
  peer.introduce();
  peer.takeSent();
  for (let i = 0; i < 1000; i++) peer.say({ type: "ping" }, `192.0.2.${i % 250}:${1000 + i}`);
  expect(peer.takeSent().filter((line) => line.includes(" y "))).toHaveLength(1000);
  peer.until(100);
  expect(peer.takeSent()).toEqual([`100 x -> ${PARTNER}`, "100 x -> 192.0.2.249:1999"]);
  peer.say({ type: "pong" }, PARTNER);
  expect(peer.core.phase).toBe("closing");
});

test("any sequence of datagrams and wakes: no throw, at most three sends for each input, none longer than 100 bytes", () => {
  const texts = ["a", "x", "y", "z", "i|b|203.0.113.2:5000", "i|b|[2001:db8::2]:5000", "i|a|203.0.113.2:5000", ""];
  const input = fc.record({
    afterMs: fc.integer({ min: 0, max: 2000 }),
    from: fc.constantFrom(CONTROL, PARTNER, STRANGER, "[2001:db8::2]:5000"),
    bytes: fc.oneof(
      fc.constantFrom(...texts).map((text) => envelope.seal(new TextEncoder().encode(text))),
      fc.uint8Array({ maxLength: 80 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      const peer = new BenchOfOne();
      for (const { afterMs, from, bytes } of inputs) {
        peer.until(peer.now + afterMs);
        const before = peer.sent.length;
        peer.hear(bytes, from);
        expect(peer.sent.length - before).toBeLessThanOrEqual(3);
      }
      if (peer.core.phase !== "connected") expect(peer.core.deadline).not.toBeNull();
    }),
    { numRuns: 300 },
  );
});

test("an early wake changes nothing", () => {
  const peer = new BenchOfOne();
  peer.introduce();
  const before = snapshot(peer);
  peer.now += 99;
  peer.feed({ type: "wake" });
  expect(snapshot(peer)).toEqual(before);
});
