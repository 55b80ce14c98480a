import { type Endpoint, v2 } from "@netpunch/wire";
import { isUsableSource } from "../../source.js";
import type { RelayEnd } from "./end.js";

/**
 * A released end as it is kept across control's restart: its program knows no frames, so nobody could ask for it again.
 * Ids are in hex. There is no key in it.
 */
export interface KeptEnd {
  readonly session: string;
  readonly run: string;
  readonly partner: string;
  /** The highest seq taken from the run, so that its old frames stay old. */
  readonly seq: number;
  readonly address: string;
  readonly port: number;
}

/** A kept end, read. */
export interface RestoredEnd {
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
  readonly partnerId: Uint8Array;
  readonly seq: number;
  readonly remote: Endpoint;
}

export function keep({ sid, id, partnerId, seq, remote }: RelayEnd): KeptEnd {
  const [session, run, partner] = [v2.formatId(sid), v2.formatId(id), v2.formatId(partnerId)];
  return { session, run, partner, seq, address: remote.address, port: remote.port };
}

/** Reads what {@link keep} wrote, wherever it has been since; null where it is no end that control could relay to. */
export function restore(kept: KeptEnd, own: readonly Endpoint[]): RestoredEnd | null {
  if (typeof kept !== "object" || kept === null) return null;
  const { session, run, partner, seq, address, port } = kept;
  const [sid, id, partnerId] = [readId(session, v2.SID_BYTES), readId(run, v2.ID_BYTES), readId(partner, v2.ID_BYTES)];
  if (sid === null || id === null || partnerId === null) return null;
  const isSeq = Number.isInteger(seq) && seq >= 0 && seq <= 0xffffffff;
  const isEndpoint = typeof address === "string" && Number.isInteger(port);
  if (!isSeq || !isEndpoint || !isUsableSource({ address, port }, own)) return null;
  return { sid, id, partnerId, seq, remote: { address, port } };
}

function readId(text: unknown, sizeBytes: number): Uint8Array | null {
  if (typeof text !== "string" || text.length !== 2 * sizeBytes || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: sizeBytes }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}
