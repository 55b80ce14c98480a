import type { v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { at, CONTROL, PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, host, LOWER, reach, STRANGER } from "./bench-of-one.js";

const ELSEWHERE = "203.0.113.2:61000";
const NEAR = "192.168.1.7:5000";
const HAIRPIN = "203.0.113.1:61000";
const reflexive = (text: string): v2.Candidate => ({ kind: "reflexive", endpoint: at(text) });

/** Bound, introduced, and what that sent forgotten. */
function introduced(id: Uint8Array, candidates?: readonly v2.Candidate[], options = {}): BenchOfOne {
  const peer = new BenchOfOne(options);
  peer.bind();
  peer.introduce(id, candidates);
  peer.say(peer.infoFrame({ pushSeq: 2, state: "present" }), CONTROL);
  peer.takeSent();
  return peer;
}

const nominate = (peer: BenchOfOne, from = PARTNER, txid?: Uint8Array) =>
  peer.say(peer.peerFrame("nominate", { from: HIGHER, ...(txid === undefined ? {} : { txid }) }), from);

describe("the check list", () => {
  test("an address is pinged at 0, 100, 200, 400 ms, every 500 ms to the tenth second, then every 5 s", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.introduce();
    peer.say(peer.infoFrame({ pushSeq: 2, state: "present" }), CONTROL);
    peer.until(25_000);
    const pings = peer.sent.filter(({ frame }) => frame.type === "ping");
    const every500 = Array.from({ length: 20 }, (_, i) => 400 + 500 * i);
    expect(pings.map((each) => each.at)).toEqual([0, 100, 200, ...every500, 14_900, 19_900, 24_900]);
    expect(new Set(pings.map(({ frame }) => "txid" in frame && frame.txid.join())).size).toBe(pings.length);
  });

  test("the first pings go to all addresses at once, later ones 20 ms apart; IPv6 comes first", () => {
    const peer = introduced(LOWER, []);
    peer.introduce(LOWER, [reflexive(PARTNER), host("10.0.0.2:5000"), host("[2001:db8::2]:5000")], 3);
    expect(peer.takeSent().filter((line) => line.includes("ping"))).toEqual([
      "0 ping -> [2001:db8::2]:5000",
      `0 ping -> ${PARTNER}`,
      "0 ping -> 10.0.0.2:5000",
    ]);
    peer.say(peer.infoFrame({ pushSeq: 3, state: "present" }), CONTROL);
    peer.until(299);
    expect(peer.takeSent()).toEqual([
      "100 ping -> [2001:db8::2]:5000",
      `120 ping -> ${PARTNER}`,
      "140 ping -> 10.0.0.2:5000",
      "200 ping -> [2001:db8::2]:5000",
      `220 ping -> ${PARTNER}`,
      "240 ping -> 10.0.0.2:5000",
    ]);
  });

  test("an address that answered is not pinged any more, the others are", () => {
    const peer = introduced(HIGHER, [reflexive(PARTNER), host("10.0.0.2:5000")]);
    peer.now = 30;
    peer.pong(PARTNER, HIGHER);
    peer.until(200);
    expect(peer.takeSent()).toEqual(["100 ping -> 10.0.0.2:5000", "200 ping -> 10.0.0.2:5000"]);
  });

  test("an INFO that tells the same starts nothing; new addresses start afresh", () => {
    const peer = introduced(LOWER);
    peer.until(1000);
    peer.takeSent();
    const { deadline } = peer.core;
    peer.say(peer.infoFrame({ pushSeq: 2, state: "present" }), CONTROL);
    expect(peer.takeSent()).toEqual([]);
    expect(peer.core.deadline).toEqual(deadline);
    peer.introduce(LOWER, [reflexive(PARTNER), host(NEAR)], 3);
    expect(peer.takeSent()).toEqual([`1000 announce -> ${CONTROL}`, `1000 ping -> ${PARTNER}`, `1000 ping -> ${NEAR}`]);
  });

  test("a ping that is heard earns one pong, and a ping back where that may tell something new", () => {
    const peer = introduced(HIGHER);
    peer.now = 49;
    peer.say(peer.peerFrame("ping", { from: HIGHER }), PARTNER);
    peer.now = 51;
    const ping = peer.peerFrame("ping", { from: HIGHER });
    peer.say(ping, PARTNER);
    peer.say(ping, PARTNER);
    expect(peer.takeSent()).toEqual([`49 pong -> ${PARTNER}`, `51 pong -> ${PARTNER}`, `51 ping -> ${PARTNER}`]);
    expect(peer.reasons).toEqual(["answered-before"]);
    expect(peer.told("heard")).toEqual([{ type: "heard", endpoint: at(PARTNER) }]);
  });

  test("a ping is answered with its own transaction", () => {
    const peer = introduced(HIGHER);
    const ping = peer.peerFrame("ping", { from: HIGHER });
    peer.say(ping, PARTNER);
    expect(peer.sent.at(-1)?.frame).toMatchObject({ type: "pong", txid: ping.txid, to: HIGHER });
  });

  test("a ping before any word of control's introduces its sender", () => {
    const peer = new BenchOfOne();
    peer.takeSent();
    peer.say(peer.peerFrame("ping"), PARTNER);
    expect(peer.takeSent()).toEqual([`0 pong -> ${PARTNER}`, `0 ping -> ${PARTNER}`]);
    expect(peer.core.phase).toBe("checking");
  });

  test("an answer counts only for a ping that waits for one, from the address that was pinged", () => {
    const peer = introduced(LOWER);
    const txid = peer.txidTo(PARTNER);
    peer.say(peer.peerFrame("pong", { txid }), ELSEWHERE);
    peer.say(peer.peerFrame("pong"), PARTNER);
    peer.say(peer.peerFrame("pong", { txid, from: HIGHER }), PARTNER);
    expect(peer.reasons).toEqual(["not-pinged", "unknown-transaction", "not-partner"]);
    expect(peer.core.hole).toBeNull();
    peer.say(peer.peerFrame("pong", { txid }), PARTNER);
    expect(peer.core.hole).toEqual(at(PARTNER));
  });

  test("where our own address changes, what has answered before is pinged again", () => {
    const peer = introduced(HIGHER);
    peer.pong(PARTNER, HIGHER);
    peer.until(16_000);
    peer.takeSent();
    peer.challenge(CONTROL, { observed: at("203.0.113.99:5000"), cookie: new Uint8Array(16).fill(8) });
    expect(peer.takeSent()).toContain(`16000 ping -> ${PARTNER}`);
  });
});

