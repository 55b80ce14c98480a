import { readFileSync } from "node:fs";
import { v2 } from "@netpunch/wire";
import {
  controlKey,
  createCandidateSeal,
  createFrameMac,
  formatControlKey,
  rootKey,
  type SecretKind,
  secretKind,
  sessionKeys,
} from "../src/index.js";

/*
 * Makes the vectors of vectors/v2.json: our implementation's answers to fixed inputs. That they are right is for the second
 * implementation to say (second-implementation.ts).
 */

export const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
export const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
/** Bytes that count up from `first`. */
export const counting = (first: number, length: number) => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

interface SecretVector {
  readonly what: string;
  /** As it is given, line end and all. */
  readonly secret_hex: string;
  readonly kind: SecretKind;
  readonly root_hex: string;
  readonly control_hex: string;
  readonly control_text: string;
}

interface SessionVector {
  readonly what: string;
  readonly name_hex: string;
  readonly root_hex: string;
  readonly session_root_hex: string;
  readonly sid_hex: string;
  readonly peer_hex: string;
  readonly candidates_hex: string;
}

interface BlobVector {
  readonly what: string;
  readonly key_hex: string;
  readonly sid_hex: string;
  readonly id_hex: string;
  readonly nonce_hex: string;
  readonly candidates: readonly { readonly kind: string; readonly address: string; readonly port: number }[];
  readonly content_hex: string;
  readonly blob_hex: string;
}

interface FrameVector {
  readonly what: string;
  readonly key: "control" | "peer";
  readonly key_hex: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly frame_hex: string;
}

export interface Vectors {
  readonly about: readonly string[];
  readonly secrets: readonly SecretVector[];
  readonly refused: readonly { readonly what: string; readonly secret_hex: string }[];
  readonly sessions: readonly SessionVector[];
  readonly blobs: readonly BlobVector[];
  readonly frames: readonly FrameVector[];
}

const GENERATED = "np2_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const PASSPHRASE = "correct horse battery staple";
const utf8 = new TextEncoder();

const SECRETS: readonly (readonly [string, Uint8Array])[] = [
  ["generated: the bytes 00 to 1f", utf8.encode(GENERATED)],
  ["the same with a line feed, which is not part of it", utf8.encode(`${GENERATED}\n`)],
  ["the same with a carriage return and a line feed, which are not part of it", utf8.encode(`${GENERATED}\r\n`)],
  ["generated: 32 bytes ff", utf8.encode(`np2_${"_".repeat(42)}8`)],
  ["a passphrase", utf8.encode(PASSPHRASE)],
  ["the same with a line feed, which is not part of it", utf8.encode(`${PASSPHRASE}\n`)],
  ["the same with a carriage return and a line feed, which are not part of it", utf8.encode(`${PASSPHRASE}\r\n`)],
  ["the same with two line feeds, the first of which is part of it", utf8.encode(`${PASSPHRASE}\n\n`)],
  ["the same with a carriage return alone, which is part of it", utf8.encode(`${PASSPHRASE}\r`)],
  ["a passphrase beyond ASCII and beyond the BMP, as UTF-8", utf8.encode("пароль 🔑")],
  ["a passphrase of bytes that are no UTF-8", Uint8Array.of(0xff, 0x00, 0xfe)],
  ["a passphrase that almost has the prefix", utf8.encode("np2-")],
];

const REFUSED: readonly (readonly [string, Uint8Array])[] = [
  ["nothing", new Uint8Array()],
  ["an empty line", utf8.encode("\n")],
  ["an empty line of DOS", utf8.encode("\r\n")],
  ["the prefix alone", utf8.encode("np2_")],
  ["a generated secret without its last character", utf8.encode(GENERATED.slice(0, -1))],
  ["a generated secret with a character more", utf8.encode(`${GENERATED}A`)],
  ["a generated secret with base64's padding", utf8.encode(`${GENERATED}=`)],
  ["a generated secret with a space after it", utf8.encode(`${GENERATED} `)],
  [
    "a generated secret whose last character sets bits that stand for nothing",
    utf8.encode(`${GENERATED.slice(0, -1)}9`),
  ],
  ["a generated secret in base64's other alphabet", utf8.encode(`np2_${"/".repeat(42)}8`)],
  ["a control key, of which no other key is made", utf8.encode(`np2c_${GENERATED.slice(4)}`)],
];

const NAMES: readonly (readonly [string, string])[] = [
  ["a name", "home"],
  ["the session of the slots a and b", "slots ab"],
  ["a letter, composed (NFC)", "caf\u00e9"],
  ["the same, decomposed: the same session", "cafe\u0301"],
  ["names are compared with case", "Home"],
  ["a space is part of a name", "home "],
  ["beyond the BMP", "🏠"],
];

/** What the file holds, where other implementations find it. */
export function readVectors(): Vectors {
  return JSON.parse(readFileSync(new URL("../vectors/v2.json", import.meta.url), "utf8"));
}

