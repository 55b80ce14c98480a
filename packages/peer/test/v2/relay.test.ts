import { v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { at, CONTROL, PARTNER } from "../bench.js";
import { BenchOfOne, type BenchOptions, HIGHER, keys, LOWER, STRANGER } from "./bench-of-one.js";

const OUR_ID = new Uint8Array(v2.ID_BYTES).fill(5);

/** One peer, whom control has bound and told of a partner; the relay may be taken after four seconds. */
class RelayedBench extends BenchOfOne {
  readonly partner: Uint8Array;

  constructor(partner = LOWER, options: BenchOptions = {}) {
    super({ relayAfterMs: 4000, ...options });
    this.partner = partner;
    this.bind();
    this.introduce(partner);
    this.takeSent();
  }

  /** The RELAYs so far, as "2000 want". */
  get relays(): string[] {
    return this.sent.flatMap(({ at: ms, frame }) => (frame.type === "relay" ? [`${ms} ${frame.op}`] : []));
  }

  get relaySeq(): number {
    return Math.max(0, ...this.sent.map(({ frame }) => (frame.type === "relay" ? frame.seq : 0)));
  }

  relayed(state: v2.RelayState, fields: Partial<v2.Relayed> = {}, from = CONTROL): void {
    const head = { type: "relayed", features: 0, sid: keys.sid, id: OUR_ID, partnerId: this.partner } as const;
    this.say({ ...head, echoSeq: this.relaySeq, state, reason: "none", ...fields }, from);
  }

  /** Control answers announces, so nothing else is on its way. */
  answered(): void {
    this.say(this.infoFrame({ pushSeq: 2, state: "present", partner: this.partnerOf() }), CONTROL);
  }

  partnerOf() {
    return { id: this.partner, blob: this.blobOf(this.partner, [{ kind: "reflexive", endpoint: at(PARTNER) }]) };
  }

  /** The hole is relayed: as control, or as the other one says. */
  meetByRelay(): void {
    this.until(2000);
    this.relayed("open");
    this.pong(CONTROL, this.partner);
    if (this.partner === HIGHER) {
      this.say(this.peerFrame("nominate", { from: HIGHER }), CONTROL);
      return;
    }
    this.until(4000);
  }
}

const pingsTo = (peer: BenchOfOne, to: string) =>
  peer.sent.filter((sent) => sent.frame.type === "ping" && sent.to === to).length;

describe("asking for the relay", () => {
  test("begins when the partner has been there for five seconds, or for half of the time after which it may be taken", () => {
    const peer = new RelayedBench(LOWER, { relayAfterMs: 10_000 });
    peer.until(4999);
    expect(peer.relays).toEqual([]);
    peer.until(5000);
    expect(peer.relays).toEqual(["5000 want"]);
    const hasty = new RelayedBench(LOWER, { relayAfterMs: 1000 });
    hasty.until(500);
    expect(hasty.relays).toEqual(["500 want"]);
  });

  test("goes on until control says that it is open, and then at each keepalive", () => {
    const peer = new RelayedBench();
    peer.until(5700);
    const times = [2000, 2100, 2300, 2700, 3500, 4500];
    expect(peer.relays).toEqual(times.map((ms) => `${ms} want`));
    peer.relayed("open");
    peer.until(5700 + 11_900);
    expect(peer.relays).toHaveLength(times.length);
    peer.until(5700 + 18_100);
    expect(peer.relays.length).toBeGreaterThan(times.length);
  });

  test("does not happen where there is a direct hole, nor with relay never, nor before a partner is there", () => {
    const direct = new RelayedBench();
    direct.pong();
    direct.until(30_000);
    const never = new RelayedBench(LOWER, { relay: "never" });
    never.until(30_000);
    const alone = new BenchOfOne();
    alone.bind();
    alone.until(30_000);
    for (const peer of [direct, never, alone])
      expect(peer.sent.some(({ frame }) => frame.type === "relay")).toBe(false);
  });

  test("pings through control once it is open, and not before", () => {
    const peer = new RelayedBench();
    peer.until(2500);
    peer.relayed("waiting");
    expect(pingsTo(peer, CONTROL)).toBe(0);
    peer.relayed("open");
    expect(pingsTo(peer, CONTROL)).toBe(1);
  });

  test("takes what control says only from where we are bound, of this partner, and of what was asked since", () => {
    const peer = new RelayedBench();
    peer.relayed("open", { echoSeq: 1 });
    peer.until(2000);
    peer.relayed("open", {}, STRANGER);
    peer.relayed("open", { partnerId: HIGHER });
    peer.relayed("open", { echoSeq: peer.relaySeq + 1 });
    peer.relayed("open", { echoSeq: 1 });
    peer.relayed("released");
    expect(peer.reasons).toEqual(["stale", "not-from-control", "not-partner", "stale", "stale", "stale"]);
    expect(pingsTo(peer, CONTROL)).toBe(0);
  });
});

describe("the relay as a path", () => {
  test("is nominated only after its time, and then at once", () => {
    const peer = new RelayedBench();
    peer.until(2000);
    peer.relayed("open");
    peer.pong(CONTROL);
    peer.until(3999);
    expect(peer.core.path).toBeNull();
    peer.until(4000);
    expect(peer.core.path).toEqual({ via: "relay", socket: 0, remote: at(CONTROL) });
    expect(peer.told("connected")).toMatchObject([{ endpoint: at(CONTROL), path: "relayed" }]);
  });

  test("gives way to any direct path that has answered by then, also one that nobody listed", () => {
    for (const from of [PARTNER, STRANGER]) {
      const peer = new RelayedBench();
      peer.until(2000);
      peer.relayed("open");
      peer.pong(CONTROL);
      peer.say(peer.peerFrame("ping"), from);
      peer.pong(from);
      peer.until(4000);
      expect(peer.core.hole).toEqual(at(from));
    }
  });

  test("is never nominated early", () => {
    const peer = new RelayedBench();
    peer.until(2000);
    peer.relayed("open");
    peer.say(peer.peerFrame("ping"), CONTROL);
    expect(peer.sent.some(({ frame }) => frame.type === "nominate")).toBe(false);
    expect(peer.told("heard")).toEqual([]);
  });

  test("is taken at any time where the partner nominates it, once it has answered", () => {
    const peer = new RelayedBench(HIGHER);
    peer.meetByRelay();
    expect(peer.now).toBe(2000);
    expect(peer.core.path?.via).toBe("relay");
  });

  test("is said to be chosen, at the times of a nomination until control says that it carries", () => {
    const peer = new RelayedBench();
    peer.meetByRelay();
    peer.until(4450);
    expect(peer.relays.slice(-6)).toEqual(
      [0, 50, 100, 200, 400].map((ms) => `${4000 + ms} chosen`).toSpliced(0, 0, "2000 want"),
    );
    peer.relayed("carrying");
    const count = peer.relays.length;
    peer.until(14_000);
    expect(peer.relays).toHaveLength(count);
  });

  test("needs the partner's own answer: whoever has the control key makes nobody believe in it", () => {
    const peer = new RelayedBench();
    peer.until(2000);
    peer.relayed("open");
    peer.relayed("carrying");
    peer.until(60_000);
    expect(peer.core.hole).toBeNull();
    // And the partner's words from control's address count for nothing while the relay is not open.
    const closed = new RelayedBench();
    closed.until(2000);
    closed.relayed("none", { reason: "off" });
    closed.say(closed.peerFrame("ping"), CONTROL);
    expect(closed.reasons).toEqual(["from-control"]);
  });

  test("stays where it is, whatever control says of it afterwards; it is asked for again, twice a second at most", () => {
    const peer = new RelayedBench();
    peer.meetByRelay();
    peer.relayed("carrying");
    const before = peer.relays.length;
    for (let ms = 4000; ms < 6000; ms += 10) {
      peer.until(ms);
      peer.relayed(ms % 20 === 0 ? "none" : "carrying", ms % 20 === 0 ? { reason: "parted" } : {});
    }
    expect(peer.core.path?.via).toBe("relay");
    expect(peer.relays.length - before).toBeLessThanOrEqual(5);
  });
});

describe("handing the socket over", () => {
  test("is said until control has answered; then nothing more is said, not even goodbye", () => {
    const peer = new RelayedBench(HIGHER);
    peer.meetByRelay();
    peer.relayed("carrying");
    peer.core.handOver();
    peer.feed({ type: "wake" });
    peer.until(2150);
    expect(peer.relays.filter((relay) => relay.endsWith("released"))).toEqual(
      [2000, 2050, 2100].map((ms) => `${ms} released`),
    );
    peer.relayed("carrying");
    expect(peer.told("relay").at(-1)).toMatchObject({ end: "carrying" });
    peer.relayed("released");
    expect(peer.told("relay").at(-1)).toMatchObject({ end: "released" });
    peer.takeSent();
    expect(peer.core.leave(peer.now)).toEqual([]);
    peer.until(30_000);
    expect(peer.takeSent()).toEqual([]);
  });

  test("has failed where control does not answer in five seconds", () => {
    const peer = new RelayedBench(HIGHER);
    peer.meetByRelay();
    peer.core.handOver();
    peer.feed({ type: "wake" });
    peer.until(2000 + 5400);
    expect(peer.told("relay").at(-1)).toMatchObject({ end: "lost" });
  });
});

describe("a peer that wants nothing but the relay", () => {
  test("asks at once, lists nothing, pings nobody, and hears nobody straight", () => {
    const peer = new RelayedBench(LOWER, { relay: "only" });
    expect(peer.relays).toEqual(["0 want"]);
    peer.say(peer.peerFrame("ping"), PARTNER);
    expect(peer.reasons).toEqual(["not-relayed"]);
    peer.until(3000);
    expect(new Set(peer.sent.map(({ to }) => to))).toEqual(new Set([CONTROL]));
    const blobs = peer.sent.flatMap(({ frame }) => (frame.type === "announce" ? [frame.blob] : []));
    for (const blob of blobs) expect(peer.seal.open(blob, { sid: keys.sid, id: OUR_ID })).toEqual([]);
    peer.relayed("open");
    peer.pong(CONTROL);
    expect(peer.core.path?.via).toBe("relay");
  });
});
