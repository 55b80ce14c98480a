import type { Socket } from "node:dgram";
import { once } from "node:events";
import { controlKey, createFrameMac, randomBytes, rootKey } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import type { Bench, Table } from "./bench.js";
import type { ServerName, Speaker, Speakers } from "./load.js";
import { PAIRS, sideBySide } from "./side-by-side.js";

/** More than a client says in a slice. */
const PREPARED = 16_000;
/** As long as a keepalive of a peer with one address: 132 bytes. */
const BLOB_BYTES = v2.MIN_BLOB_BYTES + 19;
const SEQ_AT = v2.HEADER_BYTES + v2.SID_BYTES + v2.ID_BYTES;

const mac = createFrameMac(controlKey(await rootKey("TheSecretWord")));

async function* run(): AsyncIterable<Table> {
  yield {
    title: "Control beside a bare dgram echo, both under keepalives of v2: medians of one-second pairs in turns",
    wanted: `replies per second at least 0.6 of the echo's, in ${PAIRS} pairs with over 95 % of a core for each server`,
    rows: [await sideBySide("udp4", keepers), await sideBySide("dual", keepers)],
  };
}

/** Peers of v2 in pairs, who have met and keep their places. */
const keepers: Speakers = async (server, sockets) => {
  const sessions = sockets.map(() => randomBytes(v2.SID_BYTES));
  const all = sockets.map((_socket, index) => new Keeper(sessions[index & ~1] ?? randomBytes(v2.SID_BYTES), server));
  if (server === "control") {
    // The second of a pair makes news for the first, which both have to know before the answers are all alike.
    for (let round = 0; round < 2; round++) {
      for (const [index, socket] of sockets.entries()) await all[index]?.join(socket);
    }
  }
  return all;
};

/** A peer that announces itself from its place, each time with a new seq. */
class Keeper implements Speaker {
  readonly #id = randomBytes(v2.ID_BYTES);
  readonly #sid: Uint8Array;
  readonly #isEchoed: boolean;
  readonly #blob = randomBytes(BLOB_BYTES);
  #cookie: Uint8Array = new Uint8Array(v2.COOKIE_BYTES);
  #ackPush = 0;
  #seq = 0;
  #firstSeq = 1;
  #announces: Uint8Array[] = [];
  #replies: Uint8Array[] = [];
  #said = 0;

  constructor(sid: Uint8Array, server: ServerName) {
    this.#sid = sid;
    this.#isEchoed = server === "echo";
  }

  /** Announces itself until control has nothing new to tell. */
  async join(socket: Socket): Promise<void> {
    for (let isSettled = false; !isSettled; ) {
      socket.send(this.#announce(++this.#seq));
      isSettled = this.#take((await once(socket, "message"))[0]);
    }
  }

  prepare(): void {
    this.#firstSeq = this.#seq + 1;
    const seqs = Array.from({ length: PREPARED }, (_, i) => this.#firstSeq + i);
    this.#announces = seqs.map((seq) => this.#announce(seq));
    this.#replies = this.#isEchoed ? this.#announces : seqs.map((seq) => this.#answer(seq));
    this.#said = 0;
  }

  next(): Uint8Array {
    this.#seq += 1;
    const announce = this.#announces[this.#said++];
    if (announce === undefined) throw new Error(`more than ${PREPARED} keepalives in a slice`);
    return announce;
  }

  isRight(reply: Uint8Array): boolean {
    const seq = Buffer.from(reply.buffer, reply.byteOffset).readUInt32BE(SEQ_AT);
    const expected = this.#replies[seq - this.#firstSeq];
    return expected !== undefined && Buffer.compare(reply, expected) === 0;
  }

  #take(bytes: Uint8Array): boolean {
    const decoded = v2.decode(bytes);
    if (!decoded.ok || !mac.verify(bytes)) throw new Error("control said what does not authenticate");
    const { frame } = decoded;
    if (frame.type === "challenge") this.#cookie = frame.cookie.slice();
    if (frame.type !== "info") return false;
    const isNews = frame.pushSeq !== this.#ackPush;
    this.#ackPush = frame.pushSeq;
    return !isNews && frame.cause === "answer";
  }

  #announce(seq: number): Uint8Array {
    const [sid, id, cookie, blob, ackPush] = [this.#sid, this.#id, this.#cookie, this.#blob, this.#ackPush];
    return mac.sign(v2.encode({ type: "announce", features: 0, sid, id, seq, ackPush, cookie, blob }));
  }

  #answer(echoSeq: number): Uint8Array {
    const [sid, id, pushSeq] = [this.#sid, this.#id, this.#ackPush];
    const [state, cause, partner] = ["present", "answer", null] as const;
    return mac.sign(v2.encode({ type: "info", features: 0, sid, id, echoSeq, pushSeq, state, cause, partner }));
  }
}

/** What a peer of v2 costs control once it has its place, against a socket that echoes the same datagrams. */
export const controlKeepalives: Bench = { name: "control-keepalives", run };
