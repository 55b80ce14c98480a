import { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SessionPhase } from "../../src/core.js";
import { at, CONTROL, PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, host, keys, LOWER, OURS, reach, STRANGER } from "./bench-of-one.js";
import { keysOf } from "./lab.js";

const SOURCES = [STRANGER, CONTROL, PARTNER];
const phases = Object.keys(reach) as SessionPhase[];
const OTHER_KEYS = keysOf("home", "another root");
const reflexive = (text: string): v2.Candidate => ({ kind: "reflexive", endpoint: at(text) });

/** Everything that a hostile datagram must leave as it was. */
function snapshot(peer: BenchOfOne) {
  const { phase, deadline, hole } = peer.core;
  return { phase, deadline, hole, sent: peer.sent.length, done: peer.done };
}

/** A frame of each type that a peer can hear, good enough to be taken in some phase. */
function frames(peer: BenchOfOne): readonly v2.Frame[] {
  const partner = { id: LOWER, blob: peer.blobOf(LOWER, [reflexive(STRANGER)]) };
  const head = { features: 0, sid: keys.sid, id: LOWER } as const;
  const cookie = new Uint8Array(16);
  return [
    peer.challengeFrame(),
    peer.infoFrame({ pushSeq: 9, cause: "push" }),
    peer.infoFrame({ pushSeq: 9, cause: "push", state: "present", partner }),
    { type: "announce", ...head, seq: 1, ackPush: 0, cookie, blob: partner.blob },
    { type: "bye", ...head, seq: 1, reason: "left" },
    ...(["ping", "pong", "nominate", "confirm", "done"] as const).map((type) => peer.peerFrame(type)),
  ];
}

/** Every frame that differs in one bit, or in its length. */
function* broken(bytes: Uint8Array): Iterable<Uint8Array> {
  const flipped = bytes.slice();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }
  for (let size = 0; size < bytes.length; size++) yield bytes.subarray(0, size);
  for (const more of [1, 19, 38]) yield Uint8Array.of(...bytes, ...new Uint8Array(more));
}

describe.each(phases)("a peer that is %s", (phase) => {
  const arrive = () => {
    const peer = new BenchOfOne();
    reach[phase](peer);
    return peer;
  };

  test("drops every frame with a bit flipped, cut or extended by a byte, moves no timer, and leaves it to the application", () => {
    const peer = arrive();
    const before = snapshot(peer);
    for (const frame of frames(peer)) {
      const remote = at("from" in frame ? PARTNER : CONTROL);
      for (const bytes of broken(peer.sealed(frame))) {
        const outputs = peer.core.handle(peer.now, { type: "datagram", datagram: { socket: 0, remote, bytes } });
        const types = outputs.map((output) => (output.type === "event" ? output.event.type : output.type));
        if (types.at(-1) !== "pass" || types.some((type) => type !== "pass" && type !== "dropped")) {
          expect.fail(`${frame.type} ${bytes.length}: ${types.join()}`);
        }
      }
    }
    expect(snapshot(peer)).toEqual(before);
  });

  test("is silent to frames under other keys, and to those of control under the peers' key and the other way round", () => {
    const peer = arrive();
    const before = snapshot(peer);
    const crossed = { ...keys, control: keys.peer, peer: keys.control };
    for (const frame of frames(peer)) {
      for (const from of SOURCES) {
        peer.hear(peer.sealed(frame, OTHER_KEYS), from);
        peer.hear(peer.sealed(frame, crossed), from);
      }
    }
    expect(snapshot(peer)).toEqual(before);
    expect(new Set(peer.reasons)).toEqual(new Set(["bad-signature"]));
    expect(peer.passed).toHaveLength(frames(peer).length * SOURCES.length * 2);
  });

  test("is silent to all that it said itself, reflected from anywhere, and does not show it to the application", () => {
    const peer = arrive();
    const before = snapshot(peer);
    for (const { bytes } of [...peer.sent]) for (const from of SOURCES) peer.hear(bytes, from);
    expect(snapshot(peer)).toEqual(before);
    expect(new Set(peer.reasons)).toEqual(
      new Set(["reflected", ...(peer.reasons.includes("from-control") ? ["from-control"] : [])]),
    );
    expect(peer.passed).toEqual([]);
  });

  test("is silent to what was said to another run, in another session, or to anybody before it started", () => {
    const peer = arrive();
    const before = snapshot(peer);
    const other = new Uint8Array(8).fill(6);
    for (const from of SOURCES) {
      for (const frame of frames(peer)) {
        if ("to" in frame) peer.say({ ...frame, to: other }, from);
        else if (frame.type === "info" || frame.type === "challenge") {
          peer.say({ ...frame, id: other }, from);
          peer.say({ ...frame, sid: new Uint8Array(16) }, from);
        }
      }
    }
    expect(snapshot(peer)).toEqual(before);
    expect(new Set(peer.reasons)).toEqual(new Set(["not-for-us", "from-control"]));
  });

  test("takes control's words from control's address only, and no partner's word from there", () => {
    const peer = arrive();
    const before = snapshot(peer);
    for (const frame of frames(peer)) {
      if (frame.type === "announce" || frame.type === "bye") continue;
      for (const from of "from" in frame ? [CONTROL] : [STRANGER, PARTNER]) peer.say(frame, from);
    }
    expect(snapshot(peer)).toEqual(before);
  });

  test("takes no word of another run than its partner's, and none but a ping before it has one", () => {
    const peer = arrive();
    if (phase === "announcing" || phase === "waiting") {
      const before = snapshot(peer);
      for (const type of ["pong", "nominate", "confirm", "done"] as const) peer.say(peer.peerFrame(type), STRANGER);
      return expect(snapshot(peer)).toEqual(before);
    }
    const before = snapshot(peer);
    for (const type of ["ping", "pong", "nominate", "confirm", "done"] as const) {
      for (const from of [STRANGER, PARTNER]) peer.say(peer.peerFrame(type, { from: new Uint8Array(8).fill(3) }), from);
    }
    expect(snapshot(peer)).toEqual(before);
    expect(new Set(peer.reasons)).toEqual(new Set(["not-partner"]));
  });
});

