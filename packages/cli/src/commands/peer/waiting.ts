import type { PeerEvent } from "@netpunch/peer";
import { type Findings, Progress } from "@netpunch/peer/core";
import type { Datagram, Observer } from "@netpunch/transport";
import { type Endpoint, formatEndpoint } from "@netpunch/wire";
import { type Meeting, partnerOf, refusalText } from "../../command-line/meeting.js";
import { isRefusal, systemReason } from "../../process/failure.js";

/** chosen: control answers in a round trip, in v1 when the partner is there, so it is time to say what may be wrong. */
export const HINT_AFTER_MS = 5000;

/** chosen: announces go out every second, so an error that is older is over. */
const SEND_ERROR_LASTS_MS = 3000;
/** A refused port is asked again after 30 s only (@netpunch/peer). */
const REFUSAL_LASTS_MS = 35_000;
/** v2's keepalives go out every 18 s at most and are answered; chosen: two lost ones in a row are no accident any more. */
const CONTROL_GONE_AFTER_MS = 40_000;

export interface WaitingOptions {
  readonly meeting: Meeting;
  /** Control's address as it was given. */
  readonly remote: string;
  /** What is done before anything goes out; "" where that takes no time. */
  readonly preparing?: string;
  /** Milliseconds on the clock that observers are told. */
  readonly now?: () => number;
}

/** Says how a drill stands, in the words of the person who waits. What is so, its {@link Progress} knows. */
export class Waiting implements Observer<PeerEvent> {
  readonly #meeting: Meeting;
  readonly #partner: string;
  readonly #remote: string;
  readonly #preparing: string;
  readonly #now: () => number;
  readonly #progress = new Progress();
  #controlGone = false;

  constructor({ meeting, remote, preparing = "", now = () => performance.now() }: WaitingOptions) {
    this.#meeting = meeting;
    this.#partner = partnerOf(meeting);
    this.#remote = remote;
    this.#preparing = preparing;
    this.#now = now;
  }

  event(event: PeerEvent, at = this.#now()): void {
    this.#progress.event(event, at);
  }

  datagram(direction: "in" | "out", datagram: Datagram, at = this.#now()): void {
    this.#progress.datagram(direction, datagram, at);
  }

  sendFailed(remote: Endpoint, error: Error, at = this.#now()): void {
    this.#progress.sendFailed(remote, error, at);
  }

  resolveFailed(error: Error): void {
    this.#progress.resolveFailed(error);
  }

  /** For the live line. */
  text(): string {
    const { waited, point } = this.#line(this.#findings);
    return waited === null ? point : `waiting for ${this.#partner}, ${waited}: ${point}`;
  }

  /** The same for a narrow terminal: how long, and the point. */
  short(): string {
    const { waited, point } = this.#line(this.#findings);
    return waited === null ? point : `${waited}: ${point.replace("down or unreachable", "unreachable")}`;
  }

  /** For the log: that control does not answer any more, and that it does again; null where neither is new. */
  news(): string | null {
    const findings = this.#findings;
    if (findings.session === null || findings.control === null || findings.hole !== null) return null;
    const isGone = isControlGone(findings);
    if (isGone === this.#controlGone) return null;
    this.#controlGone = isGone;
    const control = `control ${formatEndpoint(findings.control)}`;
    return isGone
      ? `${control} has not answered for ${seconds(findings.controlSilentMs ?? 0)}`
      : `${control} answers again`;
  }

  /** For the log, once, when control has been silent for a while; null where it was not. */
  hint(): string | null {
    const findings = this.#findings;
    const { drill, hole, session, control } = findings;
    if (drill !== null || hole !== null || session !== null || control === null) return null;
    const suspicion = this.#suspicion(findings);
    if (findings.strayControl !== null) return `hint: ${suspicion}`;
    return `hint: control ${formatEndpoint(control)} has not answered yet: ${suspicion}`;
  }

  get #findings(): Findings {
    return this.#progress.findings(this.#now());
  }

  #line(findings: Findings): { readonly waited: string | null; readonly point: string } {
    const { phase, hole, drill, control, session, elapsedMs, resolveError } = findings;
    if (phase === null) return { waited: null, point: this.#preparing };
    if (hole !== null || drill !== null) return { waited: null, point: this.#drilling(findings) };
    if (control === null) return { waited: null, point: resolveError?.message ?? `looking up ${this.#remote}` };
    const waited = seconds(elapsedMs);
    if (session !== null) return { waited, point: this.#known(findings, session) };
    if (elapsedMs < HINT_AFTER_MS) return { waited: null, point: `control has not answered yet, ${waited}` };
    return { waited, point: this.#suspicion(findings) };
  }

  #drilling({ hole, isOwed, drill, addresses, silentForMs }: Findings): string {
    if (hole !== null) {
      const owed = isOwed ? ", waiting until the partner is sure of it" : "";
      return `connected to ${formatEndpoint(hole.endpoint)}${owed}`;
    }
    if (silentForMs > 0) return `silent for ${seconds(silentForMs)}, so that routers forget the last try`;
    const target = drill?.target ?? addresses[0]?.endpoint ?? null;
    const one = target === null ? this.#partner : formatEndpoint(target);
    const goal = addresses.length > 1 ? `${addresses.length} addresses` : one;
    const heard = drill?.isHeard ? "heard it, waiting to be heard" : "nothing heard from there yet";
    return `drilling ${goal}, ${seconds(drill?.ms ?? 0)}: ${heard}`;
  }

  /** What control knows, which in v2 it tells. */
  #known(findings: Findings, session: NonNullable<Findings["session"]>): string {
    const trouble = cannotSend(findings);
    if (trouble !== null) return trouble;
    if (isControlGone(findings)) return `control has not answered for ${seconds(findings.controlSilentMs ?? 0)}`;
    if (session === "v1") return "it speaks protocol v1 only";
    if (session === "present") return "it is there";
    return refusalText(session, this.#meeting) ?? "control knows of nobody there yet";
  }

  /** In protocol v1 control is as silent to another secret as it is to a peer that is alone; in v2 it is to the former. */
  #suspicion(findings: Findings): string {
    const { strayControl, badSignatures } = findings;
    if (strayControl !== null) return `control answers from another address, ${formatEndpoint(strayControl)}`;
    const trouble = cannotSend(findings);
    if (trouble !== null) return trouble;
    const likely = badSignatures > 0 ? `${badSignatures} datagrams came with another secret; ` : "";
    const alone = isV2Only(this.#meeting) ? "" : `${this.#partner} is not started, `;
    return `${likely}${alone}control is down or unreachable, or a secret differs`;
  }
}

/** An answer, or the time for the next try, ends it. */
function cannotSend({ controlError }: Findings): string | null {
  if (controlError === null) return null;
  const { error, agoMs } = controlError;
  if (agoMs >= (isRefusal(error) ? REFUSAL_LASTS_MS : SEND_ERROR_LASTS_MS)) return null;
  return `cannot reach control (${systemReason(error)})`;
}

function isControlGone({ controlSilentMs }: Findings): boolean {
  return controlSilentMs !== null && controlSilentMs > CONTROL_GONE_AFTER_MS;
}

function isV2Only(meeting: Meeting): boolean {
  return meeting.type === "session" || meeting.protocol === "v2";
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}
