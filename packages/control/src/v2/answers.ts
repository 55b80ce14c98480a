import type { FrameMac } from "@netpunch/crypto";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { Binding } from "./binding.js";
import { Slab } from "./slab.js";

/** What tells runs apart. */
export type RunIds = Pick<v2.Announce, "sid" | "id">;

/** Makes the frames that control sends. */
export class Answers {
  readonly #mac: FrameMac;
  readonly #slab = new Slab();

  constructor(mac: FrameMac) {
    this.#mac = mac;
  }

  challenge({ sid, id, seq }: v2.Announce, cookie: Uint8Array, observed: Endpoint): Uint8Array {
    return this.#signed({ type: "challenge", features: 0, sid, id, echoSeq: seq, cookie, observed });
  }

  /**
   * What a bound run is to know; `partner` is null where there is none, or where the run knows it already. `run` is
   * where its ids are at hand.
   */
  news(binding: Binding, cause: v2.Info["cause"], partner: Binding | null, run: RunIds = binding): Uint8Array {
    const { seq, pushSeq, state } = binding;
    const { sid, id } = run;
    return this.#signed({
      type: "info",
      features: 0,
      sid,
      id,
      echoSeq: seq,
      pushSeq,
      state,
      cause,
      partner: partner === null || state !== "present" ? null : { id: partner.id, blob: partner.blob },
    });
  }

  /** That there is no place; with the number that the run knows already, as nothing is to be acknowledged. */
  full({ sid, id, seq, ackPush }: v2.Announce): Uint8Array {
    return this.#signed({
      type: "info",
      features: 0,
      sid,
      id,
      echoSeq: seq,
      pushSeq: ackPush,
      state: "full",
      cause: "answer",
      partner: null,
    });
  }

  #signed(frame: v2.FromControl): Uint8Array {
    return this.#mac.sign(v2.encode(frame, this.#slab.take));
  }
}
