import type { Core, Input, Instant, Output } from "@netpunch/transport";
import { type Endpoint, v2 } from "@netpunch/wire";
import { blobOf, idOf, mac, sidOf, sign } from "./session-desk.js";

/** What control says to a toy: the state and the partner's id, where it has one. */
export interface ToldBySession {
  readonly state: v2.InfoState;
  readonly partner: string | null;
}

const ASKING_MS = [100, 100, 200, ...new Array<number>(19).fill(500), 5_000] as const;
const KEEP_ALIVE_MS = 15_000;
const FULL_MS = 5_000;

/**
 * A run that speaks to control as docs/protocol-v2.md says, at whatever latency, and to nobody else: it repeats what is not
 * answered, and acknowledges each number once.
 */
export function createToySessionPeer(name: string, control: Endpoint): Core<ToldBySession> {
  let seq = 0;
  let ackPush = 0;
  let unanswered = 0;
  let cookie = new Uint8Array(v2.COOKIE_BYTES);
  let cookieSeq = 0;
  let isBound = false;
  let dueAt: Instant = 0;
  const sid = sidOf("home");
  const id = idOf(name);

  const announce = (now: Instant): Output<ToldBySession> => {
    seq += 1;
    unanswered += 1;
    dueAt = now + (ASKING_MS[Math.min(unanswered, ASKING_MS.length) - 1] ?? 0);
    const blob = blobOf(name);
    const bytes = sign({ type: "announce", features: 0, sid, id, seq, ackPush, cookie, blob });
    return { type: "send", datagram: { socket: 0, remote: control, bytes } };
  };

  const hearChallenge = (frame: v2.Challenge, now: Instant): readonly Output<ToldBySession>[] => {
    if (isBound && frame.echoSeq < cookieSeq) return [];
    cookie = Uint8Array.from(frame.cookie);
    cookieSeq = seq + 1;
    isBound = true;
    ackPush = 0;
    unanswered = 0;
    return [announce(now)];
  };

  const hearInfo = (frame: v2.Info, now: Instant): readonly Output<ToldBySession>[] => {
    if (!isBound || frame.echoSeq < cookieSeq || frame.pushSeq < ackPush) return [];
    const { state } = frame;
    if (frame.cause === "answer") {
      unanswered = 0;
      dueAt = now + (state === "full" ? FULL_MS : KEEP_ALIVE_MS);
    }
    const partner = frame.partner === null ? null : v2.formatId(frame.partner.id);
    const outputs: Output<ToldBySession>[] = [{ type: "event", event: { state, partner } }];
    if (frame.pushSeq !== ackPush) {
      ackPush = frame.pushSeq;
      unanswered = 0;
      outputs.push(announce(now));
    }
    return outputs;
  };

  return {
    get deadline() {
      return { at: dueAt, why: "announcing" };
    },
    handle(now: Instant, input: Input): readonly Output<ToldBySession>[] {
      if (input.type === "start" || input.type === "wake") return now >= dueAt ? [announce(now)] : [];
      if (input.type !== "datagram") return [];
      const { bytes } = input.datagram;
      const decoded = v2.decode(bytes);
      if (!decoded.ok || !mac.verify(bytes)) return [];
      const { frame } = decoded;
      if (frame.type === "challenge" && v2.sameId(frame.id, id)) return hearChallenge(frame, now);
      if (frame.type === "info" && v2.sameId(frame.id, id)) return hearInfo(frame, now);
      return [];
    },
  };
}
