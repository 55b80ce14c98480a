import type { v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { at, CONTROL, PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, host, LOWER, STRANGER } from "./bench-of-one.js";

const OTHER_WAY = "203.0.113.3:5000";
const HAIRPIN = "203.0.113.1:61000";
const NEAR = "192.168.1.7:5000";
const reflexive = (text: string): v2.Candidate => ({ kind: "reflexive", endpoint: at(text) });

/** Controlling, and told of these addresses of the partner's. */
function controlling(candidates = [reflexive(PARTNER), reflexive(OTHER_WAY)]): BenchOfOne {
  const peer = new BenchOfOne();
  peer.bind();
  peer.introduce(LOWER, candidates);
  peer.say(peer.infoFrame({ pushSeq: 2, state: "present" }), CONTROL);
  peer.now = 25;
  peer.takeSent();
  return peer;
}

const ping = (peer: BenchOfOne, from = PARTNER) => peer.say(peer.peerFrame("ping"), from);
const confirm = (peer: BenchOfOne, txid: Uint8Array, from = PARTNER) =>
  peer.say(peer.peerFrame("confirm", { txid }), from);
const nominations = (peer: BenchOfOne) => peer.takeSent().filter((line) => line.includes("nominate"));

/** The early one was of PARTNER; it stayed silent, and the other address was chosen after half a second. */
function choseAnother(): { readonly peer: BenchOfOne; readonly early: Uint8Array } {
  const peer = controlling();
  ping(peer);
  const early = peer.txidTo(PARTNER, "nominate");
  peer.pong(OTHER_WAY);
  peer.until(525);
  expect(peer.core.hole).toEqual(at(OTHER_WAY));
  return { peer, early };
}

describe("controlling, a peer that hears the partner's ping from an address that it has pinged", () => {
  test("nominates it right behind its answer, and is connected when its own ping is answered", () => {
    const peer = controlling();
    ping(peer);
    expect(peer.takeSent()).toEqual([`25 pong -> ${PARTNER}`, `25 nominate -> ${PARTNER}`]);
    expect(peer.core.phase).toBe("checking");
    expect(peer.core.hole).toBeNull();
    const early = peer.txidTo(PARTNER, "nominate");
    peer.now = 50;
    peer.pong();
    expect(peer.core.hole).toEqual(at(PARTNER));
    expect(nominations(peer)).toEqual([`50 nominate -> ${PARTNER}`]);
    confirm(peer, early);
    expect(peer.core.phase).toBe("nominating");
    confirm(peer, peer.txidTo(PARTNER, "nominate"));
    expect(peer.core.phase).toBe("finishing");
    expect(peer.reasons).toEqual([]);
  });

  test("nominates early with the partner's transaction, and with its own when it has its hole", () => {
    const peer = controlling();
    const asked = peer.peerFrame("ping");
    peer.say(asked, PARTNER);
    expect(peer.txidTo(PARTNER, "nominate")).toEqual(asked.txid);
    peer.pong();
    expect(peer.txidTo(PARTNER, "nominate")).toEqual(peer.txidTo(PARTNER));
  });

  test("does so once, for one address", () => {
    const peer = controlling();
    for (const from of [PARTNER, PARTNER, OTHER_WAY]) ping(peer, from);
    expect(nominations(peer)).toEqual([`25 nominate -> ${PARTNER}`]);
    peer.until(3000);
    expect(nominations(peer)).toEqual([]);
  });

  test("is connected when that is confirmed before anything is answered, and nominates as ever", () => {
    const peer = controlling();
    ping(peer);
    peer.now = 75;
    confirm(peer, peer.txidTo(PARTNER, "nominate"));
    expect(peer.told("connected")).toEqual([
      { type: "connected", endpoint: at(PARTNER), by: "pong", path: "reflexive", roundTripMs: 50 },
    ]);
    expect(peer.told("confirmed")).toEqual([]);
    expect(peer.core.phase).toBe("nominating");
    expect(peer.takeSent().at(-1)).toBe(`75 nominate -> ${PARTNER}`);
    expect(peer.txidTo(PARTNER, "nominate")).toEqual(peer.txidTo(PARTNER));
  });

  test("takes no other address for half a second, and then the one that answered", () => {
    const peer = controlling();
    ping(peer);
    peer.now = 50;
    peer.pong(OTHER_WAY);
    peer.until(524);
    expect(peer.core.hole).toBeNull();
    peer.until(525);
    expect(peer.told("connected")).toMatchObject([{ endpoint: at(OTHER_WAY) }]);
  });

  test("follows a partner that had taken it: the hole moves there, though another address was chosen meanwhile", () => {
    const { peer, early } = choseAnother();
    peer.now = 600;
    peer.takeSent();
    confirm(peer, early);
    expect(peer.core.hole).toEqual(at(PARTNER));
    expect(peer.told("connected")).toMatchObject([{ endpoint: at(OTHER_WAY) }, { endpoint: at(PARTNER) }]);
    confirm(peer, early);
    peer.until(700);
    expect(peer.takeSent()).toEqual([600, 650, 700].map((ms) => `${ms} nominate -> ${PARTNER}`));
    confirm(peer, peer.txidTo(PARTNER, "nominate"));
    expect(peer.told("confirmed")).toHaveLength(1);
    expect(peer.core.phase).toBe("finishing");
  });

  test("follows nobody any more once the other address is confirmed, or its time is over", () => {
    const { peer, early } = choseAnother();
    confirm(peer, peer.txidTo(OTHER_WAY, "nominate"), OTHER_WAY);
    confirm(peer, early);
    expect(peer.core.hole).toEqual(at(OTHER_WAY));
    const late = choseAnother();
    late.peer.until(6000);
    expect(late.peer.core.phase).toBe("unconfirmed");
    confirm(late.peer, late.early);
    expect(late.peer.core.hole).toEqual(at(OTHER_WAY));
    expect(late.peer.told("confirmed")).toEqual([]);
  });

  test("takes a confirmation of it from that address only, and with its transaction", () => {
    const peer = controlling();
    ping(peer);
    confirm(peer, peer.txidTo(PARTNER, "nominate"), OTHER_WAY);
    confirm(peer, new Uint8Array(12));
    expect(peer.core.phase).toBe("checking");
    expect(peer.core.hole).toBeNull();
  });

  test("behind the partner's NAT nominates early only what is inside", () => {
    const peer = controlling([reflexive(HAIRPIN), host(NEAR)]);
    ping(peer, HAIRPIN);
    expect(nominations(peer)).toEqual([]);
    ping(peer, NEAR);
    expect(nominations(peer)).toEqual([`25 nominate -> ${NEAR}`]);
  });

  test("nominates no address early that nobody listed, nor another port of a listed one", () => {
    const peer = controlling();
    ping(peer, STRANGER);
    ping(peer, "203.0.113.2:61000");
    expect(nominations(peer)).toEqual([]);
  });

  test("starts afresh with another run, and where its own address changes", () => {
    const restarted = controlling();
    ping(restarted);
    const early = restarted.txidTo(PARTNER, "nominate");
    const other = new Uint8Array(8).fill(2);
    restarted.introduce(other, undefined, 3);
    restarted.say(restarted.peerFrame("confirm", { from: other, txid: early }), PARTNER);
    expect(restarted.core.hole).toBeNull();
    const moved = controlling();
    moved.feed({ type: "addresses", addresses: [{ address: "10.0.0.5", link: "ordinary" }] });
    ping(moved);
    moved.feed({ type: "addresses", addresses: [{ address: "10.0.0.6", link: "ordinary" }] });
    confirm(moved, moved.txidTo(PARTNER, "nominate"));
    expect(moved.core.hole).toBeNull();
    moved.takeSent();
    ping(moved);
    expect(nominations(moved)).toEqual([`25 nominate -> ${PARTNER}`]);
  });
});

describe("controlled, a peer", () => {
  test("takes an early nomination with the answer to its own ping, whichever comes first", () => {
    for (const order of ["answer first", "nomination first"] as const) {
      const peer = new BenchOfOne();
      peer.bind();
      peer.introduce(HIGHER);
      peer.now = 50;
      const nominate = () => peer.say(peer.peerFrame("nominate", { from: HIGHER }), PARTNER);
      if (order === "nomination first") nominate();
      peer.pong(PARTNER, HIGHER);
      if (order === "answer first") nominate();
      expect(peer.core.phase, order).toBe("confirming");
    }
  });

  test("does not take silence for its partner's content, however it was nominated: that one may be gone", () => {
    const fateOf = (nominated: "early" | "early, then as ever") => {
      const peer = new BenchOfOne();
      peer.bind();
      peer.introduce(HIGHER);
      const early = peer.peerFrame("nominate", { from: HIGHER, txid: peer.txidTo(PARTNER) });
      peer.pong(PARTNER, HIGHER);
      peer.say(early, PARTNER);
      const final = peer.peerFrame("nominate", { from: HIGHER });
      if (nominated !== "early") peer.say(final, PARTNER);
      // A copy that was held back changes nothing.
      peer.say(early, PARTNER);
      expect(peer.core.hole).toEqual(at(PARTNER));
      if (nominated !== "early") peer.until(1000);
      peer.takeSent();
      const { txid } = nominated === "early" ? early : final;
      peer.until(2000);
      expect(peer.txidTo(PARTNER, "confirm")).toEqual(txid);
      peer.until(6000);
      return peer.told("unconfirmed").length === 1 ? "unconfirmed" : "sure";
    };
    expect(fateOf("early")).toBe("unconfirmed");
    expect(fateOf("early, then as ever")).toBe("unconfirmed");
  });
});
