import { describe, expect, test } from "vitest";
import { PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, reach } from "./bench-of-one.js";

/** Controlled, with a hole to a partner that is so many milliseconds away, there and back. */
function confirming(roundTripMs: number, kind: "early" | "certain" = "certain"): BenchOfOne {
  const peer = new BenchOfOne();
  peer.bind();
  peer.introduce(HIGHER);
  const txid = peer.txidTo(PARTNER);
  peer.until(roundTripMs);
  peer.say(peer.peerFrame("pong", { from: HIGHER, txid }), PARTNER);
  peer.say(peer.peerFrame("nominate", { from: HIGHER, ...(kind === "early" ? { txid } : {}) }), PARTNER);
  expect(peer.core.phase).toBe("confirming");
  return peer;
}

const nominate = (peer: BenchOfOne) => peer.say(peer.peerFrame("nominate", { from: HIGHER }), PARTNER);
const confirms = (peer: BenchOfOne) => peer.sent.flatMap(({ frame, at }) => (frame.type === "confirm" ? [at] : []));

/** Waits until it knows; says when. */
function end(peer: BenchOfOne): number {
  while (!peer.done) peer.until(peer.core.deadline?.at ?? Number.POSITIVE_INFINITY);
  return peer.now;
}

describe("controlled, a peer that is told nothing more", () => {
  test.each([0, 50, 600, 3000, 20_000])(
    "ends unconfirmed however often it was nominated, %d ms away",
    (roundTripMs) => {
      for (const nominations of [1, 2, 3, 10, 25, 28]) {
        for (const gapMs of [0, 50, 200]) {
          const peer = confirming(roundTripMs);
          for (let count = 1; count < nominations; count++) {
            peer.until(peer.now + gapMs);
            nominate(peer);
          }
          end(peer);
          expect(peer.told("unconfirmed"), `${nominations} nominations, ${gapMs} ms apart`).toHaveLength(1);
          expect(peer.told("confirmed")).toEqual([]);
        }
      }
    },
  );

  test.each([0, 50, 600, 3000, 20_000])(
    "says nothing late whose answer would come too late, %d ms away",
    (roundTripMs) => {
      const peer = confirming(roundTripMs);
      const plain = confirming(roundTripMs);
      const endsAt = end(plain);
      // The partner nominates on and on; its answers to our confirmations are all lost.
      while (!peer.done) {
        peer.until(peer.now + 97);
        nominate(peer);
      }
      // A confirmation leads to sixteen answers in 105 ms; with jitter a round trip may be twice what the first one was.
      expect(Math.max(...confirms(peer)) + 2 * roundTripMs + 105).toBeLessThan(endsAt);
      expect(Math.max(...confirms(plain)) + 2 * roundTripMs + 105).toBeLessThan(endsAt);
      nominate(peer);
      expect(peer.told("unconfirmed")).toHaveLength(1);
      expect(Math.max(...confirms(peer))).toBeLessThan(endsAt);
    },
  );

  test("waits its whole time from the first nomination by a partner that has its hole", () => {
    const peer = confirming(50, "early");
    peer.until(5000);
    nominate(peer);
    const plain = confirming(50);
    expect(end(peer) - 5000).toBeCloseTo(end(plain) - 50, 6);
  });
});

describe("controlling, a peer that is sure", () => {
  test("tells a partner that asks again, as long as it has the socket", () => {
    const peer = new BenchOfOne();
    reach.finishing(peer);
    peer.until(5000);
    expect(peer.core.phase).toBe("connected");
    const txid = peer.txidTo(PARTNER, "done");
    peer.takeSent();
    for (let count = 0; count < 3; count++) peer.say(peer.peerFrame("confirm", { txid }), PARTNER);
    peer.say(peer.peerFrame("confirm"), PARTNER);
    expect(peer.takeSent()).toEqual(Array.from({ length: 3 }, () => `5000 done -> ${PARTNER}`));
  });

  test("says so to nobody once its time was over before", () => {
    const peer = new BenchOfOne();
    reach.unconfirmed(peer);
    peer.takeSent();
    peer.say(peer.peerFrame("confirm", { txid: peer.txidTo(PARTNER, "nominate") }), PARTNER);
    expect(peer.takeSent()).toEqual([]);
    expect(peer.told("confirmed")).toEqual([]);
  });
});
