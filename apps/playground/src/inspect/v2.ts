import { formatEndpoint, v2 } from "@netpunch/wire";
import type { Field, Inspected, Kind } from "./inspected.js";
import type { Keyring } from "./keyring.js";
import { placed } from "./v1.js";

type Plain = Omit<Field, "at">;

const KIND: Readonly<Record<v2.FrameType, Kind>> = {
  announce: "announce",
  challenge: "info",
  info: "info",
  bye: "goodbye",
  ping: "ping",
  pong: "pong",
  nominate: "settle",
  confirm: "settle",
  done: "goodbye",
  relay: "announce",
  relayed: "info",
  renominate: "settle",
  reconfirm: "settle",
  redone: "settle",
};

/** Reads a frame of v2, verifies its MAC and opens its candidates. */
export function inspectV2(bytes: Uint8Array, keyring: Keyring): Inspected {
  const decoded = v2.decode(bytes);
  if (!decoded.ok) {
    const fields = placed([
      { name: "frame", sizeBytes: bytes.length, value: decoded.reason, note: "Begins as a frame of v2, and is none." },
    ]);
    return {
      kind: "junk",
      name: "junk",
      protocol: "v2",
      says: `It means nothing here (${decoded.reason}).`,
      signature: "none",
      fields,
    };
  }
  const { frame } = decoded;
  const signature = isAuthentic(bytes, frame, keyring) ? "valid" : "invalid";
  return {
    kind: KIND[frame.type],
    name: frame.type,
    protocol: "v2",
    says: saying(frame, keyring),
    signature,
    fields: placed([...header(bytes, frame), ...body(frame, keyring), mac(signature)]),
  };
}

function isAuthentic(bytes: Uint8Array, frame: v2.Frame, { control, sessions }: Keyring): boolean {
  return "from" in frame ? sessions.some(({ mac }) => mac.verify(bytes)) : control.verify(bytes);
}

function header(bytes: Uint8Array, { type, features }: v2.Frame): readonly Plain[] {
  return [
    {
      name: "magic",
      sizeBytes: v2.MAGIC.length,
      value: '06 "NP2"',
      note: "Tells netpunch v2 from all that may share the port: STUN, DTLS, QUIC, WireGuard, OpenVPN, v1.",
    },
    { name: "type", sizeBytes: 1, value: type, note: `${hex(bytes.subarray(4, 5))}: which frame it is.` },
    {
      name: "features",
      sizeBytes: 3,
      value: featuresText(features),
      note: "A bit for each; one is used where both sides set it.",
    },
  ];
}

function mac(signature: "valid" | "invalid"): Plain {
  const value = signature === "valid" ? "made with our key" : "not made with our key";
  return {
    name: "mac",
    sizeBytes: v2.MAC_BYTES,
    value,
    note: "HMAC-SHA256 of all before it, its first 16 bytes. What does not verify gets silence.",
  };
}

