import { formatEndpoint, v2 } from "@netpunch/wire";
import type { FrameMac } from "./frame-mac.js";

/** chosen: eight characters tell the few runs and sessions of one log apart. */
const ID_PREFIX_BYTES = 4;

/**
 * Opens a frame of v2 for a log line: its type and fields, ids as their first four bytes.
 *
 * A frame that none of the keys verifies is shown as its type alone, since anybody may have written the rest; bytes that are
 * no frame as the reason why. Neither cookies nor what is sealed is shown.
 *
 * @param macs of the keys that the frame may be signed with: a session's control key and peer key; none is fine, too.
 * @example
 * describeFrame(datagram, [createFrameMac(keys.control)]); // "bye sid=3f2a91c0 id=7c0de1f2 seq=4 reason=left"
 */
export function describeFrame(datagram: Uint8Array, macs: readonly FrameMac[]): string {
  const decoded = v2.decode(datagram);
  if (!decoded.ok) return `(no frame of v2: ${decoded.reason})`;
  const { frame } = decoded;
  if (!macs.some((mac) => mac.verify(datagram))) return `${frame.type} (not verified)`;
  return [frame.type, ...fieldsOf(frame), ...featuresOf(frame)].join(" ");
}

function fieldsOf(frame: v2.Frame): readonly string[] {
  switch (frame.type) {
    case "announce":
      return [...session(frame), `seq=${frame.seq}`, `ack=${frame.ackPush}`, cookie(frame), candidates(frame.blob)];
    case "challenge":
      return [...session(frame), `echo=${frame.echoSeq}`, `observed=${formatEndpoint(frame.observed)}`];
    case "info":
      return [
        ...session(frame),
        `echo=${frame.echoSeq}`,
        `push=${frame.pushSeq}`,
        `state=${frame.state}`,
        `cause=${frame.cause}`,
        ...partner(frame),
      ];
    case "bye":
      return [...session(frame), `seq=${frame.seq}`, `reason=${frame.reason}`];
    case "relay":
      return [...session(frame), `seq=${frame.seq}`, `partner=${short(frame.partnerId)}`, `op=${frame.op}`];
    case "relayed":
      return [
        ...session(frame),
        `echo=${frame.echoSeq}`,
        `partner=${short(frame.partnerId)}`,
        `state=${frame.state}`,
        ...(frame.reason === "none" ? [] : [`reason=${frame.reason}`]),
      ];
    case "renominate":
    case "reconfirm":
    case "redone":
      return [...between(frame), `epoch=${frame.epoch}`, `txid=${short(frame.txid)}`];
    default:
      return [...between(frame), `txid=${short(frame.txid)}`];
  }
}

function between({ from, to }: v2.PeerFrame | v2.MoveFrame): readonly string[] {
  return [`from=${short(from)}`, `to=${short(to)}`];
}

function session({ sid, id }: { readonly sid: Uint8Array; readonly id: Uint8Array }): readonly string[] {
  return [`sid=${short(sid)}`, `id=${short(id)}`];
}

function cookie({ cookie }: v2.Announce): string {
  return cookie.every((byte) => byte === 0) ? "cookie=none" : "cookie=given";
}

function partner({ partner }: v2.Info): readonly string[] {
  return partner === null ? [] : [`partner=${short(partner.id)}`, candidates(partner.blob)];
}

function candidates({ length }: Uint8Array): string {
  return `candidates=${v2.candidatesIn(length)}`;
}

function featuresOf({ features }: v2.Frame): readonly string[] {
  return features === 0 ? [] : [`features=${features.toString(16).padStart(6, "0")}`];
}

function short(id: Uint8Array): string {
  return v2.formatId(id.subarray(0, ID_PREFIX_BYTES));
}