describe("who has only the control key", () => {
  const forged = (peer: BenchOfOne, partner: NonNullable<v2.Info["partner"]>, pushSeq = 5) =>
    peer.say(peer.infoFrame({ pushSeq, cause: "push", state: "present", partner }), CONTROL);

  test("draws no datagram to an address of his choice: what he seals does not open", () => {
    const peer = new BenchOfOne();
    peer.bind();
    const before = snapshot(peer);
    const guessed = { ...keys, candidates: OTHER_KEYS.candidates };
    forged(peer, { id: LOWER, blob: peer.blobOf(LOWER, [reflexive(STRANGER)], guessed) });
    // A blob of the partner's under another id, one of another session's, and random bytes.
    forged(peer, { id: HIGHER, blob: peer.blobOf(LOWER, [reflexive(STRANGER)]) });
    forged(peer, { id: LOWER, blob: peer.blobOf(LOWER, [reflexive(STRANGER)], keysOf("office")) });
    forged(peer, { id: LOWER, blob: new Uint8Array(v2.MIN_BLOB_BYTES + 19).fill(1) });
    expect(snapshot(peer)).toEqual(before);
    expect(new Set(peer.reasons)).toEqual(new Set(["bad-candidates"]));
  });

  test("cannot make a peer its own partner", () => {
    const peer = new BenchOfOne();
    peer.bind();
    const own = peer.sent.flatMap(({ frame }) => (frame.type === "announce" ? [frame] : []));
    const before = snapshot(peer);
    for (const { id, blob } of own) forged(peer, { id, blob });
    expect(snapshot(peer)).toEqual(before);
  });

  test("cannot nominate, confirm or end anything", () => {
    const peer = new BenchOfOne();
    reach.nominating(peer);
    const before = snapshot(peer);
    const mallory = { ...OTHER_KEYS, sid: keys.sid, control: keys.control };
    for (const type of ["nominate", "confirm", "done"] as const) {
      peer.hear(peer.sealed(peer.peerFrame(type, { txid: peer.txidTo(PARTNER, "nominate") }), mallory), PARTNER);
    }
    expect(snapshot(peer)).toEqual(before);
  });

  test("gets ten announces a second out of a peer, however many pushes he forges", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.takeSent();
    for (let push = 0; push < 10_000; push += 10) {
      peer.until(push);
      peer.say(peer.infoFrame({ pushSeq: 2 + push, cause: "push" }), CONTROL);
    }
    expect(peer.takeSent().length).toBeLessThanOrEqual(8 + 100);
  });

  test("gets as many and no more for challenges, and one for each announce at most", () => {
    const peer = new BenchOfOne();
    peer.takeSent();
    for (let ms = 0; ms < 10_000; ms += 10) {
      peer.until(ms);
      const cookie = new Uint8Array(16).fill(ms & 0xff);
      for (const echoSeq of [peer.seq, peer.seq, peer.seq - 1]) peer.challenge(CONTROL, { echoSeq, cookie });
    }
    expect(peer.takeSent().length).toBeLessThanOrEqual(8 + 200);
  });
});

