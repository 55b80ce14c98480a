import type { FrameMac } from "@netpunch/crypto";
import { type Endpoint, v2 } from "@netpunch/wire";
import type { Binding } from "./binding.js";
import { Slab } from "./slab.js";

/** What tells runs apart. */
type RunIds = Pick<v2.Info, "sid" | "id">;
/** How a session stands for one of its runs. */
type Standing = Pick<v2.Info, "echoSeq" | "pushSeq" | "state" | "cause" | "partner">;

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
    const named = partner === null || state !== "present" ? null : { id: partner.id, blob: partner.blob };
    return this.#info(run, { echoSeq: seq, pushSeq, state, cause, partner: named });
  }

  /** How it stands, with the number that the run knows already, as nothing is to be acknowledged. */
  standing({ sid, id, seq, ackPush }: v2.Announce, state: v2.InfoState): Uint8Array {
    return this.#info({ sid, id }, { echoSeq: seq, pushSeq: ackPush, state, cause: "answer", partner: null });
  }

  /** How a run's end of the relay stands. */
  relayed(
    { sid, id, partnerId }: RunIds & Pick<v2.Relayed, "partnerId">,
    standing: Pick<v2.Relayed, "echoSeq" | "state" | "reason">,
  ): Uint8Array {
    return this.#signed({ type: "relayed", features: 0, sid, id, partnerId, ...standing });
  }

  #info({ sid, id }: RunIds, { echoSeq, pushSeq, state, cause, partner }: Standing): Uint8Array {
    return this.#signed({ type: "info", features: 0, sid, id, echoSeq, pushSeq, state, cause, partner });
  }

  #signed(frame: v2.FromControl): Uint8Array {
    return this.#mac.sign(v2.encode(frame, this.#slab.take));
  }
}
