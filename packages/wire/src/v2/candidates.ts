import type { Endpoint } from "../endpoint.js";
import { ENDPOINT_BYTES, readEndpoint, writeEndpoint } from "./address.js";

/*
 * The addresses at which a peer may be reached, as they are before they are sealed:
 *
 *   offset  bytes   what
 *   0       1       count, 0..12
 *   1       19 * n  candidates: kind (1 byte: 1 host, 2 reflexive), endpoint (18 bytes, see address.ts)
 *
 * and sealed, as a blob in a frame: 24 bytes of nonce, the above encrypted, 16 bytes of Poly1305's tag.
 */

/** An address at which a peer may be reached (RFC 8445 section 5.1.1). */
export interface Candidate {
  /** One of the machine's own, or one that control saw. */
  readonly kind: "host" | "reflexive";
  readonly endpoint: Endpoint;
}

/** chosen: a few reflexive addresses and eight of the machine's; the largest frame stays under 350 bytes. */
export const MAX_CANDIDATES = 12;

export const BLOB_NONCE_BYTES = 24;
export const BLOB_TAG_BYTES = 16;
const COUNT_BYTES = 1;
const CANDIDATE_BYTES = 1 + ENDPOINT_BYTES;
/** Size of a blob without any candidate. */
export const MIN_BLOB_BYTES = BLOB_NONCE_BYTES + COUNT_BYTES + BLOB_TAG_BYTES;
export const MAX_BLOB_BYTES = MIN_BLOB_BYTES + MAX_CANDIDATES * CANDIDATE_BYTES;

const KINDS: Readonly<Record<Candidate["kind"], number>> = { host: 1, reflexive: 2 };

/** Tells whether a blob can have so many bytes. */
export function isBlobSize(sizeBytes: number): boolean {
  return sizeBytes >= MIN_BLOB_BYTES && sizeBytes <= MAX_BLOB_BYTES && Number.isInteger(candidatesIn(sizeBytes));
}

/** How many candidates a blob of so many bytes holds: its size is no secret. */
export function candidatesIn(blobSizeBytes: number): number {
  return (blobSizeBytes - MIN_BLOB_BYTES) / CANDIDATE_BYTES;
}

/**
 * Writes candidates as the content of a blob.
 *
 * @throws RangeError for more than 12 of them, or an endpoint that is no IP literal with a port 1..65535; TypeError for a kind
 * that v2 does not have.
 */
export function encodeCandidates(candidates: readonly Candidate[]): Uint8Array {
  if (candidates.length > MAX_CANDIDATES) {
    throw new RangeError(`"candidates" expected at most ${MAX_CANDIDATES}, got ${candidates.length}`);
  }
  const content = new Uint8Array(COUNT_BYTES + candidates.length * CANDIDATE_BYTES);
  content[0] = candidates.length;
  candidates.forEach(({ kind, endpoint }, index) => {
    const at = COUNT_BYTES + index * CANDIDATE_BYTES;
    content[at] = numberOf(kind);
    writeEndpoint(endpoint, content, at + 1);
  });
  return content;
}

/**
 * Reads the content of a blob; null where it is none. Candidates of a kind that is not known here, or without a port, are
 * left out, so that later versions may add kinds.
 */
export function decodeCandidates(content: Uint8Array): readonly Candidate[] | null {
  const count = content[0];
  if (count === undefined || count > MAX_CANDIDATES || content.length !== COUNT_BYTES + count * CANDIDATE_BYTES) {
    return null;
  }
  const candidates: Candidate[] = [];
  for (let at = COUNT_BYTES; at < content.length; at += CANDIDATE_BYTES) {
    const kind = kindOf(content[at]);
    const endpoint = readEndpoint(content, at + 1);
    if (kind !== null && endpoint !== null) candidates.push({ kind, endpoint });
  }
  return candidates;
}

function numberOf(kind: Candidate["kind"]): number {
  const number: unknown = KINDS[kind];
  if (typeof number !== "number")
    throw new TypeError(`"kind" expected "host" or "reflexive", got ${JSON.stringify(kind)}`);
  return number;
}

function kindOf(byte: number | undefined): Candidate["kind"] | null {
  if (byte === KINDS.host) return "host";
  return byte === KINDS.reflexive ? "reflexive" : null;
}