describe("controlling, a peer", () => {
  test("is connected when its ping is answered, and tells its path and round trip", () => {
    const peer = introduced(LOWER);
    peer.now = 50;
    peer.pong();
    expect(peer.told("connected")).toEqual([
      { type: "connected", endpoint: at(PARTNER), by: "pong", path: "reflexive", roundTripMs: 50 },
    ]);
    expect(peer.done).toBe(false);
  });

  test("nominates at 0, 50, 100, 200, 400 ms, then every 200 ms to 5 s, and ends unconfirmed at 5.4 s", () => {
    const peer = introduced(LOWER);
    const txid = peer.txidTo(PARTNER);
    peer.pong();
    peer.until(5399);
    expect(peer.core.phase).toBe("nominating");
    peer.until(60_000);
    const said = peer.sent.filter(({ frame }) => frame.type === "nominate");
    const every200 = Array.from({ length: 24 }, (_, i) => 400 + 200 * i);
    expect(said.map((each) => each.at)).toEqual([0, 50, 100, 200, ...every200]);
    expect(said.every(({ frame }) => "txid" in frame && frame.txid.join() === txid.join())).toBe(true);
    expect(peer.told("unconfirmed")).toEqual([{ type: "unconfirmed" }]);
    expect(peer.told("confirmed")).toEqual([]);
    expect(peer.done).toBe(true);
  });

  test("says sixteen times that it is confirmed, 7 ms apart, then nothing is owed", () => {
    const peer = introduced(LOWER);
    peer.pong();
    peer.takeSent();
    peer.now = 40;
    peer.say(peer.peerFrame("confirm", { txid: peer.txidTo(PARTNER, "nominate") }), PARTNER);
    expect(peer.told("confirmed")).toEqual([{ type: "confirmed" }]);
    expect(peer.done).toBe(false);
    peer.until(144);
    expect(peer.done).toBe(false);
    peer.until(1000);
    expect(peer.takeSent()).toEqual(Array.from({ length: 16 }, (_, i) => `${40 + 7 * i} done -> ${PARTNER}`));
    expect(peer.done).toBe(true);
  });

  test("takes a confirmation only of its own nomination, from where its hole leads", () => {
    const peer = introduced(LOWER);
    peer.pong();
    const txid = peer.txidTo(PARTNER, "nominate");
    peer.say(peer.peerFrame("confirm", { txid }), ELSEWHERE);
    peer.say(peer.peerFrame("confirm"), PARTNER);
    peer.say(peer.peerFrame("done", { txid }), PARTNER);
    peer.say(peer.peerFrame("nominate", { txid }), PARTNER);
    expect(peer.reasons).toEqual(["not-the-hole", "unknown-transaction", "wrong-role", "wrong-role"]);
    expect(peer.core.phase).toBe("nominating");
  });

  test("behind the partner's NAT waits 150 ms at most for one of the partner's own addresses", () => {
    const candidates = [reflexive(HAIRPIN), host(NEAR)];
    const waiting = introduced(LOWER, candidates);
    waiting.now = 20;
    waiting.pong(HAIRPIN);
    expect(waiting.core.hole).toBeNull();
    waiting.until(169);
    expect(waiting.core.hole).toBeNull();
    waiting.until(170);
    expect(waiting.core.hole).toEqual(at(HAIRPIN));
    const met = introduced(LOWER, candidates);
    met.pong(HAIRPIN);
    met.now = 30;
    met.pong(NEAR);
    expect(met.told("connected")).toMatchObject([{ endpoint: at(NEAR), path: "host" }]);
  });

  test("does not wait for what the partner has not got", () => {
    const peer = introduced(LOWER, [reflexive(HAIRPIN)]);
    peer.pong(HAIRPIN);
    expect(peer.core.hole).toEqual(at(HAIRPIN));
  });

  test("takes another port of a listed address at once, an address that nobody listed after half a second", () => {
    const symmetric = introduced(LOWER);
    symmetric.say(symmetric.peerFrame("ping"), ELSEWHERE);
    symmetric.pong(ELSEWHERE);
    expect(symmetric.told("connected")).toMatchObject([{ endpoint: at(ELSEWHERE), path: "peer-reflexive" }]);
    const unlisted = introduced(LOWER);
    unlisted.say(unlisted.peerFrame("ping"), STRANGER);
    unlisted.pong(STRANGER);
    unlisted.until(499);
    expect(unlisted.core.hole).toBeNull();
    unlisted.until(500);
    expect(unlisted.core.hole).toEqual(at(STRANGER));
  });

  test("takes a listed address before one that nobody listed", () => {
    const peer = introduced(LOWER);
    peer.say(peer.peerFrame("ping"), STRANGER);
    peer.pong(STRANGER);
    peer.until(300);
    peer.pong(PARTNER);
    expect(peer.core.hole).toEqual(at(PARTNER));
  });
});

