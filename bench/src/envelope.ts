import { createHmac, timingSafeEqual } from "node:crypto";
import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
import { type Bench, compare, type Result } from "./bench.js";

const secret = secretBytes("TheSecretWord");
const payload = new TextEncoder().encode("i|a|203.0.113.7:5000");
const ours = createV1Envelope(secret);
const macText = new Uint8Array(v1.MAC_TEXT_BYTES);

/** What one would write first: an HMAC object of node:crypto for each packet. */
const theirs = {
  seal(): Uint8Array {
    const datagram = new Uint8Array(v1.ENVELOPE_BYTES + payload.length);
    v1.writeMacText(createHmac("sha256", secret).update(payload).digest(), datagram);
    datagram[v1.MAC_TEXT_BYTES] = 0x20;
    datagram.set(payload, v1.ENVELOPE_BYTES);
    return datagram;
  },
  open(datagram: Uint8Array): boolean {
    v1.writeMacText(createHmac("sha256", secret).update(datagram.subarray(v1.ENVELOPE_BYTES)).digest(), macText);
    return timingSafeEqual(macText, datagram.subarray(0, v1.MAC_TEXT_BYTES));
  },
};

function* run(): Iterable<Result> {
  const datagram = ours.seal(payload);
  if (Buffer.compare(datagram, theirs.seal()) !== 0) throw new Error("both sides must seal to the same bytes");
  if (!ours.open(datagram).ok || !theirs.open(datagram)) throw new Error("both sides must open what they sealed");

  const seal = compare(
    () => ours.seal(payload),
    () => theirs.seal(),
  );
  yield {
    what: "seal: time of our envelope / createHmac per packet",
    ratio: seal.ratio,
    measured: { oursNs: seal.oursNs, createHmacNs: seal.theirsNs },
  };
  const open = compare(
    () => ours.open(datagram),
    () => theirs.open(datagram),
  );
  yield {
    what: "open: time of our envelope / createHmac per packet",
    ratio: open.ratio,
    measured: { oursNs: open.oursNs, createHmacNs: open.theirsNs },
  };
}

/** Signing and checking one datagram of 61 bytes. */
export const envelope: Bench = { name: "envelope", run };
