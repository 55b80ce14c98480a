import { createHmac, timingSafeEqual } from "node:crypto";
import { createFrameMac, createV1Envelope, secretBytes } from "@netpunch/crypto";
import { v1, v2 } from "@netpunch/wire";
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

const key = new Uint8Array(32).fill(0x4b);
const mac = createFrameMac(key);
const session = { features: 0, sid: new Uint8Array(16).fill(1), id: new Uint8Array(8).fill(2) };
/** Control's commonest answer, and a keepalive of a peer that has three addresses. */
const info = v2.encode({
  type: "info",
  ...session,
  echoSeq: 7,
  pushSeq: 1,
  state: "waiting",
  cause: "answer",
  partner: null,
});
const announce = v2.encode({
  type: "announce",
  ...session,
  seq: 8,
  ackPush: 1,
  cookie: new Uint8Array(16).fill(3),
  blob: new Uint8Array(v2.MIN_BLOB_BYTES + 3 * 19).fill(4),
});

const theirMac = {
  sign(frame: Uint8Array): Uint8Array {
    frame.set(theirMac.of(frame), frame.length - v2.MAC_BYTES);
    return frame;
  },
  verify(frame: Uint8Array): boolean {
    return timingSafeEqual(theirMac.of(frame), frame.subarray(frame.length - v2.MAC_BYTES));
  },
  of(frame: Uint8Array): Uint8Array {
    const signed = frame.subarray(0, frame.length - v2.MAC_BYTES);
    return createHmac("sha256", key).update(signed).digest().subarray(0, v2.MAC_BYTES);
  },
};

function* run(): Iterable<Table> {
  yield v1Datagram();
  yield v2Frames();
}

function v1Datagram(): Table {
  const datagram = ours.seal(payload);
  if (Buffer.compare(datagram, theirs.seal()) !== 0) throw new Error("both sides must seal to the same bytes");
  if (!ours.open(datagram).ok || !theirs.open(datagram)) throw new Error("both sides must open what they sealed");
  return {
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

function v2Frames(): Table {
  const theirs = Uint8Array.from(theirMac.sign(announce));
  if (Buffer.compare(mac.sign(announce), theirs) !== 0) throw new Error("both sides must sign to the same bytes");
  if (!mac.verify(announce) || !theirMac.verify(announce)) throw new Error("both sides must verify what they signed");
  return {
    title: "Frames of v2: our MAC beside a createHmac for each",
    rows: [
      compare(
        `sign an info of ${info.length} bytes`,
        () => mac.sign(info),
        () => theirMac.sign(info),
      ),
      compare(
        `verify an announce of ${announce.length} bytes`,
        () => mac.verify(announce),
        () => theirMac.verify(announce),
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

/** Signing and checking: a datagram of v1, frames of v2. */
export const envelope: Bench = { name: "envelope", run };
