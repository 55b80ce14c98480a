import type { Core, Input, Instant, Output } from "@netpunch/simnet";
import { type Endpoint, sameEndpoint } from "@netpunch/wire";
import { inspect } from "../inspect/inspect.js";
import type { Audience } from "../inspect/inspected.js";
import type { Keyring } from "../inspect/keyring.js";
import { Recorder, type Timeline } from "../trace/timeline.js";
import {
  type CandidateView,
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
    const before = this.#views.latest;
    this.#follow(before, turn.events);
    const { table } = this.#conduct;
    const phase = this.#phases.get(this.#conduct) ?? null;
    const after = turn.events.reduce(afterEvent, before);
    if (after.hole !== null) this.#connectedAt ??= turn.at;
    const step = this.#stepOf(before, phase === before.phase ? null : phase, turn);
    if (step !== null) this.#steps.push(step);
    const { at, deadline } = turn;
    this.#views.set(at, { ...after, state: "running", table, phase, deadline, step: step ?? before.step });
  }

  /** Into the phases that it tells of, and from one table to the other. */
  #follow(before: PeerView, events: readonly DrillEvent[]): void {
    const { conduct, fallback } = this.#program;
    for (const event of events) {
      if (event.type === "protocol" && fallback !== null)
        this.#conduct = event["protocol"] === "v2" ? conduct : fallback;
      const phase = phaseOf(event);
      for (const each of [conduct, ...(fallback === null ? [] : [fallback])]) {
        if (phase !== null && each.table.phases.some(({ name }) => name === phase)) this.#phases.set(each, phase);
      }
    }
    // The original ends without a word of another mode.
    if (before.hole === null && events.some(({ type }) => type === "connected") && events.every(isNoPhase))
      this.#phases.set(this.#conduct, "connected");
  }

  /** The process is gone. */
  end(at: Instant): void {
    this.#views.set(at, { ...this.#views.latest, state: "ended", deadline: null });
  }

  /** Which signal it was: the one of those that the message may be which leads where the peer went. */
  #stepOf(before: PeerView, entered: string | null, { at, cause, events }: Turn): Step | null {
    const { table, signalsOf, certain } = this.#conduct;
    const { phase: from, candidates } = before;
    if (
      from === null ||
      table !== before.table ||
      (cause === "wake" && entered === null) ||
      events.some(({ type }) => type === "dropped")
    )
      return null;
    const to = entered ?? "stay";
    if (to === "stay" && !certain.includes(cause)) return null;
    const isNews = !events.every((event) => event.type !== "introduced" || isKnown(candidates, event));
    const possible = signalsOf(cause).filter((signal) => signal !== "reminded" || !isNews);
    const signal = possible.find(
      (each) => table.next(from, each) === to && !(each === "introduced" && !isNews && possible.includes("reminded")),
    );
    return signal === undefined ? null : { at, table, from, signal, to };
  }
}

function isKnown(candidates: readonly CandidateView[], event: DrillEvent): boolean {
  const endpoint = event["endpoint"] as Endpoint | undefined;
  return endpoint !== undefined && candidates.some((each) => sameEndpoint(each.endpoint, endpoint));
}

function phaseOf(event: DrillEvent): string | null {
  if (event.type === "phase") return String(event["phase"]);
  if (event.type === "mode") return String(event["mode"]);
  return null;
}

function isNoPhase(event: DrillEvent): boolean {
  return phaseOf(event) === null;
}

function afterEvent(view: PeerView, event: DrillEvent): PeerView {
  const endpoint = event["endpoint"] as Endpoint | undefined;
  switch (event.type) {
    case "introduced":
      return endpoint === undefined
        ? view
        : { ...view, candidates: withCandidate(view.candidates, "reflexive", endpoint) };
    case "heard":
      return endpoint === undefined ? view : { ...view, candidates: withCandidate(view.candidates, "heard", endpoint) };
    case "candidates":
      return { ...view, candidates: event["candidates"] as readonly CandidateView[] };
    case "observed":
      return { ...view, observed: endpoint ?? null };
    case "connected":
      return { ...view, hole: endpoint ?? null, path: typeof event["path"] === "string" ? event["path"] : null };
    default:
      return view;
  }
}

function withCandidate(known: readonly CandidateView[], kind: CandidateView["kind"], endpoint: Endpoint) {
  return known.some((each) => sameEndpoint(each.endpoint, endpoint)) ? known : [...known, { kind, endpoint }];
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
