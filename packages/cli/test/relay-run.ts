import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { controlKey, createFrameMac, randomBytes, rootKey } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import { SECRET } from "./netpunch.js";

const mac = createFrameMac(controlKey(await rootKey(SECRET)));
const AGAIN_MS = 200;

/** A run that takes its place and asks for the relay, on a socket that may be a program's afterwards. */
class RelayRun {
  readonly id = randomBytes(v2.ID_BYTES);
  readonly #socket: Socket;
  readonly #sid: Uint8Array;
  readonly #port: number;
  #seq = 0;
  #cookie: Uint8Array = new Uint8Array(v2.COOKIE_BYTES);

  constructor(socket: Socket, sid: Uint8Array, port: number) {
    this.#socket = socket;
    this.#sid = sid;
    this.#port = port;
  }

  async join(): Promise<void> {
    const challenge = await this.#ask("challenge", () => this.#announce());
    if (challenge.type === "challenge") this.#cookie = challenge.cookie.slice();
    await this.#ask("info", () => this.#announce());
  }

  async relay(op: v2.RelayOp, { id: partnerId }: RelayRun): Promise<v2.RelayState> {
    const [sid, id] = [this.#sid, this.id];
    const say = () => this.#signed({ type: "relay", features: 0, sid, id, seq: ++this.#seq, partnerId, op });
    const answer = await this.#ask("relayed", say);
    return answer.type === "relayed" ? answer.state : "none";
  }

  #announce(): Uint8Array {
    const [sid, id, cookie, seq] = [this.#sid, this.id, this.#cookie, ++this.#seq];
    const blob = new Uint8Array(v2.MIN_BLOB_BYTES);
    return this.#signed({ type: "announce", features: 0, sid, id, seq, ackPush: 0, cookie, blob });
  }

  #signed(frame: v2.Frame): Uint8Array {
    return mac.sign(v2.encode(frame));
  }

  async #ask(type: v2.FrameType, say: () => Uint8Array): Promise<v2.Frame> {
    const from = this.#seq;
    const send = () => this.#socket.send(say(), this.#port, "127.0.0.1");
    send();
    const again = setInterval(send, AGAIN_MS);
    for (;;) {
      const [bytes] = await once(this.#socket, "message");
      const decoded = v2.decode(bytes);
      if (!decoded.ok || decoded.frame.type !== type || !("echoSeq" in decoded.frame)) continue;
      if (decoded.frame.echoSeq <= from || !v2.sameId(decoded.frame.id, this.id)) continue;
      clearInterval(again);
      return decoded.frame;
    }
  }
}

/** Two sockets that are the released ends of a relayed pair: programs' now. */
export async function releasedPair(controlPort: number): Promise<readonly [Socket, Socket]> {
  const sid = randomBytes(v2.SID_BYTES);
  const sockets = [createSocket("udp4"), createSocket("udp4")] as const;
  for (const socket of sockets) await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound));
  const [ann, bob] = [new RelayRun(sockets[0], sid, controlPort), new RelayRun(sockets[1], sid, controlPort)];
  await ann.join();
  await bob.join();
  await ann.relay("chosen", bob);
  await bob.relay("chosen", ann);
  const states = [await ann.relay("released", bob), await bob.relay("released", ann)];
  if (states.some((state) => state !== "released")) throw new Error(`the ends are ${states.join(" and ")}`);
  return sockets;
}
