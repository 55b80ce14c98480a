import type { Datagram, Output, SocketId } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, v2 } from "@netpunch/wire";
import type { ControlEvent, KeysCoreOptions } from "../src/core.js";
import { A, B } from "./desk.js";
import { idOf, SessionDesk, sign, ToyRun } from "./session-desk.js";

export const C = "203.0.113.3:5000";
export const D = "203.0.113.4:5000";

/** A datagram that control passed on. */
export interface Forwarded {
  readonly at: number;
  readonly to: string;
  readonly socket: SocketId;
  readonly bytes: Uint8Array;
}

/** A control node of which a test reads what it passes on, too. */
export class RelayDesk extends SessionDesk {
  readonly forwarded: Forwarded[] = [];
  /** Everything that it has sent of its own, and where: what a released end must never see. */
  readonly own: string[] = [];
  #heard: Uint8Array | null = null;

  constructor(options: Partial<Omit<KeysCoreOptions, "random" | "createFrameMac">> = {}) {
    super(options);
  }

  override hear(bytes: Uint8Array, from: string | Endpoint, socket: SocketId = 0): readonly Output<ControlEvent>[] {
    this.#heard = bytes;
    const outputs = super.hear(bytes, from, socket);
    this.#heard = null;
    return outputs;
  }

  /** Whether a datagram that an end says is passed on, and where to: `203.0.113.2:5000`. */
  passes(bytes: Uint8Array, from: string | Endpoint, socket: SocketId = 0): string | null {
    const before = this.forwarded.length;
    this.hear(bytes, from, socket);
    const [passed, more] = this.forwarded.slice(before);
    if (more !== undefined) throw new Error("control passed one datagram on twice");
    return passed?.to ?? null;
  }

  get relay() {
    return this.stats.relay;
  }

  protected override note(datagram: Datagram): void {
    const { socket, remote, bytes } = datagram;
    const to = formatEndpoint(remote);
    // The very bytes that came, not a copy of them: no answer of control's can be that.
    if (bytes === this.#heard) {
      this.forwarded.push({ at: this.now, to, socket, bytes });
      return;
    }
    this.own.push(to);
    super.note(datagram);
  }
}

/** A run that asks for the relay. */
export class RelayRun extends ToyRun {
  readonly name: string;
  readonly #relayDesk: RelayDesk;

  constructor(desk: RelayDesk, options: ConstructorParameters<typeof ToyRun>[1]) {
    super(desk, options);
    this.#relayDesk = desk;
    this.name = options.name;
  }

  /** Its next RELAY, which is not sent. */
  relayFrame(op: v2.RelayOp, partner: string): Uint8Array {
    this.seq += 1;
    const { sid, id, seq } = this;
    return sign({ type: "relay", features: 0, sid, id, seq, partnerId: idOf(partner), op });
  }

  /** Says RELAY and returns the state that it is told, `none full` with its reason; null where it is told nothing. */
  relay(op: v2.RelayOp, partner: string): string | null {
    const before = this.#relayDesk.sent.length;
    this.#relayDesk.hear(this.relayFrame(op, partner), this.from);
    const told = this.#relayDesk.sent.slice(before).find(({ to, frame }) => to === this.from && this.isOurs(frame));
    if (told?.frame.type !== "relayed") return null;
    return told.frame.reason === "none" ? told.frame.state : `${told.frame.state} ${told.frame.reason}`;
  }

  /** What control has told it since the last `takeLines()`, only what is about the relay. */
  get told(): readonly string[] {
    return this.#relayDesk.sent.flatMap(({ to, frame }) =>
      to === this.from && frame.type === "relayed" && this.isOurs(frame)
        ? [frame.reason === "none" ? frame.state : `${frame.state} ${frame.reason}`]
        : [],
    );
  }

  private isOurs({ sid, id }: v2.FromControl): boolean {
    return v2.sameId(sid, this.sid) && v2.sameId(id, this.id);
  }
}

export const data = (sizeBytes: number, first = 0xaa): Uint8Array => new Uint8Array(sizeBytes).fill(first);
export const ping = (txid = 1): Uint8Array =>
  sign({ type: "ping", features: 0, from: idOf("ann"), to: idOf("bob"), txid: new Uint8Array(12).fill(txid) });

type Phase = "bound" | "wanting" | "chosen" | "released";

/** Ann and Bob of one session at {@link A} and {@link B}, each in a phase; it is 1,000 ms. */
export function relayed(
  ann: Phase = "chosen",
  bob: Phase = "chosen",
  desk: RelayDesk = new RelayDesk(),
  {
    session = "home",
    at = [A, B] as readonly [string, string],
    names = ["ann", "bob"] as readonly [string, string],
  } = {},
) {
  const [annName, bobName] = names;
  const runs = {
    ann: new RelayRun(desk, { session, name: annName, from: at[0] }).join(),
    bob: new RelayRun(desk, { session, name: bobName, from: at[1] }).join(),
  };
  runs.ann.listen().announce();
  const say = (run: RelayRun, partner: string, op: v2.RelayOp) => run.relay(op, partner);
  if (ann !== "bound") say(runs.ann, bobName, "want");
  if (bob !== "bound") say(runs.bob, annName, "want");
  if (ann === "chosen" || ann === "released") say(runs.ann, bobName, "chosen");
  if (bob === "chosen" || bob === "released") say(runs.bob, annName, "chosen");
  if (ann === "released") say(runs.ann, bobName, "released");
  if (bob === "released") say(runs.bob, annName, "released");
  desk.until(Math.max(desk.now, 1_000));
  desk.takeLines();
  desk.takeEvents();
  desk.forwarded.length = 0;
  desk.own.length = 0;
  return { desk, ...runs };
}

/** Lets ends speak, and runs acknowledge what they hear, every 5 s, so that nothing ends of silence. */
export function keepTalking(
  desk: RelayDesk,
  untilMs: number,
  ends: readonly string[],
  bound: readonly ToyRun[] = [],
): void {
  for (let at = desk.now; at < untilMs; at = Math.min(at + 2_000, untilMs)) {
    desk.until(Math.min(at + 2_000, untilMs));
    for (const run of bound) run.listen().announce();
    for (const end of ends) desk.hear(data(1), end);
  }
}
