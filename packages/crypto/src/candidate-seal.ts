import { v2 } from "@netpunch/wire";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { checkedKey } from "./key.js";

/** Whose candidates they are: control hands a blob over, and can neither read it nor pass it off as another peer's. */
export interface BlobOwner {
  readonly sid: Uint8Array;
  readonly id: Uint8Array;
}

/** Seals and opens the candidates of one session's peers. */
export interface CandidateSeal {
  /**
   * A blob: nonce, then the candidates encrypted. `nonce` is 24 bytes, new and random for each blob: under one nonce, two
   * lists tell each other.
   *
   * @throws RangeError for a nonce, sid or id of another size, more than 12 candidates, or an endpoint that is none;
   * TypeError for a candidate of an unknown kind.
   */
  seal(candidates: readonly v2.Candidate[], owner: BlobOwner, nonce: Uint8Array): Uint8Array;
  /** The candidates in a blob; null where it is not this owner's, or was changed. Never throws. */
  open(blob: Uint8Array, owner: BlobOwner): readonly v2.Candidate[] | null;
}

/**
 * Makes the seal of a session: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with the session's and the run's id as
 * associated data.
 *
 * @throws TypeError, RangeError for a key that is not 32 bytes.
 */
export function createCandidateSeal(key: Uint8Array): CandidateSeal {
  const own = Uint8Array.from(checkedKey(key, "key"));
  return {
    seal(candidates, owner, nonce) {
      checkedSize(nonce, v2.BLOB_NONCE_BYTES, "nonce");
      const sealed = xchacha20poly1305(own, nonce, associatedData(owner)).encrypt(v2.encodeCandidates(candidates));
      const blob = new Uint8Array(nonce.length + sealed.length);
      blob.set(nonce);
      blob.set(sealed, nonce.length);
      return blob;
    },
    open(blob, owner) {
      if (!v2.isBlobSize(blob.length)) return null;
      const nonce = blob.subarray(0, v2.BLOB_NONCE_BYTES);
      try {
        const content = xchacha20poly1305(own, nonce, associatedData(owner)).decrypt(blob.subarray(nonce.length));
        return v2.decodeCandidates(content);
      } catch {
        // The tag does not match: of another session, another peer, or changed on the way.
        return null;
      }
    },
  };
}

function associatedData({ sid, id }: BlobOwner): Uint8Array {
  const data = new Uint8Array(v2.SID_BYTES + v2.ID_BYTES);
  data.set(checkedSize(sid, v2.SID_BYTES, "owner.sid"));
  data.set(checkedSize(id, v2.ID_BYTES, "owner.id"), v2.SID_BYTES);
  return data;
}

function checkedSize(bytes: Uint8Array, sizeBytes: number, name: string): Uint8Array {
  if (bytes.length !== sizeBytes) throw new RangeError(`"${name}" expected ${sizeBytes} bytes, got ${bytes.length}`);
  return bytes;
}
