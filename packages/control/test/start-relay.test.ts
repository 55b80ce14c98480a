import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { controlKey, createFrameMac, randomBytes, rootKey } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import { afterEach, describe, expect, it } from "vitest";
import { type Control, type ControlEvent, type ControlOptions, startControl } from "../src/index.js";
import { SECRET } from "./desk.js";

const mac = createFrameMac(controlKey(await rootKey(SECRET)));
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(options: Partial<ControlOptions> = {}) {
  const events: ControlEvent[] = [];
  const observers = [{ event: (event: ControlEvent) => void events.push(event) }];
  const control = await startControl({ local: "127.0.0.1:0", secret: SECRET, observers, ...options });
  open.push(control);
  return { control, events };
}

/** A run with a socket of its own, which says what a test wants. */
class Run {
  readonly id = randomBytes(v2.ID_BYTES);
  readonly socket: Socket = createSocket("udp4");
  /** What came that is no frame of control's. */
  readonly heard: Uint8Array[] = [];
  #sid: Uint8Array;
  #control: Control;
  #seq = 0;
  #cookie: Uint8Array = new Uint8Array(v2.COOKIE_BYTES);
  #answer: ((frame: v2.Frame) => void) | null = null;

  constructor(control: Control, sid: Uint8Array) {
    this.#control = control;
    this.#sid = sid;
    this.socket.on("message", (bytes) => {
      const decoded = v2.decode(bytes);
      if (decoded.ok && !("from" in decoded.frame) && mac.verify(bytes)) this.#answer?.(decoded.frame);
      else this.heard.push(bytes);
    });
  }

  async join(): Promise<void> {
    this.socket.bind(0, "127.0.0.1");
    await once(this.socket, "listening");
    open.push({ close: () => new Promise<void>((done) => this.close(done)) });
    const challenge = await this.#ask((frame) => frame.type === "challenge", this.#announce());
    if (challenge.type !== "challenge") throw new Error("no challenge");
    this.#cookie = challenge.cookie.slice();
    await this.#ask((frame) => frame.type === "info", this.#announce());
  }

  /** Says RELAY and resolves with the state that control answers. */
  async relay(op: v2.RelayOp, partner: Run): Promise<v2.RelayState> {
    const seq = ++this.#seq;
    const frame = { type: "relay", features: 0, sid: this.#sid, id: this.id, seq, partnerId: partner.id, op } as const;
    const answer = await this.#ask(
      (each) => each.type === "relayed" && each.echoSeq === seq,
      mac.sign(v2.encode(frame)),
    );
    return answer.type === "relayed" ? answer.state : "none";
  }

  send(bytes: Uint8Array): void {
    const { port = 0, address = "" } = this.#control.addresses[0] ?? {};
    this.socket.send(bytes, port, address);
  }

  async hears(count: number): Promise<void> {
    while (this.heard.length < count) await once(this.socket, "message");
  }

  close(done?: () => void): void {
    try {
      this.socket.close(done);
    } catch {
      done?.();
    }
  }

  #announce(): Uint8Array {
    const [sid, id, cookie, seq] = [this.#sid, this.id, this.#cookie, ++this.#seq];
    const blob = new Uint8Array(41);
    return mac.sign(v2.encode({ type: "announce", features: 0, sid, id, seq, ackPush: 0, cookie, blob }));
  }

  #ask(isAnswer: (frame: v2.Frame) => boolean, bytes: Uint8Array): Promise<v2.Frame> {
    this.send(bytes);
    return new Promise((resolve) => {
      this.#answer = (frame) => {
        if (isAnswer(frame)) resolve(frame);
      };
    });
  }
}

async function pairOf(control: Control) {
  const sid = randomBytes(v2.SID_BYTES);
  const [ann, bob] = [new Run(control, sid), new Run(control, sid)];
  await ann.join();
  await bob.join();
  await ann.relay("chosen", bob);
  expect(await bob.relay("chosen", ann)).toBe("carrying");
  return { ann, bob };
}

