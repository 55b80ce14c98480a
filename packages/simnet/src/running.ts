import type { Core, Datagram, Input, Instant, Output } from "@netpunch/transport";
import type { Endpoint } from "@netpunch/wire";
import type { Received } from "./socket.js";

export interface RunOptions<Event> {
  /** The port of its one socket, on all addresses. Default: an ephemeral one, drawn from the seed and the host's name. */
  readonly port?: number;
  /** More sockets than one, or bound to one address each; the core's socket ids count them. Instead of `port`. */
  readonly sockets?: readonly { readonly port?: number; readonly address?: string }[];
  /** When it starts, in virtual time; its ports are closed until then. Default: now. */
  readonly startAtMs?: Instant;
  /** What a `resolve` output finds, now or by a function at each time; none, or an Error thrown: it fails. Default none. */
  readonly resolve?: readonly Endpoint[] | ((now: Instant) => readonly Endpoint[]);
  /** How long a lookup takes, in milliseconds. Default 0: answered at the same instant. */
  readonly resolveMs?: number;
  /** Whether refused sends (link down, no route, too big) come back as `sendFailed`. Default "report". */
  readonly sendErrors?: "report" | "ignore";
  /** "inputs" keeps all that the core was told, for {@link replay}. Default "nothing". */
  readonly record?: "inputs" | "nothing";
  /** Called with each event as the core reports it. */
  readonly onEvent?: (event: Event, running: Running<Event>) => void;
  /** Called with each datagram that the core passes to the application. */
  readonly onPass?: (datagram: Datagram, running: Running<Event>) => void;
  /** Called when the core says `done` for the first time; an owner that needs the port now closes it here. */
  readonly onDone?: (running: Running<Event>) => void;
}

/** A core at work on a host, and the application that shares its sockets. */
export interface Running<Event> {
  readonly core: Core<Event>;
  /** "waiting" before its start; "paused" while the process sleeps. */
  readonly state: "waiting" | "running" | "paused" | "closed";
  /** Where its (first) socket is bound; for all addresses, the host's first. */
  readonly local: Endpoint;
  readonly locals: readonly Endpoint[];
  /** What the core reported. */
  readonly events: readonly { readonly at: Instant; readonly event: Event }[];
  /** When the core first said `done`. */
  readonly doneAt: Instant | null;
  /** Datagrams that the core passed to the application. */
  readonly passed: readonly (Received & { readonly socket: number })[];
  /** Datagrams handed to the machine, by the core and by `send()`, refused ones too. */
  readonly sent: number;
  /** Datagrams that came to its sockets. */
  readonly received: number;
  /** What the core was told, and when; empty unless the option `record` asks for it. */
  readonly inputs: readonly RecordedInput[];
  /** Sends as the application, from the core's (first) socket. */
  send(remote: Endpoint, bytes: Uint8Array): void;
  /** Has the core look at the time: for after its owner told it something. */
  wake(): void;
  /** The process sleeps: datagrams wait in its receive buffer (277 of them), deadlines pass. */
  pause(): void;
  /** It goes on: first what waited, then other addresses, then the deadline that has passed. */
  resume(): void;
  /** Ends it and frees its ports: what comes then is dropped, "port-closed". */
  close(): void;
}

/** One call of a core's `handle()`; its bytes are a copy that stays. */
export interface RecordedInput {
  readonly now: Instant;
  readonly input: Input;
}

/**
 * Tells a fresh core what another one was told, without a network, and returns what it answered to each input.
 *
 * Cores are deterministic, so a recording is a bug report: it shows the same answers in every replay.
 */
export function replay<Event>(
  core: Core<Event>,
  inputs: readonly RecordedInput[],
): readonly (readonly Output<Event>[])[] {
  return inputs.map(({ now, input }) => core.handle(now, input).map(kept));
}

/** The output with bytes of its own: a core may use its buffers again. */
function kept<Event>(output: Output<Event>): Output<Event> {
  if (output.type !== "send" && output.type !== "pass" && output.type !== "offer") return output;
  return { ...output, datagram: { ...output.datagram, bytes: output.datagram.bytes.slice() } };
}