describe("controlled, a peer", () => {
  test("is connected by a nomination from an address that has answered it, and confirms each", () => {
    const peer = introduced(HIGHER);
    peer.now = 50;
    peer.pong(PARTNER, HIGHER);
    expect(peer.core.hole).toBeNull();
    peer.takeSent();
    nominate(peer);
    peer.now = 60;
    nominate(peer);
    expect(peer.takeSent()).toEqual([`50 confirm -> ${PARTNER}`, `60 confirm -> ${PARTNER}`]);
    expect(peer.told("connected")).toEqual([
      { type: "connected", endpoint: at(PARTNER), by: "nomination", path: "reflexive", roundTripMs: 50 },
    ]);
    expect(peer.told("confirmed")).toEqual([]);
    peer.say(peer.peerFrame("done", { from: HIGHER, txid: peer.txidTo(PARTNER, "confirm") }), PARTNER);
    expect(peer.told("confirmed")).toEqual([{ type: "confirmed" }]);
    expect(peer.done).toBe(true);
  });

  test("where nothing comes it confirms again every 400 ms, and ends unconfirmed after 6 s", () => {
    const peer = introduced(HIGHER);
    peer.pong(PARTNER, HIGHER);
    peer.takeSent();
    nominate(peer);
    peer.until(5999);
    expect(peer.takeSent()).toEqual(Array.from({ length: 15 }, (_, i) => `${400 * i} confirm -> ${PARTNER}`));
    expect(peer.done).toBe(false);
    peer.until(6000);
    expect(peer.done).toBe(true);
    expect(peer.told("confirmed")).toEqual([]);
    expect(peer.told("unconfirmed")).toEqual([{ type: "unconfirmed" }]);
  });

  test("is told that it is unconfirmed where the partner nominated to the end of its time", () => {
    const peer = introduced(HIGHER);
    peer.pong(PARTNER, HIGHER);
    const txid = new Uint8Array(12).fill(3);
    for (let ms = 0; ms <= 4000; ms += 200) {
      peer.until(ms);
      nominate(peer, PARTNER, txid);
    }
    peer.until(6000);
    expect(peer.told("unconfirmed")).toEqual([{ type: "unconfirmed" }]);
  });

  test("pings an address that nominates and has not answered, and takes the nomination when it does, within a second", () => {
    const peer = introduced(HIGHER);
    peer.now = 60;
    peer.takeSent();
    nominate(peer);
    expect(peer.reasons).toEqual(["not-yet"]);
    expect(peer.takeSent()).toEqual([`60 ping -> ${PARTNER}`]);
    peer.now = 110;
    peer.pong(PARTNER, HIGHER);
    expect(peer.core.hole).toEqual(at(PARTNER));
    expect(peer.takeSent()).toEqual([`110 confirm -> ${PARTNER}`]);
    const lossy = introduced(HIGHER);
    lossy.until(1000);
    nominate(lossy);
    lossy.takeSent();
    lossy.until(1400);
    expect(lossy.takeSent()).toEqual([1100, 1200, 1400].map((ms) => `${ms} ping -> ${PARTNER}`));
    const late = introduced(HIGHER);
    nominate(late);
    late.now = 1000;
    late.pong(PARTNER, HIGHER);
    expect(late.core.hole).toBeNull();
  });

  test("takes no nomination from an address that nobody listed, but for the last resort", () => {
    const peer = introduced(HIGHER);
    peer.say(peer.peerFrame("ping", { from: HIGHER }), STRANGER);
    peer.pong(STRANGER, HIGHER);
    nominate(peer, STRANGER);
    peer.until(499);
    nominate(peer, STRANGER);
    expect(peer.core.hole).toBeNull();
    peer.until(500);
    nominate(peer, STRANGER);
    expect(peer.core.hole).toEqual(at(STRANGER));
  });

  test("takes no other address once one is nominated", () => {
    const peer = new BenchOfOne();
    reach.confirming(peer);
    peer.takeSent();
    nominate(peer, ELSEWHERE);
    expect(peer.takeSent()).toEqual([]);
    expect(peer.reasons).toEqual(["not-the-hole"]);
    expect(peer.core.hole).toEqual(at(PARTNER));
  });
});

