import { createFrameMac, type FrameMac, type SessionKeys } from "@netpunch/crypto";
import { v2 } from "@netpunch/wire";
import type { DropReason } from "../events.js";

export type OpenedFrame =
  | { readonly ok: true; readonly frame: v2.Frame }
  | { readonly ok: false; readonly reason: DropReason };

/** Writes and reads the frames of one run in one session. */
export class Frames {
  /** Which run: random, so that nothing said to another run counts for this one. */
  readonly id: Uint8Array;
  readonly sid: Uint8Array;
  readonly #features: number;
  readonly #controlMac: FrameMac;
  readonly #peerMac: FrameMac;

  constructor(keys: SessionKeys, id: Uint8Array, features: number) {
    this.id = Uint8Array.from(id);
    this.sid = Uint8Array.from(keys.sid);
    this.#features = features;
    this.#controlMac = createFrameMac(keys.control);
    this.#peerMac = createFrameMac(keys.peer);
  }

  announce(fields: Pick<v2.Announce, "seq" | "ackPush" | "cookie" | "blob">): Uint8Array {
    return this.#seal(this.#controlMac, { type: "announce", ...this.#run(), ...fields });
  }

  bye(fields: Pick<v2.Bye, "seq" | "reason">): Uint8Array {
    return this.#seal(this.#controlMac, { type: "bye", ...this.#run(), ...fields });
  }

  relay(fields: Pick<v2.Relay, "seq" | "partnerId" | "op">): Uint8Array {
    return this.#seal(this.#controlMac, { type: "relay", ...this.#run(), ...fields });
  }

  toPartner(type: v2.PeerFrameType, to: Uint8Array, txid: Uint8Array): Uint8Array {
    return this.#seal(this.#peerMac, { type, features: this.#features, from: this.id, to, txid });
  }

  /** Reads a frame; its byte fields are views of `bytes`. */
  open(bytes: Uint8Array): OpenedFrame {
    const decoded = v2.decode(bytes);
    if (!decoded.ok) return decoded;
    const mac = "from" in decoded.frame ? this.#peerMac : this.#controlMac;
    return mac.verify(bytes) ? decoded : { ok: false, reason: "bad-signature" };
  }

  #run() {
    return { features: this.#features, sid: this.sid, id: this.id };
  }

  #seal(mac: FrameMac, frame: v2.Frame): Uint8Array {
    return mac.sign(v2.encode(frame));
  }
}