/** All values, by our code. */
export async function makeVectors(): Promise<Vectors> {
  const secrets: SecretVector[] = [];
  // One after the other: each passphrase takes 32 MiB.
  for (const [what, secret] of SECRETS) secrets.push(await secretVector(what, secret));
  const root = await rootKey(GENERATED);
  const other = await rootKey(PASSPHRASE);
  const keys = sessionKeys({ root, session: "home" });
  const blobs = blobVectors(keys.candidates, keys.sid);
  return {
    about: [
      "Test vectors of netpunch's protocol v2. Bytes are hexadecimal, numbers in frames big-endian.",
      "secrets: root and control key of a secret given as secret_hex. refused: what is no secret.",
      "sessions: the keys of a named session; session_root_hex is root_hex unless the pair has a secret of its own.",
      "blobs: candidates sealed under candidates_hex of the session home. frames: signed with key_hex; a blob is one of blobs.",
    ],
    secrets,
    refused: REFUSED.map(([what, secret]) => ({ what, secret_hex: hexOf(secret) })),
    sessions: [
      ...NAMES.map(([what, name]) => sessionVector(what, name, root, root)),
      sessionVector("with a session secret, the passphrase", "home", root, other),
    ],
    blobs,
    frames: frameVectors(keys, blobs),
  };
}

async function secretVector(what: string, secret: Uint8Array): Promise<SecretVector> {
  const root = await rootKey(secret);
  const control = controlKey(root);
  return {
    what,
    secret_hex: hexOf(secret),
    kind: secretKind(secret),
    root_hex: hexOf(root),
    control_hex: hexOf(control),
    control_text: formatControlKey(control),
  };
}

function sessionVector(what: string, name: string, root: Uint8Array, sessionRoot: Uint8Array): SessionVector {
  const { sid, peer, candidates } = sessionKeys({ root, sessionRoot, session: name });
  return {
    what,
    name_hex: hexOf(utf8.encode(name)),
    root_hex: hexOf(root),
    session_root_hex: hexOf(sessionRoot),
    sid_hex: hexOf(sid),
    peer_hex: hexOf(peer),
    candidates_hex: hexOf(candidates),
  };
}

/** The lower id is the waiting peer's, the higher one the later peer's, which controls. */
const WAITING = bytesOf("3c0d1a2b4f5e6978");
const LATER = bytesOf("b1946ac92492d234");

function blobVectors(key: Uint8Array, sid: Uint8Array): readonly BlobVector[] {
  const reflexive = (address: string, port: number): v2.Candidate => ({
    kind: "reflexive",
    endpoint: { address, port },
  });
  const host = (address: string, port: number): v2.Candidate => ({ kind: "host", endpoint: { address, port } });
  const twelve = Array.from({ length: 12 }, (_, at) => host(`10.0.0.${at + 1}`, 40_000 + at));
  const rows: readonly (readonly [string, Uint8Array, number, readonly v2.Candidate[]])[] = [
    ["no candidate: the waiting peer's first", WAITING, 0x00, []],
    ["the waiting peer's", WAITING, 0x20, [reflexive("203.0.113.7", 5000), host("192.168.1.10", 5000)]],
    ["the later peer's", LATER, 0x40, [reflexive("198.51.100.9", 61_000), host("2001:db8::9", 61_000)]],
    ["as many as there may be", LATER, 0x60, twelve],
  ];
  return rows.map(([what, id, first, candidates]) => {
    const nonce = counting(first, v2.BLOB_NONCE_BYTES);
    return {
      what,
      key_hex: hexOf(key),
      sid_hex: hexOf(sid),
      id_hex: hexOf(id),
      nonce_hex: hexOf(nonce),
      candidates: candidates.map(({ kind, endpoint }) => ({ kind, ...endpoint })),
      content_hex: hexOf(v2.encodeCandidates(candidates)),
      blob_hex: hexOf(createCandidateSeal(key).seal(candidates, { sid, id }, nonce)),
    };
  });
}