describe("afterwards", () => {
  test("the partner's pings are answered, its nominations confirmed, and no address is checked", () => {
    const peer = new BenchOfOne();
    reach.connected(peer);
    peer.takeSent();
    peer.until(5000);
    peer.say(peer.peerFrame("ping", { from: HIGHER }), PARTNER);
    nominate(peer);
    peer.introduce(HIGHER, [reflexive(PARTNER), host(NEAR)], 4);
    expect(peer.takeSent().filter((line) => !line.includes("announce"))).toEqual([
      `5000 pong -> ${PARTNER}`,
      `5000 confirm -> ${PARTNER}`,
    ]);
  });

  test("none of the partner's other addresses is pinged once there is a hole", () => {
    const peer = introduced(LOWER, [reflexive(PARTNER), host("10.0.0.2:5000")]);
    peer.pong();
    peer.until(5000);
    expect(peer.takeSent().filter((line) => line.includes("ping"))).toEqual([]);
  });

  test("a partner that restarts before it confirmed is drilled anew; after that it is told of, once, and changes nothing", () => {
    const other = new Uint8Array(8).fill(2);
    const early = new BenchOfOne();
    reach.nominating(early);
    early.introduce(other, undefined, 3);
    expect(early.core.hole).toBeNull();
    expect(early.told("partnerRestarted")).toHaveLength(1);
    early.pong(PARTNER, other);
    expect(early.told("connected")).toHaveLength(2);
    const late = new BenchOfOne();
    reach.connected(late);
    late.introduce(other, undefined, 3);
    late.introduce(other, [host(NEAR)], 4);
    expect(late.core.hole).toEqual(at(PARTNER));
    expect(late.core.phase).toBe("connected");
    expect(late.told("partnerRestarted")).toHaveLength(1);
  });

  test("it goes on to say to control that it is there", () => {
    const peer = new BenchOfOne();
    reach.connected(peer);
    peer.say(peer.infoFrame({ pushSeq: 2, state: "present" }), CONTROL);
    peer.takeSent();
    peer.until(20_000);
    expect(peer.takeSent()[0]).toMatch(/^1\d{4}(\.\d+)? announce/);
    peer.take(peer.core.leave(20_000));
    expect(peer.sent.at(-1)?.frame).toMatchObject({ type: "bye", reason: "met" });
  });
});