describe("the relay over UDP", () => {
  it("carries datagrams of every size between two sockets, and back, as they are", async () => {
    const { control } = await start();
    const { ann, bob } = await pairOf(control);
    const sizes = [0, 1, 100, 1_200, 9_000, 65_507];
    for (const [index, sizeBytes] of sizes.entries()) {
      const bytes = randomBytes(sizeBytes);
      ann.send(bytes);
      await bob.hears(index + 1);
      expect(Buffer.compare(bob.heard[index] ?? bytes.subarray(1), bytes)).toBe(0);
      bob.send(bytes);
      await ann.hears(index + 1);
      expect(Buffer.compare(ann.heard[index] ?? bytes.subarray(1), bytes)).toBe(0);
    }
    expect(control.stats().v2?.relay).toMatchObject({ forwarded: 12, carrying: 1 });
  });

  it("goes on, for everybody else, when one end's socket is closed and its machine says so with every datagram", async () => {
    const { control } = await start();
    const gone = await pairOf(control);
    const there = await pairOf(control);
    gone.bob.close();
    for (let i = 0; i < 200; i++) gone.ann.send(randomBytes(100));
    for (let i = 1; i <= 20; i++) {
      there.ann.send(randomBytes(100));
      await there.bob.hears(i);
    }
    let isClosed = false;
    void control.closed.then(() => {
      isClosed = true;
    });
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    expect(await there.ann.relay("want", there.bob)).toBe("open");
  });

  it("goes on when one end never reads: its socket's buffer is full, and nobody else's", async () => {
    const { control } = await start({ relay: { perPair: 1e9, total: 1e9 } });
    const deaf = await pairOf(control);
    const there = await pairOf(control);
    // As good as not reading: a listener that holds this process up would hold up the test.
    deaf.bob.socket.removeAllListeners("message");
    deaf.bob.socket.setRecvBufferSize(1);
    for (let round = 1; round <= 50; round++) {
      // As many as fit into control's own buffer, which is read only when this loop waits.
      for (let i = 0; i < 20; i++) deaf.ann.send(randomBytes(1_200));
      there.ann.send(randomBytes(1_200));
      await there.bob.hears(round);
    }
    expect(control.stats().v2?.relay.forwarded).toBe(1_050);
    expect(await there.bob.relay("chosen", there.ann)).toBe("carrying");
  });

  it("keeps released ends across a restart on the same port, where they are given to the next node", async () => {
    const first = await start();
    const { ann, bob } = await pairOf(first.control);
    expect([await ann.relay("released", bob), await bob.relay("released", ann)]).toEqual(["released", "released"]);
    const keptEnds = first.control.keptEnds();
    const [{ port = 0 } = {}] = first.control.addresses;
    await first.control.close();
    const { control } = await start({ local: `127.0.0.1:${port}`, keptEnds });
    expect(control.keptEnds()).toEqual(keptEnds);
    const hello = randomBytes(10);
    // The first words of each are lost, as nothing goes to one who has said nothing.
    ann.send(hello);
    bob.send(hello);
    await ann.hears(1);
    ann.send(hello);
    await bob.hears(1);
    expect(control.stats().v2?.relay.dropped.unheard).toBe(1);
  });

  it("drains: waits for released ends until the time is over, and says which would be lost", async () => {
    const { control } = await start();
    expect(await control.drain({ forMs: 60_000 })).toEqual([]);
    const { control: busy } = await start();
    const { ann, bob } = await pairOf(busy);
    await ann.relay("released", bob);
    expect(await busy.drain({ forMs: 0 })).toEqual(busy.keptEnds());
    expect(busy.keptEnds()).toHaveLength(1);
    const drained = busy.drain({ forMs: 60_000 });
    // The other one leaves, and with it the pair ends.
    await busy.close();
    expect(await drained).toHaveLength(1);
    await expect(busy.drain({ forMs: Number.NaN })).rejects.toThrow(RangeError);
  });

  it("is off where the operator says so, and says that", async () => {
    const { control } = await start({ relay: "off" });
    const sid = randomBytes(v2.SID_BYTES);
    const [ann, bob] = [new Run(control, sid), new Run(control, sid)];
    await ann.join();
    await bob.join();
    expect(await ann.relay("want", bob)).toBe("none");
  });

  it("takes only limits that can be", async () => {
    for (const relay of [{ perPair: -1 }, { ends: 1.5 }, "on" as "off"]) {
      await expect(start({ relay })).rejects.toThrow(/"relay/);
    }
    await expect(start({ keptEnds: {} as [] })).rejects.toThrow(/"keptEnds" expected an array/);
  });
});
