import { type PeerEvent, Progress } from "@netpunch/peer/core";
import type { Core, Input, Instant, Output } from "@netpunch/simnet";
import type { Endpoint } from "@netpunch/wire";
import { inspect } from "../inspect/inspect.js";
import type { Audience } from "../inspect/inspected.js";
import type { Keyring } from "../inspect/keyring.js";
import { Recorder, type Timeline } from "../trace/timeline.js";
import {
  type Conduct,
  type DrillEvent,
  NOT_STARTED,
  type PeerView,
  type Program,
  type Step,
  type Turn,
} from "./drill.js";

/** What became of a peer, from its first turn to its last. */
export interface PeerRecord {
  readonly views: Timeline<PeerView>;
  readonly steps: readonly Step[];
  readonly connectedAt: Instant | null;
  readonly hole: Endpoint | null;
}

/** Writes a {@link PeerRecord} from turn to turn. */
export class PeerWatch {
  readonly #program: Program;
  readonly #views: Recorder<PeerView>;
  readonly #progress = new Progress();
  /** The phase in each of the tables that it goes by. */
  readonly #phases = new Map<Conduct, string>();
  readonly #steps: Step[] = [];
  #conduct: Conduct;
  #connectedAt: Instant | null = null;

  constructor(program: Program) {
    this.#program = program;
    this.#conduct = program.conduct;
    this.#views = new Recorder<PeerView>({ ...NOT_STARTED, table: program.conduct.table });
  }

  get record(): PeerRecord {
    const { hole } = this.#views.latest;
    return { views: this.#views.timeline, steps: this.#steps, connectedAt: this.#connectedAt, hole };
  }

  take(turn: Turn): void {
    const { at, deadline, events } = turn;
    const count = this.#steps.length;
    for (const event of events) {
      // Of those that it does not know, which the original's program tells, it takes no notice.
      this.#progress.event(event as PeerEvent, at);
      this.#follow(event, at);
    }
    const ignored = this.#steps.length > count ? null : this.#ignoredBy(turn);
    if (ignored !== null) this.#steps.push(ignored);
    const step = this.#steps.length > count ? (this.#steps.at(-1) ?? null) : this.#views.latest.step;
    const { addresses, hole, observed } = this.#progress.findings(at);
    if (hole !== null) this.#connectedAt ??= at;
    const { table } = this.#conduct;
    const phase = this.#phases.get(this.#conduct) ?? null;
    this.#views.set(at, {
      state: "running",
      table,
      phase,
      deadline,
      candidates: addresses,
      hole: hole?.endpoint ?? null,
      path: hole?.path ?? null,
      observed: observed.at(-1) ?? null,
      step,
    });
  }

  /** The process is gone. */
  end(at: Instant): void {
    this.#views.set(at, { ...this.#views.latest, state: "ended", deadline: null });
  }

  /** Into the phase that it tells of, or from one table to the other. */
  #follow(event: DrillEvent, at: Instant): void {
    const { conduct, fallback } = this.#program;
    if (event.type === "protocol" && fallback !== null) this.#conduct = event["protocol"] === "v2" ? conduct : fallback;
    const to = phaseOf(event);
    if (to === null) return;
    for (const each of fallback === null ? [conduct] : [conduct, fallback]) {
      const { table } = each;
      if (!table.phases.some(({ name }) => name === to)) continue;
      const from = this.#phases.get(each);
      this.#phases.set(each, to);
      const { signal } = event;
      const isMove = typeof signal === "string" && from !== undefined && each === this.#conduct;
      // Both tables may have a phase of this name; only in one of them does the signal lead there.
      if (isMove && table.next(from, signal) === to) this.#steps.push({ at, table, from, signal, to });
    }
  }

  /** A message that the table ignores, as a step on the spot. */
  #ignoredBy({ at, cause, events }: Turn): Step | null {
    const { table, ignored } = this.#conduct;
    const from = this.#phases.get(this.#conduct);
    if (from === undefined || events.some(({ type }) => type === "dropped" || type === "phase")) return null;
    const signal = ignored[cause]?.find((each) => table.next(from, each) === "stay");
    return signal === undefined ? null : { at, table, from, signal, to: "stay" };
  }
}

/** The original tells of its last phase by its hole. */
function phaseOf(event: DrillEvent): string | null {
  if (event.type === "phase") return String(event["phase"]);
  if (event.type === "mode") return String(event["mode"]);
  return event.type === "connected" && event["signal"] !== undefined ? "connected" : null;
}

/** The core, with every turn of it told. */
export function watched<Event>(
  core: Core<Event>,
  keyring: Keyring,
  audience: Audience,
  tell: (turn: Turn, input: Input) => void,
): Core<Event> {
  return {
    get deadline() {
      return core.deadline;
    },
    handle(at, input) {
      // Before the core is told: the bytes are lent.
      const cause = input.type === "datagram" ? inspect(input.datagram.bytes, audience, keyring).name : input.type;
      const outputs = core.handle(at, input);
      tell({ at, cause, events: eventsOf(outputs), deadline: core.deadline, isDone: outputs.some(isDone) }, input);
      return outputs;
    },
  };
}

function eventsOf<Event>(outputs: readonly Output<Event>[]): readonly DrillEvent[] {
  return outputs.flatMap((output) => (output.type === "event" ? [output.event as DrillEvent] : []));
}

function isDone(output: Output<unknown>): boolean {
  return output.type === "done";
}
