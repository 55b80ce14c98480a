import { v1 } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import { createV1Envelope, describeV1, quoteGo } from "../src/index.js";
import signed from "./vectors/v1-signed.json" with { type: "json" };

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const vectors = signed.map((vector, index) => ({
  name: `${index}: ${quoteGo(bytesOf(vector.payload_hex)).slice(0, 40)} under ${vector.secret_hex.length / 2} bytes`,
  secret: bytesOf(vector.secret_hex),
  payload: bytesOf(vector.payload_hex),
  datagram: bytesOf(vector.datagram_hex),
}));

describe("the original's own datagrams", () => {
  it("are 180, under 12 secrets", () => {
    expect(vectors).toHaveLength(180);
    expect(new Set(vectors.map(({ secret }) => hexOf(secret))).size).toBe(12);
  });

  it.each(vectors)("$name: sealed byte for byte, opened, and shown", ({ secret, payload, datagram }) => {
    const envelope = createV1Envelope(secret);
    expect(hexOf(envelope.seal(payload))).toBe(hexOf(datagram));
    const opened = envelope.open(datagram);
    expect(opened.ok && hexOf(opened.payload)).toBe(hexOf(payload));
    const shown = payload.length === 0 ? '"[message skipped, since it is too short]"' : quoteGo(payload);
    expect(describeV1(envelope, datagram)).toBe(shown);
  });

  it("under one secret open under no other", () => {
    for (const { secret, datagram } of vectors) {
      for (const other of new Set(vectors.map((vector) => vector.secret))) {
        if (hexOf(other) === hexOf(secret)) continue;
        expect(createV1Envelope(other).open(datagram)).toEqual({ ok: false, reason: "bad-signature" });
      }
    }
  });

  it("hold the messages of v1", () => {
    const kinds = vectors.slice(0, 15).map(({ payload }) => {
      const decoded = v1.decodeForPeer(payload);
      return decoded.ok ? decoded.message.type : decoded.reason;
    });
    expect(kinds.join(" ")).toBe(
      "unknown-label unknown-label unknown-label unknown-label pong close ping " +
        "peerInfo peerInfo peerInfo peerInfo peerInfo unknown-label empty unknown-label",
    );
  });
});
