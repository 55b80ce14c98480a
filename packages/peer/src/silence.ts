import type { Observer } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { PeerEvent } from "./events.js";

/** chosen: a control that is there answers in a round trip if the partner is there; nobody needs the hint sooner. */
const FIRST_PROBE_MS = 2000;
/** chosen: often enough to notice a control that is started or stopped meanwhile. */
const NEXT_PROBE_MS = 30_000;
/** What proves that somebody answers, or needs no control any more. */
const ANSWERS: ReadonlySet<PeerEvent["type"]> = new Set(["introduced", "observed", "session", "heard"]);

export interface SilenceOptions {
  /** Asks the machine at the address whether it refuses the port; null if it does not say so. */
  readonly probe: (control: Endpoint, signal: AbortSignal) => Promise<Error | null>;
  readonly refused: (control: Endpoint, refusal: Error) => void;
}

/**
 * In v1 control is silent while a peer is alone, and just as silent where it does not run at all. One thing tells the two
 * apart: a machine that refuses the port. So as long as nothing came from control, this asks.
 */
export class SilenceWatch implements Observer<PeerEvent> {
  readonly #options: SilenceOptions;
  readonly #abort = new AbortController();
  #control: Endpoint | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  event(event: PeerEvent): void {
    if (event.type === "control") {
      this.#control = event.endpoint;
      this.#timer ??= setTimeout(() => void this.#probe(), FIRST_PROBE_MS);
    } else if (ANSWERS.has(event.type)) this.stop();
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  async #probe(): Promise<void> {
    const control = this.#control;
    const { signal } = this.#abort;
    if (control === null || signal.aborted) return;
    const refusal = await this.#options.probe(control, signal);
    if (signal.aborted) return;
    if (refusal !== null) this.#options.refused(control, refusal);
    this.#timer = setTimeout(() => void this.#probe(), NEXT_PROBE_MS);
  }
}