/** One meeting, from the waiting peer's first word to the end, and the largest frame. */
function frameVectors(
  { sid, control, peer }: { readonly sid: Uint8Array; readonly control: Uint8Array; readonly peer: Uint8Array },
  blobs: readonly BlobVector[],
): readonly FrameVector[] {
  const blob = (at: number) => bytesOf(blobs[at]?.blob_hex ?? "");
  const cookie = counting(0xc0, 16);
  const session = { features: 0, sid, id: WAITING };
  const between = { features: 0, from: LATER, to: WAITING, txid: counting(0xd0, 12) };
  const back = { ...between, from: WAITING, to: LATER };
  const info = { type: "info" as const, ...session, partner: null };
  const partner = { id: LATER, blob: blob(2) };
  const controlFrames: readonly (readonly [string, v2.Frame])[] = [
    [
      "announce without a cookie",
      { type: "announce", ...session, seq: 1, ackPush: 0, cookie: new Uint8Array(16), blob: blob(0) },
    ],
    [
      "challenge",
      { type: "challenge", ...session, echoSeq: 1, cookie, observed: { address: "203.0.113.7", port: 5000 } },
    ],
    ["announce with a cookie", { type: "announce", ...session, seq: 2, ackPush: 0, cookie, blob: blob(1) }],
    ["info: waiting", { ...info, echoSeq: 2, pushSeq: 1, state: "waiting", cause: "answer" }],
    ["announce that acknowledges it", { type: "announce", ...session, seq: 3, ackPush: 1, cookie, blob: blob(1) }],
    ["info, a push: present", { ...info, echoSeq: 3, pushSeq: 2, state: "present", cause: "push", partner }],
    [
      "announce that acknowledges the push",
      { type: "announce", ...session, seq: 4, ackPush: 2, cookie, blob: blob(1) },
    ],
    ["info: present, and known", { ...info, echoSeq: 4, pushSeq: 2, state: "present", cause: "answer" }],
    ["bye: met", { type: "bye", ...session, seq: 5, reason: "met" }],
    ["bye: left", { type: "bye", ...session, seq: 0x01020304, reason: "left" }],
    [
      "challenge that saw IPv6",
      { type: "challenge", ...session, echoSeq: 1, cookie, observed: { address: "2001:db8::7", port: 65_535 } },
    ],
    ["info: full", { ...info, echoSeq: 2, pushSeq: 0, state: "full", cause: "answer" }],
    ["info: taken", { ...info, echoSeq: 2, pushSeq: 0, state: "taken", cause: "answer" }],
    ["info: source-limit", { ...info, echoSeq: 2, pushSeq: 0, state: "source-limit", cause: "answer" }],
    ["info: total-limit", { ...info, echoSeq: 2, pushSeq: 0, state: "total-limit", cause: "answer" }],
    ["info, a push: the partner speaks v1", { ...info, echoSeq: 9, pushSeq: 4, state: "v1", cause: "push" }],
    [
      "the largest frame, of the slot b",
      {
        type: "announce",
        ...session,
        id: LATER,
        features: 3,
        seq: 0xffffffff,
        ackPush: 0xffffffff,
        cookie,
        blob: blob(3),
      },
    ],
  ];
  const relay = { type: "relay" as const, ...session, seq: 6, partnerId: LATER };
  const relayed = { type: "relayed" as const, ...session, echoSeq: 6, partnerId: LATER, reason: "none" as const };
  const relayFrames: readonly (readonly [string, v2.Frame])[] = [
    ["relay: want", { ...relay, op: "want" }],
    ["relay: chosen", { ...relay, seq: 7, op: "chosen" }],
    ["relay: released", { ...relay, seq: 8, op: "released" }],
    ["relayed: waiting", { ...relayed, state: "waiting" }],
    ["relayed: open", { ...relayed, state: "open" }],
    ["relayed: carrying", { ...relayed, echoSeq: 7, state: "carrying" }],
    ["relayed: released", { ...relayed, echoSeq: 8, state: "released" }],
    ...(["none", "off", "full", "source", "address", "idle", "parted"] as const).map(
      (reason): readonly [string, v2.Frame] => [`relayed: none, ${reason}`, { ...relayed, state: "none", reason }],
    ),
  ];
  const move = { ...between, epoch: 1 };
  const moveFrames: readonly (readonly [string, v2.Frame])[] = [
    ["renominate", { type: "renominate", ...move }],
    ["reconfirm", { type: "reconfirm", ...back, epoch: 1 }],
    ["redone", { type: "redone", ...move }],
  ];
  const peerFrames: readonly (readonly [string, v2.Frame])[] = [
    ["ping", { type: "ping", ...between }],
    ["pong", { type: "pong", ...back }],
    ["nominate", { type: "nominate", ...between }],
    ["confirm", { type: "confirm", ...back }],
    ["done", { type: "done", ...between }],
  ];
  return [
    ...controlFrames.map(([what, frame]) => frameVector(what, "control", control, frame)),
    ...peerFrames.map(([what, frame]) => frameVector(what, "peer", peer, frame)),
    ...relayFrames.map(([what, frame]) => frameVector(what, "control", control, frame)),
    ...moveFrames.map(([what, frame]) => frameVector(what, "peer", peer, frame)),
  ];
}

function frameVector(what: string, key: "control" | "peer", bytes: Uint8Array, frame: v2.Frame): FrameVector {
  const signed = createFrameMac(bytes).sign(v2.encode(frame));
  return { what, key, key_hex: hexOf(bytes), fields: fieldsOf(frame), frame_hex: hexOf(signed) };
}

/** A frame's fields with hexadecimal in the place of bytes. */
export function fieldsOf(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      if (field instanceof Uint8Array) return [`${name}_hex`, hexOf(field)];
      return [name, typeof field === "object" && field !== null ? fieldsOf(field) : field];
    }),
  );
}