function body(frame: v2.Frame, keyring: Keyring): readonly Plain[] {
  switch (frame.type) {
    case "announce":
      return [
        ...session(frame, keyring),
        {
          name: "seq",
          sizeBytes: 4,
          value: String(frame.seq),
          note: "Grows with each sending: an old announce, sent again by somebody, is stale.",
        },
        {
          name: "ackPush",
          sizeBytes: 4,
          value: String(frame.ackPush),
          note: "The newest push of control that was heard; control goes on until then.",
        },
        {
          name: "cookie",
          sizeBytes: v2.COOKIE_BYTES,
          value: isZero(frame.cookie) ? "none yet" : hex(frame.cookie),
          note: "Control's proof that the sender receives at its address.",
        },
        blob(
          frame.blob,
          frame.sid,
          frame.id,
          keyring,
          "Where the sender may be reached, sealed: control cannot read it.",
        ),
      ];
    case "challenge":
      return [
        ...session(frame, keyring),
        { name: "echoSeq", sizeBytes: 4, value: String(frame.echoSeq), note: "The announce that this answers." },
        {
          name: "cookie",
          sizeBytes: v2.COOKIE_BYTES,
          value: hex(frame.cookie),
          note: "Say it again with this: whoever forged the address never sees it.",
        },
        {
          name: "observed",
          sizeBytes: 18,
          value: formatEndpoint(frame.observed),
          note: "Where control saw the announce come from, XORed with the cookie, as gateways rewrite addresses that they recognise.",
        },
      ];
    case "info":
      return [
        ...session(frame, keyring),
        {
          name: "echoSeq",
          sizeBytes: 4,
          value: String(frame.echoSeq),
          note: "The highest seq taken from this peer: old frames fall out.",
        },
        { name: "pushSeq", sizeBytes: 4, value: String(frame.pushSeq), note: "The number of the newest push." },
        {
          name: "state",
          sizeBytes: 1,
          value: frame.cause === "push" ? `${frame.state}, a push` : frame.state,
          note: "What control knows of the partner.",
        },
        ...partner(frame, keyring),
      ];
    case "bye":
      return [
        ...session(frame, keyring),
        { name: "seq", sizeBytes: 4, value: String(frame.seq), note: "Grows with each sending." },
        { name: "reason", sizeBytes: 1, value: frame.reason, note: "Why it goes: it met its partner, or it gave up." },
      ];
    case "relay":
      return [
        ...session(frame, keyring),
        { name: "seq", sizeBytes: 4, value: String(frame.seq), note: "Grows with each sending." },
        {
          name: "partner id",
          sizeBytes: v2.ID_BYTES,
          value: hex(frame.partnerId),
          note: "The only run it wants to reach.",
        },
        { name: "op", sizeBytes: 1, value: frame.op, note: "What it wants of the relay." },
      ];
    case "relayed":
      return [
        ...session(frame, keyring),
        { name: "echoSeq", sizeBytes: 4, value: String(frame.echoSeq), note: "The newest RELAY that was taken." },
        { name: "partner id", sizeBytes: v2.ID_BYTES, value: hex(frame.partnerId), note: "The run at the other end." },
        { name: "state", sizeBytes: 1, value: frame.state, note: "What passes through the relay now." },
        { name: "reason", sizeBytes: 1, value: frame.reason, note: "Why nothing passes, where nothing does." },
      ];
    case "renominate":
    case "reconfirm":
    case "redone":
      return [
        ...between(frame),
        { name: "epoch", sizeBytes: 4, value: String(frame.epoch), note: "Which move it is of; grows with each." },
        {
          name: "txid",
          sizeBytes: v2.TXID_BYTES,
          value: hex(frame.txid),
          note: "Of the ping answered on the new path.",
        },
      ];
    default:
      return [
        ...between(frame),
        {
          name: "txid",
          sizeBytes: v2.TXID_BYTES,
          value: hex(frame.txid),
          note: "Random, for each ping: a pong counts only for a ping that waits.",
        },
      ];
  }
}

function between({ from, to }: v2.PeerFrame | v2.MoveFrame): readonly Plain[] {
  return [
    { name: "from", sizeBytes: v2.ID_BYTES, value: hex(from), note: "The sender's run." },
    { name: "to", sizeBytes: v2.ID_BYTES, value: hex(to), note: "Whose run it is for; any other is silent." },
  ];
}

function session(
  { sid, id }: { readonly sid: Uint8Array; readonly id: Uint8Array },
  { sessions }: Keyring,
): readonly Plain[] {
  const known = sessions.find(({ keys }) => v2.sameId(keys.sid, sid));
  return [
    {
      name: "sid",
      sizeBytes: v2.SID_BYTES,
      value: known ? `session "${known.name}"` : hex(sid),
      note: "Which session, without its name.",
    },
    { name: "id", sizeBytes: v2.ID_BYTES, value: hex(id), note: "Random for each run of a peer." },
  ];
}