describe("candidates", () => {
  const pinged = (candidates: readonly v2.Candidate[], control = CONTROL) => {
    const peer = new BenchOfOne({ controls: [control] });
    peer.challenge(control);
    peer.say(peer.infoFrame({ pushSeq: 0 }), control);
    peer.takeSent();
    const partner = { id: LOWER, blob: peer.blobOf(LOWER, candidates) };
    peer.say(peer.infoFrame({ pushSeq: 1, state: "present", cause: "push", partner }), control);
    return peer.takeSent().flatMap((line) => (line.includes(" ping ") ? [line.split(" -> ")[1] ?? ""] : []));
  };

  test("that point at loopback, groups, broadcast, link-local, nowhere or control itself are not pinged", () => {
    const bad = [
      "127.0.0.1:22",
      "[::1]:22",
      "224.0.0.1:5353",
      "239.255.255.250:1900",
      "[ff02::1]:5353",
      "255.255.255.255:9",
      "169.254.169.254:80",
      "[fe80::1]:5000",
      "0.0.0.0:5000",
      "0.1.2.3:5000",
      "[::]:5000",
      CONTROL,
    ];
    const good = [PARTNER, "10.0.0.2:5000", "100.64.0.2:5000", "[fd00::2]:5000", "198.51.100.1:7778"];
    for (const each of bad) expect(pinged([host(each), reflexive(each)])).toEqual([]);
    for (const each of good) expect(pinged([host(each)])).toEqual([each]);
    expect(pinged([host("127.0.0.1:5001")], "127.0.0.1:7777")).toEqual(["127.0.0.1:5001"]);
  });

  test("that are our own are not pinged: the same private addresses are given out in many networks", () => {
    const peer = new BenchOfOne({ addresses: [{ address: "192.168.1.2", link: "ordinary" }] });
    peer.bind();
    peer.takeSent();
    peer.introduce(LOWER, [host("192.168.1.2:5000"), host("192.168.1.2:5001"), host("192.168.1.3:5000")]);
    const pings = peer.takeSent().filter((line) => line.includes(" ping "));
    expect(pings.map((line) => line.split(" -> ")[1])).toEqual(["192.168.1.2:5001", "192.168.1.3:5000"]);
  });

  test("that are one address twelve times draw one ping", () => {
    expect(pinged(Array.from({ length: 12 }, () => reflexive(PARTNER)))).toEqual([PARTNER]);
  });

  test("twelve of them draw twelve pings at once and no more than 50 a second", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.takeSent();
    peer.introduce(
      LOWER,
      Array.from({ length: 12 }, (_, i) => reflexive(`192.0.2.66:${1000 + i}`)),
    );
    expect(peer.takeSent().filter((line) => line.includes("ping"))).toHaveLength(12);
    peer.until(1000);
    expect(peer.takeSent().filter((line) => line.includes("ping")).length).toBeLessThanOrEqual(50);
  });
});