describe("kept alive, a hole", () => {
  function kept(): BenchOfOne {
    const peer = new BenchOfOne({ keepAliveMs: 5000 });
    reach.connected(peer);
    return peer;
  }
  const pings = (peer: BenchOfOne) => peer.takeSent().filter((line) => line.includes("ping"));

  test("is pinged so often, and every second where no answer comes", () => {
    const peer = kept();
    peer.until(5000);
    expect(pings(peer).at(-1)).toBe(`5000 ping -> ${PARTNER}`);
    peer.pong(PARTNER, HIGHER);
    peer.until(12_500);
    expect(pings(peer)).toEqual([10_000, 11_000, 12_000].map((ms) => `${ms} ping -> ${PARTNER}`));
  });

  test("is pinged at once when the machine was suspended, or has other addresses: its mapping may be gone", () => {
    for (const input of [
      { type: "resumed" },
      { type: "addresses", addresses: [{ address: "10.0.0.9", link: "ordinary" }] },
    ] as const) {
      const peer = kept();
      peer.feed({ type: "addresses", addresses: [{ address: "192.168.1.5", link: "ordinary" }] });
      peer.until(3000);
      pings(peer);
      peer.feed(input);
      peer.until(3000);
      expect(pings(peer)).toEqual([`3000 ping -> ${PARTNER}`]);
    }
  });

  test("tells of a partner that leaves six pings unanswered, and of its return", () => {
    const peer = kept();
    peer.until(10_999);
    expect(peer.told("partnerSilent")).toEqual([]);
    peer.until(11_000);
    expect(peer.told("partnerSilent")).toEqual([{ type: "partnerSilent", silentMs: 11_000 }]);
    peer.takeSent();
    peer.until(30_000);
    expect(pings(peer)).toEqual([16_000, 21_000, 26_000].map((ms) => `${ms} ping -> ${PARTNER}`));
    peer.pong(PARTNER, HIGHER);
    expect(peer.told("partnerBack")).toEqual([{ type: "partnerBack" }]);
    expect(peer.told("partnerSilent")).toHaveLength(1);
  });

  test("is not kept alive by what anybody could replay", () => {
    const peer = kept();
    peer.until(10_000);
    for (const type of ["ping", "nominate"] as const) peer.say(peer.peerFrame(type, { from: HIGHER }), PARTNER);
    peer.hear(new Uint8Array(1200), PARTNER);
    peer.until(11_000);
    expect(peer.told("partnerSilent")).toHaveLength(1);
  });
});

test("in the session of two slots every frame says which of them we are", () => {
  const features = (slot: "a" | "b") => new BenchOfOne({ slot }).sent.map(({ frame }) => frame.features);
  expect(features("a")).toEqual([1]);
  expect(features("b")).toEqual([3]);
  expect(new BenchOfOne().sent.map(({ frame }) => frame.features)).toEqual([0]);
});
