import { controlKeys } from "@netpunch/control/core";
import { rootKey } from "@netpunch/crypto";
import { v1, v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspect } from "../src/inspect/inspect.js";
import { createKeyring, keysOf, keysOfControl, SECRET, SESSION } from "../src/inspect/keyring.js";
import { hex } from "../src/inspect/v2.js";

const keyring = createKeyring();
const [home] = keyring.sessions;
if (home === undefined) throw new Error("the keyring has no session");
const id = Uint8Array.from({ length: v2.ID_BYTES }, (_, at) => at + 1);
const cookie = new Uint8Array(v2.COOKIE_BYTES).fill(0xc0);
const { sid } = home.keys;
const candidates: readonly v2.Candidate[] = [
  { kind: "reflexive", endpoint: { address: "203.0.113.1", port: 5000 } },
  { kind: "host", endpoint: { address: "2001:db8::7", port: 5000 } },
];
const blob = home.seal.seal(candidates, { sid, id }, new Uint8Array(v2.BLOB_NONCE_BYTES));
const base = { features: 0, sid, id } as const;

const frames: readonly v2.Frame[] = [
  { ...base, type: "announce", seq: 3, ackPush: 2, cookie, blob },
  { ...base, type: "challenge", echoSeq: 3, cookie, observed: { address: "203.0.113.1", port: 5000 } },
  { ...base, type: "info", echoSeq: 3, pushSeq: 1, state: "waiting", cause: "answer", partner: null },
  { ...base, type: "info", echoSeq: 3, pushSeq: 1, state: "present", cause: "push", partner: { id, blob } },
  { ...base, type: "bye", seq: 9, reason: "met" },
  ...(["ping", "pong", "nominate", "confirm", "done"] as const).map((type) => ({
    type,
    features: 0,
    from: id,
    to: id,
    txid: new Uint8Array(v2.TXID_BYTES).fill(7),
  })),
];

function signed(frame: v2.Frame): Uint8Array {
  const mac = "from" in frame ? home?.mac : keyring.control;
  return mac?.sign(v2.encode(frame)) ?? new Uint8Array();
}

/** What stands in the bytes of a field, by its name. */
function bytesOf(bytes: Uint8Array, name: string): string {
  const field = inspect(bytes, "peer", keyring).fields.find((each) => each.name === name);
  return field === undefined ? "" : hex(bytes.subarray(field.at, field.at + field.sizeBytes));
}

function expectCovered(
  bytes: Uint8Array,
  fields: readonly { readonly at: number; readonly sizeBytes: number }[],
): void {
  let at = 0;
  for (const field of fields) {
    expect(field.at).toBe(at);
    at += field.sizeBytes;
  }
  expect(at).toBe(bytes.length);
}

describe("the keys of the playground", () => {
  it("are those of its secret", async () => {
    const root = await rootKey(SECRET);
    const { sessionKeys } = await import("@netpunch/crypto");
    expect(keysOf(SESSION)).toEqual(sessionKeys({ root, session: SESSION }));
    expect(keysOfControl()).toEqual(await controlKeys(SECRET));
  });
});

describe("a frame of v2, inspected", () => {
  it.each(frames.map((frame): [string, v2.Frame] => [frame.type, frame]))(
    "%s: its fields are the wire package's, without a gap",
    (type, frame) => {
      const bytes = signed(frame);
      const { name, signature, fields } = inspect(bytes, "peer", keyring);
      expect([name, signature]).toEqual([type, "valid"]);
      expectCovered(bytes, fields);
      const decoded = v2.decode(bytes);
      if (!decoded.ok) throw new Error(decoded.reason);
      for (const [field, value] of Object.entries(decoded.frame)) {
        const isPlain = value instanceof Uint8Array && field !== "blob";
        if (isPlain) expect([field, bytesOf(bytes, field)]).toEqual([field, hex(value)]);
        if (typeof value === "number" && field !== "features")
          expect(fields.find((each) => each.name === field)?.value).toBe(String(value));
      }
    },
  );

  it("shows the candidates that are sealed in it, and the address that is masked", () => {
    const [announce, challenge] = frames.map((frame) => inspect(signed(frame), "control", keyring));
    const shown = (inspected: typeof announce, name: string) =>
      inspected?.fields.find((field) => field.name === name)?.value;
    expect(shown(announce, "candidates")).toBe("reflexive 203.0.113.1:5000, host [2001:db8::7]:5000");
    expect(shown(challenge, "observed")).toBe("203.0.113.1:5000");
  });

  it("with a bit turned over is not ours", () => {
    for (const frame of frames) {
      const bytes = signed(frame);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      expect(inspect(bytes, "peer", keyring).signature).toBe("invalid");
    }
  });
});

describe("a datagram of v1, inspected", () => {
  it.each([
    ["announce", "control", { type: "announce", slot: "x" }],
    ["ping", "peer", { type: "ping" }],
    ["pong", "peer", { type: "pong" }],
    ["close", "peer", { type: "close" }],
    ["peer info", "peer", { type: "peerInfo", slot: "b", endpoint: { address: "2001:db8::7", port: 5000 } }],
  ] as const)("%s: its fields are the wire package's, without a gap", (name, audience, message) => {
    const bytes = keyring.v1.seal(v1.encode(message));
    const inspected = inspect(bytes, audience, keyring);
    expect([inspected.name, inspected.signature]).toEqual([name, "valid"]);
    expectCovered(bytes, inspected.fields);
    const [mac, separator] = inspected.fields;
    expect([mac?.sizeBytes, separator?.at]).toEqual([v1.MAC_TEXT_BYTES, v1.MAC_TEXT_BYTES]);
    if ("endpoint" in message) expect(inspected.fields.at(-1)?.value).toBe("[2001:db8::7]:5000");
    if ("slot" in message) expect(inspected.fields.find((field) => field.name === "slot")?.value).toBe(message.slot);
  });
});

describe("whatever comes", () => {
  it("is inspected, and its fields cover its bytes", () => {
    const nearly = fc
      .constantFrom(...frames)
      .chain((frame) => fc.tuple(fc.constant(signed(frame)), fc.nat(60), fc.nat(255)));
    const changed = nearly.map(([bytes, at, value]) => bytes.map((byte, index) => (index === at ? value : byte)));
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 120 }), changed),
        fc.constantFrom("peer", "control"),
        (bytes, audience) => {
          expectCovered(bytes, inspect(bytes, audience, keyring).fields);
        },
      ),
    );
  });
});