describe("replays", () => {
  test("a ping replayed from a thousand addresses earns two answers at most, and no ping to any of them", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.introduce();
    const ping = peer.sealed(peer.peerFrame("ping"));
    peer.hear(ping, PARTNER);
    peer.takeSent();
    for (let i = 0; i < 1000; i++) peer.hear(ping, `192.0.2.${i % 250}:${1000 + i}`);
    const sent = peer.takeSent();
    expect(sent.filter((line) => line.includes("pong"))).toHaveLength(1);
    expect(sent.filter((line) => line.includes("ping")).length).toBeLessThanOrEqual(1);
  });

  test("pings of the partner's that somebody sends on from many addresses take its listed addresses nothing away", () => {
    const peer = new BenchOfOne();
    peer.bind();
    peer.introduce();
    peer.takeSent();
    for (let i = 0; i < 1000; i++) {
      peer.until(i * 10);
      peer.say(peer.peerFrame("ping"), `192.0.2.${i % 250}:${1000 + i}`);
    }
    const pings = peer.takeSent().filter((line) => line.includes(" ping "));
    expect(pings.filter((line) => line.endsWith(PARTNER)).length).toBe(22);
    // Eight and one more every five seconds, each pinged as seldom as a listed one.
    expect(new Set(pings.map((line) => line.split(" -> ")[1])).size).toBeLessThanOrEqual(1 + 8 + 2);
    expect(pings.length).toBeLessThanOrEqual(22 * (1 + 8 + 2));
    peer.pong();
    expect(peer.core.hole).toEqual(at(PARTNER));
  });

  test("what was said in the drill does not lead a hole elsewhere, said again from another address", () => {
    const peer = new BenchOfOne();
    const heard: Uint8Array[] = [];
    peer.bind();
    peer.introduce(HIGHER);
    const say = (frame: v2.PeerFrame) => {
      const bytes = peer.sealed(frame);
      heard.push(bytes);
      peer.hear(bytes, PARTNER);
    };
    say(peer.peerFrame("ping", { from: HIGHER }));
    say(peer.peerFrame("pong", { from: HIGHER, txid: peer.txidTo(PARTNER) }));
    say(peer.peerFrame("nominate", { from: HIGHER }));
    const before = snapshot(peer);
    for (const bytes of heard) for (const from of [STRANGER, "203.0.113.2:6"]) peer.hear(bytes, from);
    const { sent, ...standing } = snapshot(peer);
    expect(standing).toEqual({ phase: before.phase, deadline: before.deadline, hole: before.hole, done: false });
    // The ping earns one answer of its size from each port of a listed address, and one from all others.
    expect(sent - before.sent).toBe(2);
  });
});

test("any sequence of frames, junk, wakes and addresses: no throw, a bounded answer, a deadline while it has no hole", () => {
  const peers = new BenchOfOne();
  const good = frames(peers);
  const input = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.constant(20_000)),
    from: fc.constantFrom(CONTROL, PARTNER, STRANGER, OURS, "[2001:db8::2]:5000"),
    what: fc.oneof(
      fc.constantFrom("bind", "introduce", "pong", "challenge", "addresses", "refused"),
      fc.integer({ min: 0, max: good.length - 1 }),
      fc.uint8Array({ maxLength: 80 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      const peer = new BenchOfOne();
      let pushSeq = 1;
      for (const { afterMs, from, what } of inputs) {
        peer.until(peer.now + afterMs);
        const before = peer.sent.length;
        if (what instanceof Uint8Array) peer.hear(Uint8Array.of(...v2.MAGIC, ...what), from);
        else if (typeof what === "number") peer.say(good[what] as v2.Frame, from);
        else if (what === "bind") peer.bind();
        else if (what === "introduce") peer.introduce(pushSeq % 2 === 0 ? LOWER : HIGHER, undefined, ++pushSeq);
        else if (what === "challenge") peer.challenge();
        else if (what === "addresses")
          peer.feed({ type: "addresses", addresses: [{ address: `10.0.0.${afterMs % 250}`, link: "ordinary" }] });
        else if (what === "refused")
          peer.feed({ type: "sendFailed", socket: 0, remote: at(from), error: new Error("EPERM") });
        else if (peer.sent.some(({ frame, to }) => frame.type === "ping" && to === PARTNER)) peer.pong();
        expect(peer.sent.length - before).toBeLessThanOrEqual(6);
      }
      if (peer.core.phase !== "unconfirmed") expect(peer.core.deadline).not.toBeNull();
      expect(peer.told("impossible")).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
