import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import type { Datagram } from "@netpunch/transport";
import { formatEndpoint, v1, v2 } from "@netpunch/wire";
import { describe, expect, test } from "vitest";
import { type AutoCore, createAutoCore } from "../../src/core.js";
import { at, Bench, CONTROL, PARTNER } from "../bench.js";
import { BenchOfOne, HIGHER, keys, LOWER, STRANGER } from "./bench-of-one.js";
import { withId } from "./lab.js";

const SECRET = "Secret";
const envelope = createV1Envelope(secretBytes(SECRET));

/** One peer in slot a that speaks both; the words of v2 come from a bench whose peer has the same id. */
class AutoBench extends Bench<AutoCore> {
  readonly control = new BenchOfOne();
  readonly #sent: string[] = [];
  #seq = 0;
  #txids = new Map<string, Uint8Array>();

  constructor() {
    super(createAutoCore({ slot: "a", secret: SECRET, keys, random: withId(5), port: 5000 }));
    this.feed({ type: "start" });
    this.feed({ type: "resolved", endpoints: [at(CONTROL)] });
  }

  protected note({ bytes, remote }: Datagram): void {
    const to = formatEndpoint(remote);
    this.#sent.push(`${this.now} ${this.#word(bytes, to)} -> ${to}`);
  }

  takeSent(): string[] {
    return this.#sent.splice(0);
  }

  sayV1(message: v1.Message, from: string): void {
    this.hear(envelope.seal(v1.encode(message)), from);
  }

  sayV2(frame: v2.Frame, from: string): void {
    this.hear(this.control.sealed(frame), from);
  }

