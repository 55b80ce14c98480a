import { v2 } from "@netpunch/wire";
import { expand } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { checkedKey, KEY_BYTES } from "./key.js";

const utf8 = new TextEncoder();
const CONTROL = utf8.encode("control");
const ID = utf8.encode("id");
const PEER = utf8.encode("peer");
const CANDIDATES = utf8.encode("candidates");

/** What a peer needs for a session of v2. All are 32 bytes but the id. */
export interface SessionKeys {
  /** Which session, 16 bytes; it tells nobody its name. */
  readonly sid: Uint8Array;
  /** For what passes between peers and control. */
  readonly control: Uint8Array;
  /** For what passes between the two peers. */
  readonly peer: Uint8Array;
  /** Seals the candidates that control hands over. */
  readonly candidates: Uint8Array;
}

/** What the keys of a session are derived from. */
export interface SessionKeysOptions {
  /** `rootKey()` of the secret that control has, or whose control key it has. */
  readonly root: Uint8Array;
  /** `rootKey()` of a secret that only the two peers have. Default: `root`, so who has the secret may be a peer. */
  readonly sessionRoot?: Uint8Array;
  /** The session's name; any text but none, compared in Unicode's composed form (NFC). */
  readonly session: string;
}

/** Derives the key for what passes between peers and control: all that a control node needs (RFC 5869 section 2.3). */
export function controlKey(root: Uint8Array): Uint8Array {
  return expand(sha256, checkedKey(root, "root"), CONTROL, KEY_BYTES);
}

/**
 * Derives the keys of a session.
 *
 * `P = HKDF-Expand(sessionRoot, "session\0" || NFC(name), 32)`, and from P the id, the peers' key and the candidates' key.
 *
 * @throws TypeError, RangeError for roots that are not 32 bytes, a name that is empty or holds half a surrogate pair.
 * @example
 * const root = await rootKey("our secret");
 * const { sid } = sessionKeys({ root, session: "home" });
 */
export function sessionKeys({ root, sessionRoot = root, session }: SessionKeysOptions): SessionKeys {
  const control = controlKey(root);
  const info = utf8.encode(`session\0${checkedName(session).normalize("NFC")}`);
  const own = expand(sha256, checkedKey(sessionRoot, "sessionRoot"), info, KEY_BYTES);
  return {
    sid: expand(sha256, own, ID, v2.SID_BYTES),
    control,
    peer: expand(sha256, own, PEER, KEY_BYTES),
    candidates: expand(sha256, own, CANDIDATES, KEY_BYTES),
  };
}

function checkedName(session: string): string {
  if (typeof session !== "string") throw new TypeError(`"session" expected a string, got ${typeof session}`);
  if (session === "") throw new RangeError('"session" expected a name, got an empty string');
  if (/\p{Surrogate}/u.test(session)) {
    throw new RangeError('"session" expected well-formed text, got half a surrogate pair');
  }
  return session;
}
