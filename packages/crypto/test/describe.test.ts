import { v2 } from "@netpunch/wire";
import fc from "fast-check";
import { describe as about, expect, it } from "vitest";
import {
  createDescriber,
  createFrameMac,
  createV1Envelope,
  describe,
  describeFrame,
  secretBytes,
} from "../src/index.js";
import { bytesOf, readVectors } from "./v2-vectors.js";

const { frames, blobs } = readVectors();
const macs = [...new Set(frames.map(({ key_hex }) => key_hex))].map((hex) => createFrameMac(bytesOf(hex)));
const lines = frames.map(({ frame_hex }) => describeFrame(bytesOf(frame_hex), macs));

about("a frame of v2 in a log line", () => {
  it("is its type and its fields, ids cut short", () => {
    expect(lines).toMatchInlineSnapshot(`
      [
        "announce sid=2d41f26a id=3c0d1a2b seq=1 ack=0 cookie=none candidates=0",
        "challenge sid=2d41f26a id=3c0d1a2b echo=1 observed=203.0.113.7:5000",
        "announce sid=2d41f26a id=3c0d1a2b seq=2 ack=0 cookie=given candidates=2",
        "info sid=2d41f26a id=3c0d1a2b echo=2 push=1 state=waiting cause=answer",
        "announce sid=2d41f26a id=3c0d1a2b seq=3 ack=1 cookie=given candidates=2",
        "info sid=2d41f26a id=3c0d1a2b echo=3 push=2 state=present cause=push partner=b1946ac9 candidates=2",
        "announce sid=2d41f26a id=3c0d1a2b seq=4 ack=2 cookie=given candidates=2",
        "info sid=2d41f26a id=3c0d1a2b echo=4 push=2 state=present cause=answer",
        "bye sid=2d41f26a id=3c0d1a2b seq=5 reason=met",
        "bye sid=2d41f26a id=3c0d1a2b seq=16909060 reason=left",
        "challenge sid=2d41f26a id=3c0d1a2b echo=1 observed=[2001:db8::7]:65535",
        "info sid=2d41f26a id=3c0d1a2b echo=2 push=0 state=full cause=answer",
        "info sid=2d41f26a id=3c0d1a2b echo=2 push=0 state=taken cause=answer",
        "info sid=2d41f26a id=3c0d1a2b echo=2 push=0 state=source-limit cause=answer",
        "info sid=2d41f26a id=3c0d1a2b echo=2 push=0 state=total-limit cause=answer",
        "info sid=2d41f26a id=3c0d1a2b echo=9 push=4 state=v1 cause=push",
        "announce sid=2d41f26a id=b1946ac9 seq=4294967295 ack=4294967295 cookie=given candidates=12 features=000003",
        "ping from=b1946ac9 to=3c0d1a2b txid=d0d1d2d3",
        "pong from=3c0d1a2b to=b1946ac9 txid=d0d1d2d3",
        "nominate from=b1946ac9 to=3c0d1a2b txid=d0d1d2d3",
        "confirm from=3c0d1a2b to=b1946ac9 txid=d0d1d2d3",
        "done from=b1946ac9 to=3c0d1a2b txid=d0d1d2d3",
        "relay sid=2d41f26a id=3c0d1a2b seq=6 partner=b1946ac9 op=want",
        "relay sid=2d41f26a id=3c0d1a2b seq=7 partner=b1946ac9 op=chosen",
        "relay sid=2d41f26a id=3c0d1a2b seq=8 partner=b1946ac9 op=released",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=waiting",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=open",
        "relayed sid=2d41f26a id=3c0d1a2b echo=7 partner=b1946ac9 state=carrying",
        "relayed sid=2d41f26a id=3c0d1a2b echo=8 partner=b1946ac9 state=released",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=none",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=none reason=off",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=none reason=full",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=none reason=source",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=none reason=address",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=none reason=idle",
        "relayed sid=2d41f26a id=3c0d1a2b echo=6 partner=b1946ac9 state=none reason=parted",
        "renominate from=b1946ac9 to=3c0d1a2b epoch=1 txid=d0d1d2d3",
        "reconfirm from=3c0d1a2b to=b1946ac9 epoch=1 txid=d0d1d2d3",
        "redone from=b1946ac9 to=3c0d1a2b epoch=1 txid=d0d1d2d3",
      ]
    `);
  });

  it("shows neither a cookie nor anything sealed, nor an address of a candidate", () => {
    const hidden = [
      ...blobs.flatMap(({ nonce_hex, blob_hex, candidates }) => [
        nonce_hex.slice(0, 8),
        blob_hex.slice(-8),
        ...candidates.filter(({ kind }) => kind === "host").map(({ address }) => address),
      ]),
      "c0c1c2c3",
      ...frames.map(({ frame_hex }) => frame_hex.slice(-8)),
      ...frames.map(({ key_hex }) => key_hex.slice(0, 8)),
    ];
    for (const text of hidden) expect(lines.join("\n")).not.toContain(text);
  });

  it("is its type alone where no key verifies it", () => {
    const [control] = macs;
    if (control === undefined) throw new Error("no key");
    for (const { frame_hex, key, fields } of frames) {
      const unverified = `${fields["type"]} (not verified)`;
      expect(describeFrame(bytesOf(frame_hex), [])).toBe(unverified);
      const line = describeFrame(bytesOf(frame_hex), [control]);
      expect(line === unverified).toBe(key === "peer");
      const forged = bytesOf(frame_hex);
      forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
      expect(describeFrame(forged, macs)).toBe(unverified);
    }
  });

  it("is the reason why it is none", () => {
    expect(describeFrame(new Uint8Array(), macs)).toBe("(no frame of v2: short)");
    expect(describeFrame(new Uint8Array(60), macs)).toBe("(no frame of v2: bad-magic)");
    expect(describeFrame(Uint8Array.of(...v2.MAGIC, 0x66, ...new Uint8Array(60)), macs)).toBe(
      "(no frame of v2: unknown-type)",
    );
  });

  it("is one line of printable ASCII, whoever sent it", () => {
    const framed = fc.uint8Array({ maxLength: 400 }).map((rest) => Uint8Array.of(...v2.MAGIC, ...rest));
    fc.assert(
      fc.property(fc.oneof(framed, fc.uint8Array({ maxLength: 400 })), (bytes) => {
        expect(describeFrame(bytes, macs)).toMatch(/^[ -~]+$/);
      }),
    );
  });
});