  challenge(): void {
    this.sayV2(this.control.challengeFrame({ echoSeq: this.#seq }), CONTROL);
  }

  info(fields: Partial<v2.Info>): void {
    this.sayV2(this.control.infoFrame({ echoSeq: this.#seq, ...fields }), CONTROL);
  }

  bind(): void {
    this.challenge();
    this.info({});
    this.info({});
  }

  introduce(id: Uint8Array, pushSeq = 2): void {
    const blob = this.control.blobOf(id, [{ kind: "reflexive", endpoint: at(PARTNER) }]);
    this.info({ state: "present", cause: "push", pushSeq, partner: { id, blob } });
  }

  partner(type: v2.PeerFrameType, from: Uint8Array, txid?: Uint8Array): void {
    this.sayV2(this.control.peerFrame(type, { from, ...(txid === undefined ? {} : { txid }) }), PARTNER);
  }

  pong(from: Uint8Array): void {
    this.partner("pong", from, this.#txids.get(`ping ${PARTNER}`) ?? new Uint8Array(12));
  }

  get said(): string[] {
    return this.events.flatMap((event) => (event.type === "protocol" ? [event.protocol] : []));
  }

  #word(bytes: Uint8Array, to: string): string {
    if (!v2.isFrame(bytes)) {
      const opened = envelope.open(bytes);
      return opened.ok ? `v1 ${new TextDecoder().decode(opened.payload)}` : "?";
    }
    const decoded = v2.decode(bytes);
    if (!decoded.ok) return "?";
    if ("seq" in decoded.frame) this.#seq = decoded.frame.seq;
    if ("txid" in decoded.frame) this.#txids.set(`${decoded.frame.type} ${to}`, decoded.frame.txid.slice());
    return decoded.frame.type;
  }
}

/** v1's hole, as the controlling word of the original makes it. */
function connectInV1(peer: AutoBench): void {
  peer.sayV1({ type: "peerInfo", slot: "b", endpoint: at(PARTNER) }, CONTROL);
  peer.sayV1({ type: "pong" }, PARTNER);
}

describe("where control says nothing in v2", () => {
  test("v2 is alone at 0, 100 and 200 ms; from 300 ms on v1 is spoken beside it, and that is said aloud", () => {
    const peer = new AutoBench();
    peer.until(299);
    expect(peer.takeSent()).toEqual([0, 100, 200].map((ms) => `${ms} announce -> ${CONTROL}`));
    peer.until(500);
    expect(peer.takeSent()).toEqual([
      `300 v1 a -> ${CONTROL}`,
      `400 announce -> ${CONTROL}`,
      `400 v1 a -> ${CONTROL}`,
      `500 v1 a -> ${CONTROL}`,
    ]);
    expect(peer.said).toEqual(["both"]);
    expect(peer.resolves).toBe(1);
  });

  test("control's name is looked up once for both, and where announces go is told once", () => {
    const peer = new AutoBench();
    for (let ms = 0; ms <= 60_000; ms += 100) {
      const before = peer.resolves;
      peer.until(ms);
      if (peer.resolves > before) peer.feed({ type: "resolved", endpoints: [at(CONTROL)] });
    }
    expect(peer.resolves).toBeLessThanOrEqual(13);
    expect(peer.events.filter(({ type }) => type === "control")).toHaveLength(1);
  });

  test("v1's hole ends v2: not a frame more", () => {
    const peer = new AutoBench();
    peer.until(350);
    connectInV1(peer);
    expect(peer.core.hole).toEqual(at(PARTNER));
    expect([peer.core.protocol, peer.core.phase]).toEqual(["v1", "closing"]);
    peer.takeSent();
    peer.until(60_000);
    expect(peer.takeSent().every((line) => line.includes("v1 z"))).toBe(true);
    expect(peer.said).toEqual(["both", "v1"]);
    // Not even answers, or the partner would be drawn into v2 by one that has its hole.
    peer.introduce(LOWER);
    peer.partner("ping", LOWER);
    expect(peer.takeSent()).toEqual([]);
    expect(peer.passed).toEqual([]);
    expect(peer.core.deadline).toBeNull();
  });

  test("who leaves is silent in both", () => {
    const peer = new AutoBench();
    peer.until(400);
    peer.takeSent();
    peer.take(peer.core.leave(400));
    peer.sayV1({ type: "ping" }, PARTNER);
    expect(peer.core.deadline).toBeNull();
    expect(peer.takeSent()).toEqual([]);
  });
});

describe("where control speaks v2", () => {
  test("v1 is not spoken, however long the partner takes", () => {
    const peer = new AutoBench();
    peer.until(50);
    peer.bind();
    for (let ms = 100; ms < 60_000; ms += 100) {
      peer.until(ms);
      peer.info({});
    }
    expect(peer.takeSent().filter((line) => line.includes("v1"))).toEqual([]);
    expect(peer.said).toEqual([]);
  });

  test("one that is a little slower stops v1 again", () => {
    const peer = new AutoBench();
    peer.until(350);
    peer.bind();
    peer.takeSent();
    peer.until(10_000);
    expect(peer.takeSent().filter((line) => line.includes("v1"))).toEqual([]);
  });

  test("one that falls silent may have become one that knows v1 only: v1 is spoken as well, until it answers", () => {
    const peer = new AutoBench();
    peer.bind();
    peer.until(30_000);
    expect(peer.takeSent().some((line) => line.includes("v1 a"))).toBe(true);
    peer.bind();
    peer.takeSent();
    peer.until(40_000);
    expect(peer.takeSent().filter((line) => line.includes("v1"))).toEqual([]);
  });

  test("and says that the partner speaks v1, v1 is spoken at once; the partner gets no frame of v2", () => {
    const peer = new AutoBench();
    peer.until(20);
    peer.challenge();
    peer.info({ state: "v1" });
    expect(peer.takeSent()).toContain(`20 v1 a -> ${CONTROL}`);
    connectInV1(peer);
    peer.until(5000);
    const toPartner = peer.takeSent().filter((line) => line.endsWith(PARTNER));
    expect(toPartner.length).toBeGreaterThan(0);
    expect(toPartner.every((line) => line.includes("v1"))).toBe(true);
    expect(peer.said).toEqual(["both", "v1"]);
  });

  test("and says that the partner speaks v2 after all: v1 is silent from then on", () => {
    const peer = new AutoBench();
    peer.challenge();
    peer.info({ state: "v1" });
    peer.takeSent();
    peer.introduce(LOWER);
    peer.until(5000);
    expect(peer.takeSent().filter((line) => line.includes("v1"))).toEqual([]);
    expect(peer.said).toEqual(["both", "v2"]);
  });
});

describe("where both protocols run", () => {
  function both(): AutoBench {
    const peer = new AutoBench();
    peer.until(400);
    peer.sayV1({ type: "peerInfo", slot: "b", endpoint: at(PARTNER) }, CONTROL);
    peer.sayV1({ type: "ping" }, PARTNER);
    peer.challenge();
    return peer;
  }

  test("the first word of the partner's in v2 silences v1, and v1's pong makes no hole then", () => {
    const peer = both();
    peer.partner("ping", LOWER);
    peer.takeSent();
    peer.sayV1({ type: "ping" }, PARTNER);
    peer.sayV1({ type: "pong" }, PARTNER);
    expect(peer.takeSent()).toEqual([]);
    expect(peer.core.hole).toBeNull();
    peer.introduce(LOWER);
    peer.pong(LOWER);
    expect(peer.core.protocol).toBe("v2");
    expect(peer.passed).toEqual([]);
  });

  test("but a partner that closes in v1 has its hole there, and we follow it", () => {
    const peer = both();
    peer.introduce(HIGHER);
    peer.sayV1({ type: "close" }, PARTNER);
    expect([peer.core.protocol, peer.core.hole]).toEqual(["v1", at(PARTNER)]);
    peer.pong(HIGHER);
    peer.partner("nominate", HIGHER);
    expect(peer.events.filter(({ type }) => type === "connected")).toHaveLength(1);
  });

  test("a hole of v2 is not moved by a close in v1, from wherever it is replayed", () => {
    const peer = both();
    peer.introduce(LOWER);
    peer.pong(LOWER);
    peer.takeSent();
    for (const from of [PARTNER, STRANGER]) peer.sayV1({ type: "close" }, from);
    expect(peer.core.protocol).toBe("v2");
    expect(peer.events.filter(({ type }) => type === "connected")).toHaveLength(1);
  });
});

test("what is neither v1's nor v2's is the application's, at any time", () => {
  const peer = new AutoBench();
  const app = Uint8Array.of(0x40, ...new Uint8Array(60));
  peer.hear(app, PARTNER);
  peer.until(400);
  peer.hear(app, PARTNER);
  connectInV1(peer);
  peer.hear(app, PARTNER);
  expect(peer.passed).toEqual([app, app, app]);
});
