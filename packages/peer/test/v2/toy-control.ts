import { createFrameMac, type SessionKeys } from "@netpunch/crypto";
import type { Core, Datagram, Deadline, Input, Instant, Output } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, sameEndpoint, v2 } from "@netpunch/wire";

interface Binding {
  readonly id: Uint8Array;
  remote: Endpoint;
  seq: number;
  ackPush: number;
  pushSeq: number;
  blob: Uint8Array;
  pushes: number;
  pushAt: Instant | null;
}

const PUSH_PAUSES_MS = [100, 100, 200, 400, ...new Array<number>(19).fill(500), 5000];

/** Control for one session, as small as the protocol lets it be: two peers, no quotas, no expiry. */
export class ToyControl implements Core<never> {
  readonly #mac: ReturnType<typeof createFrameMac>;
  readonly #sid: Uint8Array;
  readonly #boot: number;
  bindings: Binding[] = [];
  #out: Output<never>[] = [];

  constructor(keys: SessionKeys, boot = 1) {
    this.#mac = createFrameMac(keys.control);
    this.#sid = keys.sid;
    this.#boot = boot;
  }

  get deadline(): Deadline | null {
    const ats = this.bindings.flatMap(({ pushAt }) => (pushAt === null ? [] : [pushAt]));
    return ats.length === 0 ? null : { at: Math.min(...ats), why: "pushing" };
  }

  handle(now: Instant, input: Input): readonly Output<never>[] {
    this.#out = [];
    if (input.type === "datagram") this.#hear(input.datagram, now);
    if (input.type === "wake") for (const binding of this.bindings) this.#beat(binding, now);
    return this.#out;
  }

  /** The other end of a session. */
  #partnerOf(binding: Binding): Binding | undefined {
    return this.bindings.find((each) => each !== binding);
  }

  #hear({ bytes, remote }: Datagram, now: Instant): void {
    const decoded = v2.decode(bytes);
    if (!decoded.ok || !this.#mac.verify(bytes)) return;
    const { frame } = decoded;
    if (frame.type === "bye") return this.#part(frame, now);
    if (frame.type !== "announce") return;
    const known = this.bindings.find(({ id }) => v2.sameId(id, frame.id));
    if (known !== undefined && frame.seq <= known.seq) return;
    const cookie = this.#cookie(remote);
    const proved = v2.sameId(frame.cookie, cookie);
    if (!proved && (known === undefined || !sameEndpoint(known.remote, remote))) {
      return this.#send(
        { type: "challenge", ...this.#head(frame.id), echoSeq: frame.seq, cookie, observed: remote },
        remote,
      );
    }
    this.#take(known, frame, remote, now);
  }

  #take(known: Binding | undefined, frame: v2.Announce, remote: Endpoint, now: Instant): void {
    const incumbent = this.bindings.find((each) => sameEndpoint(each.remote, remote) && each !== known);
    this.bindings = this.bindings.filter((each) => each !== incumbent);
    const binding: Binding = known ?? {
      id: frame.id.slice(),
      remote: { ...remote },
      seq: 0,
      ackPush: 0,
      pushSeq: 0,
      blob: new Uint8Array(),
      pushes: 0,
      pushAt: null,
    };
    const isNews = known === undefined || !v2.sameId(known.blob, frame.blob);
    if (known === undefined) this.bindings.push(binding);
    Object.assign(binding, { remote: { ...remote }, seq: frame.seq, ackPush: frame.ackPush, blob: frame.blob.slice() });
    const partner = this.#partnerOf(binding);
    if (known === undefined && partner !== undefined) binding.pushSeq += 1;
    if (binding.ackPush === binding.pushSeq) binding.pushAt = null;
    this.#inform(binding, "answer");
    if (isNews && partner !== undefined) this.#push(partner, now);
  }

  #part({ id }: v2.Bye, now: Instant): void {
    const gone = this.bindings.find((each) => v2.sameId(each.id, id));
    if (gone === undefined) return;
    const left = this.#partnerOf(gone);
    this.bindings = this.bindings.filter((each) => each !== gone);
    if (left !== undefined) this.#push(left, now);
  }

  #push(binding: Binding, now: Instant): void {
    binding.pushSeq += 1;
    binding.pushes = 0;
    binding.pushAt = now;
    this.#beat(binding, now);
  }

  #beat(binding: Binding, now: Instant): void {
    if (binding.pushAt === null || now < binding.pushAt) return;
    this.#inform(binding, "push");
    binding.pushAt = now + (PUSH_PAUSES_MS[Math.min(binding.pushes, PUSH_PAUSES_MS.length - 1)] ?? 0);
    binding.pushes += 1;
  }

  #inform(binding: Binding, cause: v2.Info["cause"]): void {
    const partner = this.#partnerOf(binding);
    const told = cause === "answer" && binding.ackPush === binding.pushSeq;
    this.#send(
      {
        type: "info",
        ...this.#head(binding.id),
        echoSeq: binding.seq,
        pushSeq: binding.pushSeq,
        state: partner === undefined ? "waiting" : "present",
        cause,
        partner: partner === undefined || told ? null : { id: partner.id, blob: partner.blob },
      },
      binding.remote,
    );
  }

  #head(id: Uint8Array) {
    return { features: 0, sid: this.#sid, id };
  }

  /** A toy's: nobody here guesses it. */
  #cookie(remote: Endpoint): Uint8Array {
    const text = `${this.#boot} ${formatEndpoint(remote)}`;
    const cookie = new Uint8Array(v2.COOKIE_BYTES);
    for (let at = 0; at < text.length; at++) {
      const into = at % cookie.length;
      cookie[into] = ((cookie[into] ?? 0) * 31 + text.charCodeAt(at)) & 0xff;
    }
    return cookie;
  }

  #send(frame: v2.FromControl, remote: Endpoint): void {
    const bytes = this.#mac.sign(v2.encode(frame));
    this.#out.push({ type: "send", datagram: { socket: 0, remote: { ...remote }, bytes } });
  }
}
