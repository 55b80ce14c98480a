import type { Socket } from "node:dgram";
import { controlKey, createFrameMac, randomBytes, rootKey } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";

const mac = createFrameMac(controlKey(await rootKey("TheSecretWord")));

/** As a peer does at first. */
const AGAIN_MS = 100;

/** A run of a peer of v2 that does just what a benchmark says. Its socket is connected to control. */
export class Run {
  readonly id = randomBytes(v2.ID_BYTES);
  readonly #sid: Uint8Array;
  readonly #socket: Socket;
  #seq = 0;
  #cookie: Uint8Array = new Uint8Array(v2.COOKIE_BYTES);

  constructor(sid: Uint8Array, socket: Socket) {
    this.#sid = sid;
    this.#socket = socket;
  }

  /** Gets a cookie, with which the next announce takes its place. */
  async prove(): Promise<void> {
    const challenge = await this.#ask("challenge", () => this.#announce());
    if (challenge.type === "challenge") this.#cookie = challenge.cookie.slice();
  }

  /** Takes its place; resolves with the answer. */
  async take(): Promise<void> {
    await this.#ask("info", () => this.#announce());
  }

  /** Resolves when control tells that the partner is there. */
  introduced(): Promise<v2.Frame> {
    return this.hear((frame) => frame.type === "info" && frame.state === "present");
  }

  async relay(op: v2.RelayOp, partner: Run): Promise<v2.RelayState> {
    const [sid, id, partnerId] = [this.#sid, this.id, partner.id];
    const answer = await this.#ask("relayed", () =>
      mac.sign(v2.encode({ type: "relay", features: 0, sid, id, seq: ++this.#seq, partnerId, op })),
    );
    return answer.type === "relayed" ? answer.state : "none";
  }

  bye(): void {
    const frame = { type: "bye", features: 0, sid: this.#sid, id: this.id, seq: ++this.#seq, reason: "met" } as const;
    this.#socket.send(mac.sign(v2.encode(frame)));
  }

  hear(isRight: (frame: v2.Frame) => boolean): Promise<v2.Frame> {
    return new Promise((resolve) => {
      const listener = (bytes: Uint8Array) => {
        const decoded = v2.decode(bytes);
        const isOurs = decoded.ok && "sid" in decoded.frame && v2.sameId(decoded.frame.id, this.id);
        if (!isOurs || !isRight(decoded.frame)) return;
        this.#socket.off("message", listener);
        resolve(decoded.frame);
      };
      this.#socket.on("message", listener);
    });
  }

  #announce(): Uint8Array {
    const [sid, id, cookie, seq] = [this.#sid, this.id, this.#cookie, ++this.#seq];
    const blob = new Uint8Array(v2.MIN_BLOB_BYTES + 19);
    return mac.sign(v2.encode({ type: "announce", features: 0, sid, id, seq, ackPush: 0, cookie, blob }));
  }

  /** Says something again and again until it is answered. */
  async #ask(type: v2.FrameType, say: () => Uint8Array): Promise<v2.Frame> {
    const from = this.#seq;
    const answer = this.hear((frame) => frame.type === type && "echoSeq" in frame && frame.echoSeq > from);
    this.#socket.send(say());
    const again = setInterval(() => this.#socket.send(say()), AGAIN_MS);
    const frame = await answer;
    clearInterval(again);
    return frame;
  }
}

/** Makes two runs the released ends of a relayed pair, whose programs may say what they like. */
export async function releasePair([first, second]: readonly [Socket, Socket]): Promise<void> {
  const sid = randomBytes(v2.SID_BYTES);
  const [ann, bob] = [new Run(sid, first), new Run(sid, second)];
  for (const run of [ann, bob]) {
    await run.prove();
    await run.take();
  }
  await ann.relay("chosen", bob);
  await bob.relay("chosen", ann);
  const states = [await ann.relay("released", bob), await bob.relay("released", ann)];
  if (states.some((state) => state !== "released")) throw new Error(`the ends are ${states.join(" and ")}`);
}