function partner({ sid, partner: named }: v2.Info, keyring: Keyring): readonly Plain[] {
  if (named === null) return [];
  return [
    { name: "partner id", sizeBytes: v2.ID_BYTES, value: hex(named.id), note: "The partner's run." },
    blob(named.blob, sid, named.id, keyring, "Where the partner may be reached, as it sealed it itself."),
  ];
}

function blob(bytes: Uint8Array, sid: Uint8Array, id: Uint8Array, keyring: Keyring, note: string): Plain {
  return {
    name: "candidates",
    sizeBytes: bytes.length,
    value: candidatesText(openBlob(bytes, sid, id, keyring)),
    note,
  };
}

function openBlob(bytes: Uint8Array, sid: Uint8Array, id: Uint8Array, { sessions }: Keyring) {
  const seal = sessions.find(({ keys }) => v2.sameId(keys.sid, sid))?.seal;
  return seal?.open(bytes, { sid, id }) ?? null;
}

function candidatesText(candidates: readonly v2.Candidate[] | null): string {
  if (candidates === null) return "sealed";
  if (candidates.length === 0) return "none yet";
  return candidates.map(({ kind, endpoint }) => `${kind} ${formatEndpoint(endpoint)}`).join(", ");
}

const PEER_SAYS: Readonly<Record<v2.PeerFrameType | v2.MoveFrameType, string>> = {
  ping: "Do you hear me here?",
  pong: "I hear you.",
  nominate: "This way works; let us take it.",
  confirm: "We take it.",
  done: "I know that you know.",
  renominate: "This way is better; let us move.",
  reconfirm: "We move.",
  redone: "I have moved.",
};

const RELAY_SAYS: Readonly<Record<v2.RelayOp, string>> = {
  want: "If we find no other way, pass our pings on.",
  chosen: "We have found no other way: pass our data on.",
  released: "Another program takes over here: pass everything on, and say nothing more to it.",
};

const RELAYED_SAYS: Readonly<Record<v2.RelayState, string>> = {
  none: "Nothing passes.",
  waiting: "Your partner has not asked for it.",
  open: "Your pings pass.",
  carrying: "Everything passes.",
  released: "Everything passes, and you hear no more of me.",
};

function saying(frame: v2.Frame, keyring: Keyring): string {
  switch (frame.type) {
    case "announce": {
      const candidates = openBlob(frame.blob, frame.sid, frame.id, keyring);
      return isZero(frame.cookie)
        ? "I am here; I have no cookie yet."
        : `I am here; my partner may reach me at: ${candidatesText(candidates)}.`;
    }
    case "challenge":
      return `I see you at ${formatEndpoint(frame.observed)}. Say that again with this cookie.`;
    case "info":
      return infoSays(frame, keyring);
    case "bye":
      return frame.reason === "met" ? "We have met; I am gone." : "I give up; I am gone.";
    case "relay":
      return RELAY_SAYS[frame.op];
    case "relayed":
      return RELAYED_SAYS[frame.state];
    default:
      return PEER_SAYS[frame.type];
  }
}

const INFO_SAYS = {
  present: "Your partner is here.",
  waiting: "Your partner is not here yet.",
  v1: "Your partner came by protocol v1.",
  full: "Two others hold this session.",
  taken: "Another run holds this slot.",
  "source-limit": "Too many runs have a place from your address.",
  "total-limit": "I have no room for more.",
} as const satisfies Record<v2.InfoState, string>;

function infoSays({ sid, state, partner: named }: v2.Info, keyring: Keyring): string {
  if (named !== null) return `Your partner may be at: ${candidatesText(openBlob(named.blob, sid, named.id, keyring))}.`;
  return INFO_SAYS[state];
}

function featuresText(features: number): string {
  if (features === 0) return "none";
  const names = Object.entries(v2.FEATURES).filter(([, bit]) => (features & bit) !== 0);
  return names.map(([name]) => name).join(", ") || hex(Uint8Array.of(features >>> 16, features >>> 8, features));
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Bytes as they are written in the hex view: "0a ff 01". */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
