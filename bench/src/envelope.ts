import { createHmac, timingSafeEqual } from "node:crypto";
import { createV1Envelope, secretBytes } from "@netpunch/crypto";
import { v1 } from "@netpunch/wire";
import { type Bench, median, type Row, shorten, type Table } from "./bench.js";

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

function* run(): Iterable<Table> {
  const datagram = ours.seal(payload);
  if (Buffer.compare(datagram, theirs.seal()) !== 0) throw new Error("both sides must seal to the same bytes");
  if (!ours.open(datagram).ok || !theirs.open(datagram)) throw new Error("both sides must open what they sealed");
  yield {
    title: "One datagram of 61 bytes: our envelope beside a createHmac for each",
    rows: [
      compare(
        "seal",
        () => ours.seal(payload),
        () => theirs.seal(),
      ),
      compare(
        "open",
        () => ours.open(datagram),
        () => theirs.open(datagram),
      ),
    ],
  };
}

/** Times both in turns, so that whatever else the machine does falls on both, and takes medians. */
function compare(what: string, ours: () => void, theirs: () => void, { rounds = 60, calls = 2000 } = {}): Row {
  const time = (run: () => void) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) run();
    return Number(process.hrtime.bigint() - start) / calls;
  };
  const turns = Array.from({ length: rounds }, () => ({ ours: time(ours), theirs: time(theirs) }));
  // The first turns warm the compiler up.
  const warm = turns.slice(rounds / 4);
  return {
    what,
    "ours ns": shorten(median(warm.map((turn) => turn.ours))),
    "createHmac ns": shorten(median(warm.map((turn) => turn.theirs))),
    "ours / createHmac": shorten(median(warm.map((turn) => turn.ours / turn.theirs))),
  };
}

/** Signing and checking one datagram of 61 bytes. */
export const envelope: Bench = { name: "envelope", run };