about("a datagram of either protocol in a log line", () => {
  const envelope = createV1Envelope(secretBytes("TheSecretWord"));
  const announce = envelope.seal(Uint8Array.of(0x61));
  const ping = bytesOf(frames.find(({ fields }) => fields["type"] === "ping")?.frame_hex ?? "");

  it("is shown as its first bytes say", () => {
    const inWords = createDescriber("TheSecretWord", macs);
    expect(inWords(announce)).toBe('"a"');
    expect(inWords(ping)).toMatch(/^ping from=b1946ac9 to=3c0d1a2b /);
    expect(inWords(new Uint8Array(60))).toBe('"[message skipped due to invalid signature]"');
  });

  it("is v1's where no key of v2 is given, but for the types of v2's frames", () => {
    expect(describe("TheSecretWord", announce)).toBe('"a"');
    expect(describe("TheSecretWord", ping)).toBe("ping (not verified)");
  });

  it("is v2's alone where v1 is not spoken", () => {
    const inWords = createDescriber(null, macs);
    expect(inWords(announce)).toBe("(no frame of v2: short)");
    expect(inWords(envelope.seal(new Uint8Array(60)))).toBe("(no frame of v2: bad-magic)");
    expect(inWords(ping)).toMatch(/^ping /);
  });

  it("needs a secret that is one", () => {
    expect(() => createDescriber("")).toThrow(new RangeError('"secret" expected at least one byte, got none'));
  });
});
