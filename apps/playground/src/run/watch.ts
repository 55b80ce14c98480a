import type { Core, Input, Instant, Output } from "@netpunch/simnet";
import { type Endpoint, sameEndpoint } from "@netpunch/wire";
import { type Audience, inspect } from "../inspect/inspect.js";
import type { Keyring } from "../inspect/keyring.js";
import { Recorder, type Timeline } from "../trace/timeline.js";
import {
  type CandidateView,
  type Drill,
  type DrillEvent,
  NOT_STARTED,
  type PeerView,
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
  readonly #drill: Drill;
  readonly #views = new Recorder<PeerView>(NOT_STARTED);
  readonly #steps: Step[] = [];
  #connectedAt: Instant | null = null;

  constructor(drill: Drill) {
    this.#drill = drill;
  }

  get record(): PeerRecord {
    const { hole } = this.#views.latest;
    return { views: this.#views.timeline, steps: this.#steps, connectedAt: this.#connectedAt, hole };
  }

  take(turn: Turn): void {
    const before = this.#views.latest;
    const entered = phaseEntered(before, turn.events);
    const after = { ...turn.events.reduce(afterEvent, before), phase: entered ?? before.phase };
    if (after.hole !== null) this.#connectedAt ??= turn.at;
    const step = this.#stepOf(before, entered, turn);
    if (step !== null) this.#steps.push(step);
    this.#views.set(turn.at, { ...after, state: "running", deadline: turn.deadline, step: step ?? before.step });
  }

  /** The process is gone. */
  end(at: Instant): void {
    this.#views.set(at, { ...this.#views.latest, state: "ended", deadline: null });
  }

  /** Which signal it was: the one of those that the message may be which leads where the peer went. */
  #stepOf({ phase: from, candidates }: PeerView, entered: string | null, { at, cause, events }: Turn): Step | null {
    const { table, signalsOf, certain } = this.#drill;
    if (from === null || (cause === "wake" && entered === null) || events.some(({ type }) => type === "dropped"))
      return null;
    const to = entered ?? "stay";
    if (to === "stay" && !certain.includes(cause)) return null;
    const isNews = !events.every((event) => event.type !== "introduced" || isKnown(candidates, event));
    const possible = signalsOf(cause).filter((signal) => signal !== "reminded" || !isNews);
    const signal = possible.find(
      (each) => table.next(from, each) === to && !(each === "introduced" && !isNews && possible.includes("reminded")),
    );
    return signal === undefined ? null : { at, from, signal, to };
  }
}

function isKnown(candidates: readonly CandidateView[], event: DrillEvent): boolean {
  const endpoint = event["endpoint"] as Endpoint | undefined;
  return endpoint !== undefined && candidates.some((each) => sameEndpoint(each.endpoint, endpoint));
}

function phaseEntered(before: PeerView, events: readonly DrillEvent[]): string | null {
  const entered = events.map(phaseOf).findLast((phase) => phase !== null);
  if (entered !== undefined && entered !== null) return entered;
  // The original ends without a word of another mode.
  return before.hole === null && events.some(({ type }) => type === "connected") ? "connected" : null;
}

function phaseOf(event: DrillEvent): string | null {
  if (event.type === "phase") return String(event["phase"]);
  if (event.type === "mode") return String(event["mode"]);
  return null;
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
