import { createV1Envelope, describeV1, quoteGo } from "@netpunch/crypto";
import type { Datagram } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, v1 } from "@netpunch/wire";
import { isRefusal } from "./failure.js";
import { LineLimit } from "./line-limit.js";
import type { Log } from "./log.js";
import type { Logging } from "./task.js";

/** chosen: who mistypes a secret sees it at once; a flood writes six lines a minute. */
const JUNK = { burst: 5, perSecond: 0.1 };
/** chosen: 26 peers that all start at once write 520 lines in the first second; replays of what they said no more. */
const SIGNED = { burst: 1000, perSecond: 100 };

/** A signed peer info with the longest address: `i|a|[ffff:...:ffff]:65535`. Longer datagrams are nobody's of v1. */
const LONGEST_DATAGRAM_BYTES = v1.ENVELOPE_BYTES + "i|a|[]:65535".length + 8 * 4 + 7;
/** chosen: enough to recognise what it is; junk can be 65,507 bytes. */
const LONGEST_SHOWN_BYTES = 256;

const JUNK_TEXT = '"[message skipped due to invalid signature]"';

/** An observer of control or of a peer. */
export interface DatagramLog {
  datagram(direction: "in" | "out", datagram: Datagram): void;
  sendFailed(remote: Endpoint, error: Error): void;
  resolveFailed(error: Error): void;
  /** Writes how many lines were left out. */
  flush(): void;
}

/** Writes a line for each datagram, as the original does: `read: "x" <- addr`, `write: "x" -> addr`. */
export function createDatagramLog(log: Log, secret: Uint8Array, logging: Exclude<Logging, "off">): DatagramLog {
  const envelope = createV1Envelope(secret);
  const junk = limit(log, JUNK, "datagrams with an invalid signature");
  const signed = limit(log, SIGNED, "lines");
  const show = (bytes: Uint8Array, described: string) => (logging === "datagram" ? quoteStart(bytes) : described);

  const heard = ({ bytes, remote }: Datagram) => {
    const described = bytes.length > LONGEST_DATAGRAM_BYTES ? JUNK_TEXT : describeV1(envelope, bytes);
    const allowed = described.startsWith('"[message skipped') ? junk.admit() : signed.admit();
    if (allowed) log.info(`read: ${show(bytes, described)} <- ${formatEndpoint(remote)}`);
  };
  const sent = ({ bytes, remote }: Datagram) => {
    if (!signed.admit()) return;
    log.info(`write: ${show(bytes, describeV1(envelope, bytes))} -> ${formatEndpoint(remote)}`);
  };
  return {
    datagram: (direction, datagram) => (direction === "in" ? heard(datagram) : sent(datagram)),
    sendFailed: (_remote, error) => {
      if (signed.admit()) log.error(isRefusal(error) ? error.message : `write: ${error.message}`);
    },
    resolveFailed: (error) => log.error(error.message),
    flush: () => {
      junk.flush();
      signed.flush();
    },
  };
}

function limit(log: Log, allowance: { readonly burst: number; readonly perSecond: number }, what: string): LineLimit {
  return new LineLimit({ ...allowance, report: (skipped) => log.info(`skipped: ${skipped} more ${what}`) });
}

function quoteStart(bytes: Uint8Array): string {
  if (bytes.length <= LONGEST_SHOWN_BYTES) return quoteGo(bytes);
  return `${quoteGo(bytes.subarray(0, LONGEST_SHOWN_BYTES))}... (${bytes.length} bytes)`;
}
