import { quoteGo } from "@netpunch/crypto";
import type { Datagram } from "@netpunch/transport";
import { type Endpoint, formatEndpoint, v1, v2 } from "@netpunch/wire";
import { isRefusal, sendReason } from "../process/failure.js";
import type { Describe } from "./describe.js";
import { LineLimit } from "./line-limit.js";
import type { Log } from "./log.js";

/** chosen: who mistypes a secret sees it at once; a flood writes six lines a minute. */
const JUNK = { burst: 5, perSecond: 0.1 };
/** chosen: 26 peers that all start at once write 520 lines in the first second; replays of what they said no more. */
const SIGNED = { burst: 1000, perSecond: 100 };
/** chosen: a network that is down for a day is told of six times a minute. */
const TROUBLE = { burst: 5, perSecond: 0.1 };

/** A signed peer info with the longest address: `i|a|[ffff:...:ffff]:65535`. Longer datagrams are nobody's of v1. */
const LONGEST_V1_BYTES = v1.ENVELOPE_BYTES + "i|a|[]:65535".length + 8 * 4 + 7;
/** chosen: enough to recognise what it is; junk can be 65,507 bytes. */
const LONGEST_SHOWN_BYTES = 256;

const JUNK_TEXT = '"[message skipped due to invalid signature]"';

/** An observer of control or of a peer. */
export interface DatagramLog {
  datagram(direction: "in" | "out", datagram: Datagram): void;
  sendFailed(remote: Endpoint, error: Error): void;
  resolveFailed(error: Error): void;
  addressesUnknown(error: Error): void;
  /** Writes how many lines were left out. */
  flush(): void;
}

/**
 * Writes a line for each datagram, as the original does: `read: "x" <- addr`, `write: "x" -> addr`; of v2 the type and the
 * fields in place of the payload.
 *
 * @param shows what each datagram says, or all of its bytes.
 */
export function createDatagramLog(log: Log, describe: Describe, shows: "payload" | "datagram"): DatagramLog {
  const junk = limit(log, JUNK, "datagrams with an invalid signature");
  const signed = createLineLimit(log);
  const show = (bytes: Uint8Array, described: string) => (shows === "datagram" ? quoteStart(bytes) : described);

  const heard = ({ bytes, remote }: Datagram) => {
    const described = bytes.length > LONGEST_V1_BYTES && !v2.isFrame(bytes) ? JUNK_TEXT : describe(bytes);
    const allowed = isJunk(described) ? junk.admit() : signed.admit();
    if (allowed) log.info(`read: ${show(bytes, described)} <- ${formatEndpoint(remote)}`);
  };
  const sent = ({ bytes, remote }: Datagram) => {
    if (!signed.admit()) return;
    log.info(`write: ${show(bytes, describe(bytes))} -> ${formatEndpoint(remote)}`);
  };
  return {
    ...createTroubleLog(log, signed),
    datagram: (direction, datagram) => (direction === "in" ? heard(datagram) : sent(datagram)),
    flush: () => {
      junk.flush();
      signed.flush();
    },
  };
}

/** Writes what could not be sent or looked up, and no datagrams. */
export function createTroubleLog(log: Log, lines = limit(log, TROUBLE, "errors")): DatagramLog {
  return {
    datagram: () => {},
    sendFailed: (remote, error) => {
      if (lines.admit()) log.error(isRefusal(error) ? error.message : `write: ${sendReason(error, remote)}`);
    },
    resolveFailed: (error) => {
      if (lines.admit()) log.error(error.message);
    },
    addressesUnknown: ({ message }) => {
      const [why = ""] = message.split("\n");
      // Deno without --allow-sys, say.
      if (!lines.admit()) return;
      log.error(
        `this machine does not tell its own addresses, so a partner in the same network may not be reached directly: ${why}`,
      );
    },
    flush: () => lines.flush(),
  };
}

/** As @netpunch/crypto describes what nobody with our keys has written. */
function isJunk(described: string): boolean {
  return described.startsWith('"[message skipped') || /^\(no frame|\(not verified\)$/.test(described);
}

/** For lines that only who has the secret, or one of its datagrams, can cause. */
export function createLineLimit(log: Log): LineLimit {
  return limit(log, SIGNED, "lines");
}

function limit(log: Log, allowance: { readonly burst: number; readonly perSecond: number }, what: string): LineLimit {
  return new LineLimit({ ...allowance, report: (skipped) => log.info(`skipped: ${skipped} more ${what}`) });
}

function quoteStart(bytes: Uint8Array): string {
  if (bytes.length <= LONGEST_SHOWN_BYTES) return quoteGo(bytes);
  return `${quoteGo(bytes.subarray(0, LONGEST_SHOWN_BYTES))}... (${bytes.length} bytes)`;
}
